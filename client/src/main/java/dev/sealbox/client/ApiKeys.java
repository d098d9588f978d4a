package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;

/** The organisation's API keys; for admins. Thread-safe. */
public final class ApiKeys {
    private static final String ROOT = "/api-keys";
    private static final TypeReference<IssuedApiKey> ISSUED = new TypeReference<>() {};
    private static final TypeReference<List<ApiKey>> MANY = new TypeReference<>() {};

    private final Requests requests;

    ApiKeys(Requests requests) {
        this.requests = requests;
    }

    /** Oldest first; of revoked and expired ones the latest. */
    public List<ApiKey> list() {
        return requests.get(ROOT, MANY);
    }

    public IssuedApiKey issue(NewApiKey wanted) {
        return requests.json("POST", ROOT, wanted.body(), ISSUED);
    }

    /** Takes effect at once on every node. The last admin key of an organisation cannot be revoked. */
    public void revoke(String keyId) {
        requests.call("DELETE", ROOT + "/" + Requests.escaped(keyId));
    }
}
