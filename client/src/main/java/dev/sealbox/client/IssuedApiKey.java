package dev.sealbox.client;

/** A new API key, in the only answer that shows it. */
public record IssuedApiKey(String id, String name, String role, String key) {

    @Override
    public String toString() {
        return "IssuedApiKey[" + id + ", " + name + ", " + role + "]";
    }
}
