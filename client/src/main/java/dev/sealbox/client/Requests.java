package dev.sealbox.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Sends requests and turns every failure into an {@link ApiException}. */
final class Requests {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final HttpClient http;
    private final URI base;
    private final String apiKey;
    private final Duration timeout;

    Requests(HttpClient http, URI base, String apiKey, Duration timeout) {
        this.http = http;
        this.base = base;
        this.apiKey = apiKey;
        this.timeout = timeout;
    }

    <T> T get(String path, TypeReference<T> type) {
        return decode(send("GET", path, BodyPublishers.noBody(), "", timeout), type);
    }

    <T> T json(String method, String path, Object body, TypeReference<T> type) {
        return json(method, path, body, type, timeout);
    }

    <T> T json(String method, String path, Object body, TypeReference<T> type, Duration limit) {
        return decode(send(method, path, BodyPublishers.ofByteArray(encode(body)), "application/json", limit), type);
    }

    /** A body of any size, which may take as long as it takes. */
    <T> T upload(String path, BodyPublisher body, String contentType, TypeReference<T> type) {
        return decode(send("POST", path, body, contentType, Duration.ZERO), type);
    }

    /** For an answer whose body says nothing. */
    void call(String method, String path) {
        call(method, path, BodyPublishers.noBody(), "");
    }

    void call(String method, String path, BodyPublisher body, String contentType) {
        send(method, path, body, contentType, timeout);
    }

    /** For an answer whose body says nothing, and a body of JSON. */
    void call(String method, String path, Object body) {
        call(method, path, BodyPublishers.ofByteArray(encode(body)), "application/json");
    }

    /** The body while it arrives; the caller closes it. */
    InputStream open(String path) {
        return opened(exchange("GET", path, BodyPublishers.noBody(), "", timeout));
    }

    private static InputStream opened(HttpResponse<InputStream> response) {
        if (response.statusCode() / 100 == 2) {
            return response.body();
        }
        throw refusal(response, drain(response.body()));
    }

    /** Without a body, and with an answer that may have none. */
    JsonNode raw(String method, String path) {
        var bytes = answer(
                exchange(request(method, path, BodyPublishers.noBody(), timeout).header("Accept", "application/json")));
        return bytes.length == 0 ? MissingNode.getInstance() : decode(bytes, new TypeReference<JsonNode>() {});
    }

    /** Posts, and answers with server-sent events as they come. */
    InputStream events(String path, Object body) {
        return opened(exchange(request("POST", path, BodyPublishers.ofByteArray(encode(body)), Duration.ZERO)
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")));
    }

    /** As {@link #open}, for as long as the server sends. */
    InputStream follow(String path, String accept) {
        return opened(exchange(
                request("GET", path, BodyPublishers.noBody(), Duration.ZERO).header("Accept", accept)));
    }

    private byte[] send(String method, String path, BodyPublisher body, String contentType, Duration limit) {
        return answer(exchange(method, path, body, contentType, limit));
    }

    private static byte[] answer(HttpResponse<InputStream> response) {
        var bytes = drain(response.body());
        if (response.statusCode() / 100 != 2) {
            throw refusal(response, bytes);
        }
        return bytes;
    }

    private HttpResponse<InputStream> exchange(
            String method, String path, BodyPublisher body, String contentType, Duration limit) {
        var request = request(method, path, body, limit);
        return exchange(contentType.isEmpty() ? request : request.header("Content-Type", contentType));
    }

    private HttpRequest.Builder request(String method, String path, BodyPublisher body, Duration limit) {
        var request = HttpRequest.newBuilder(URI.create(base + path)).method(method, body);
        if (!limit.isZero()) {
            request.timeout(limit);
        }
        return apiKey.isEmpty() ? request : request.header("X-API-Key", apiKey);
    }

    private HttpResponse<InputStream> exchange(HttpRequest.Builder prepared) {
        var request = prepared.build();
        var what = request.method() + " " + request.uri().getPath();
        try {
            return http.send(request, BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new ApiException("connection", what + ": no answer from " + base, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException("interrupted", what + " was interrupted", e);
        }
    }

    private static byte[] drain(InputStream body) {
        try (body) {
            return body.readAllBytes();
        } catch (IOException e) {
            throw new ApiException("connection", "the answer broke off", e);
        }
    }

    private static ApiException refusal(HttpResponse<?> response, byte[] body) {
        var requestId = response.headers().firstValue("X-Request-Id").orElse("");
        var fallback = "HTTP " + response.statusCode();
        try {
            var fields = JSON.readTree(body);
            return new ApiException(
                    response.statusCode(),
                    fields.path("code").asText(""),
                    fields.path("error").asText(fallback),
                    requestId);
        } catch (IOException e) {
            return new ApiException(response.statusCode(), "", fallback, requestId);
        }
    }

    private static byte[] encode(Object body) {
        try {
            return JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the request has no JSON form");
        }
    }

    static <T> T decode(byte[] body, TypeReference<T> type) {
        try {
            return JSON.readValue(body, type);
        } catch (IOException e) {
            throw new ApiException("answer", "the answer is not what the API describes", e);
        }
    }

    /** A path segment or query value. */
    static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
