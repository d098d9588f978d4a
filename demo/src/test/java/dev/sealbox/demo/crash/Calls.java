package dev.sealbox.demo.crash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** Requests to the node; one that is not answered has status 0. Thread-safe. */
final class Calls {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI api;
    private final String key;

    Calls(URI api, String key) {
        this.api = api;
        this.key = key;
    }

    /** What came back. */
    record Answer(int status, String body) {
        boolean isDone() {
            return status / 100 == 2;
        }

        /** A refusal has changed nothing. */
        boolean isRefused() {
            return status / 100 == 4;
        }

        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new AssertionError("no JSON: " + body, e);
            }
        }
    }

    Answer send(String method, String path, Map<String, ?> body, String... headers) {
        try {
            var request = HttpRequest.newBuilder(api.resolve("/api" + path))
                    .timeout(Duration.ofSeconds(20))
                    .header("X-API-Key", key)
                    .method(
                            method,
                            body.isEmpty()
                                    ? BodyPublishers.noBody()
                                    : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
            if (!body.isEmpty()) {
                request.header("Content-Type", "application/json");
            }
            if (headers.length > 0) {
                request.headers(headers);
            }
            var response = http.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            return new Answer(0, "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(0, "");
        }
    }
}
