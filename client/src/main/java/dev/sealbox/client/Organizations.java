package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;
import java.util.Map;

/** The organisations of the deployment; for admins of the operating organisation. Thread-safe. */
public final class Organizations {
    private static final String ROOT = "/organizations";
    private static final TypeReference<List<Organization>> MANY = new TypeReference<>() {};
    private static final TypeReference<Created> CREATED = new TypeReference<>() {};

    private final Requests requests;

    Organizations(Requests requests) {
        this.requests = requests;
    }

    private record Created(String id, IssuedApiKey apiKey) {}

    /** By id. */
    public List<Organization> list() {
        return requests.get(ROOT, MANY);
    }

    /** Makes an organisation; the answer is its first key, an admin's. */
    public IssuedApiKey create(String id) {
        return requests.json("POST", ROOT, Map.of("id", id), CREATED).apiKey();
    }
}
