package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The organisation's secret stores. Stores are managed by id; sandboxes name them. Thread-safe. */
public final class SecretStores {
    private static final String ROOT = "/secret-stores";
    private static final TypeReference<SecretStore> ONE = new TypeReference<>() {};
    private static final TypeReference<List<SecretStore>> MANY = new TypeReference<>() {};
    private static final TypeReference<List<SecretEntry>> ENTRIES = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private final Requests requests;

    SecretStores(Requests requests) {
        this.requests = requests;
    }

    /** A store that does not restrict where its sandboxes go. */
    public SecretStore create(String name) {
        return create(name, List.of());
    }

    public SecretStore create(String name, List<String> egressAllowlist) {
        return requests.json("POST", ROOT, Map.of("name", name, "egressAllowlist", egressAllowlist), ONE);
    }

    /** Ordered by name. */
    public List<SecretStore> list() {
        return requests.get(ROOT, MANY);
    }

    public SecretStore get(String storeId) {
        return requests.get(path(storeId), ONE);
    }

    /** Changes what the update names and keeps the rest. */
    public SecretStore update(String storeId, StoreUpdate update) {
        return requests.json("PUT", path(storeId), update.body(), ONE);
    }

    /** Also while sandboxes run with it: they keep what they have. */
    public void delete(String storeId) {
        requests.call("DELETE", path(storeId));
    }

    /** Deletes the store, and takes its secrets from the sandboxes that run with it; its allowlist goes on holding there. */
    public void revoke(String storeId) {
        requests.call("DELETE", path(storeId) + "?revoke=true");
    }

    /** As {@link #setSecret(String, String, String, List)}, usable wherever the sandbox may go. */
    public void setSecret(String storeId, String name, String value) {
        setSecret(storeId, name, value, List.of());
    }

    /** Sets value and hosts; the next request of a running sandbox uses them. */
    public void setSecret(String storeId, String name, String value, List<String> allowedHosts) {
        var body = new LinkedHashMap<String, Object>();
        body.put("value", value);
        body.put("allowedHosts", allowedHosts);
        requests.json("PUT", secret(storeId, name), body, TEXTS);
    }

    /** Ordered by name. */
    public List<SecretEntry> listSecrets(String storeId) {
        return requests.get(path(storeId) + "/secrets", ENTRIES);
    }

    /** Succeeds when there is no such secret. */
    public void deleteSecret(String storeId, String name) {
        try {
            requests.call("DELETE", secret(storeId, name));
        } catch (ApiException e) {
            if (!e.code().equals("secret.not-found")) {
                throw e;
            }
        }
    }

    private static String path(String storeId) {
        return ROOT + "/" + Requests.escaped(storeId);
    }

    private static String secret(String storeId, String name) {
        return path(storeId) + "/secrets/" + Requests.escaped(name);
    }
}
