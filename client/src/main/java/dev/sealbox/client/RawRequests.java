package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.util.Map;

/**
 * Any request of the API with its answer as JSON, for tools that show what the server says. Paths begin behind
 * {@code /api}; what they hold must be {@link #escaped}. Thread-safe.
 */
public final class RawRequests {
    private static final TypeReference<JsonNode> JSON = new TypeReference<>() {};

    private final Requests requests;

    RawRequests(Requests requests) {
        this.requests = requests;
    }

    public JsonNode get(String path) {
        return requests.get(path, JSON);
    }

    /** A missing node when the answer has no body. */
    public JsonNode send(String method, String path) {
        return requests.raw(method, path);
    }

    public JsonNode send(String method, String path, Map<String, ?> body) {
        return requests.json(method, path, body, JSON);
    }

    /** The answer while it arrives, for as long as the server sends it; the caller closes it. */
    public InputStream follow(String path, String accept) {
        return requests.follow(path, accept);
    }

    /** A path segment or query value. */
    public static String escaped(String text) {
        return Requests.escaped(text);
    }
}
