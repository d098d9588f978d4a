package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;
import java.util.Map;

/** The organisation's secret stores. Stores are managed by id; sandboxes name them. Thread-safe. */
public final class SecretStores {
    private static final String ROOT = "/secret-stores";
    private static final TypeReference<SecretStore> ONE = new TypeReference<>() {};
    private static final TypeReference<List<SecretStore>> MANY = new TypeReference<>() {};
    private static final TypeReference<List<SecretEntry>> ENTRIES = new TypeReference<>() {};
    private static final TypeReference<SecretEntry> ENTRY = new TypeReference<>() {};
    private static final TypeReference<List<SecretVersion>> VERSIONS = new TypeReference<>() {};
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
    public SecretChange setSecret(String storeId, String name, String value) {
        return setSecret(storeId, name, value, List.of());
    }

    /** Sets value and hosts, as a new version; the next request of a running sandbox uses them. */
    public SecretChange setSecret(String storeId, String name, String value, List<String> allowedHosts) {
        return change("PUT", secret(storeId, name), value(value, allowedHosts));
    }

    /**
     * As {@link #setSecret(String, String, String, List)}, if that version is current; otherwise refused with 409 and the
     * code {@code secret.version-mismatch}.
     *
     * @param version 0 when there must be no such secret yet
     */
    public SecretChange setSecretIf(String storeId, String name, String value, List<String> allowedHosts, int version) {
        return change("PUT", secret(storeId, name), value(value, allowedHosts).with("cas", version));
    }

    private static Fields value(String value, List<String> allowedHosts) {
        return Fields.NONE.with("value", value).with("allowedHosts", allowedHosts);
    }

    /** Changes where the current version may be revealed, and keeps its value. */
    public SecretChange changeHosts(String storeId, String name, List<String> allowedHosts) {
        return change("PATCH", secret(storeId, name), Fields.NONE.with("allowedHosts", allowedHosts));
    }

    /**
     * Changes in which parts of requests the secret may be revealed, whichever version is current.
     *
     * @param locations among {@code headers}, {@code basic}, {@code path}, {@code query}, {@code body}
     */
    public SecretChange changeLocations(String storeId, String name, List<String> locations) {
        return change("PUT", secret(storeId, name) + "/locations", Fields.NONE.with("locations", locations));
    }

    public SecretEntry getSecret(String storeId, String name) {
        return requests.get(secret(storeId, name), ENTRY);
    }

    /** The versions that are kept, newest first. */
    public List<SecretVersion> listVersions(String storeId, String name) {
        return requests.get(secret(storeId, name) + "/versions", VERSIONS);
    }

    /** Makes a kept version's value and hosts current again, as a new version. */
    public SecretChange rollBack(String storeId, String name, int version) {
        return change("POST", secret(storeId, name) + "/rollback", Fields.NONE.with("version", version));
    }

    /** Takes the secret from all sandboxes without losing it. */
    public SecretChange disable(String storeId, String name) {
        return change("POST", secret(storeId, name) + "/disable", Fields.NONE);
    }

    public SecretChange enable(String storeId, String name) {
        return change("POST", secret(storeId, name) + "/enable", Fields.NONE);
    }

    /** Takes one version from all sandboxes without losing it. */
    public SecretChange disableVersion(String storeId, String name, int version) {
        return change("POST", version(storeId, name, version) + "/disable", Fields.NONE);
    }

    public SecretChange enableVersion(String storeId, String name, int version) {
        return change("POST", version(storeId, name, version) + "/enable", Fields.NONE);
    }

    /** Makes a version unreadable for ever. */
    public SecretChange destroyVersion(String storeId, String name, int version) {
        return change("POST", version(storeId, name, version) + "/destroy", Fields.NONE);
    }

    private SecretChange change(String method, String path, Fields body) {
        return SecretChange.of(requests.json(method, path, body.values(), TEXTS));
    }

    private static String version(String storeId, String name, int version) {
        return secret(storeId, name) + "/versions/" + version;
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
