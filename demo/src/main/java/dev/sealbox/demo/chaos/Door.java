package dev.sealbox.demo.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** The API of all nodes. Asks any of them, once: what is not answered is not repeated. Thread-safe. */
final class Door implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<URI> nodes;
    private final String key;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();

    Door(List<URI> nodes, String key) {
        this.nodes = List.copyOf(nodes);
        this.key = key;
    }

    /** {@code status} is 0 when there was none. */
    record Answer(int status, JsonNode body) {
        boolean isDone() {
            return status / 100 == 2;
        }

        /** What was refused so was not done, and will not be. */
        boolean isRefused() {
            return status / 100 == 4;
        }
    }

    URI any() {
        return nodes.get(ThreadLocalRandom.current().nextInt(nodes.size()));
    }

    List<URI> all() {
        return nodes;
    }

    Answer send(URI node, String method, String path, Map<String, ?> body) {
        try {
            var request = HttpRequest.newBuilder(node.resolve("/api" + path))
                    .timeout(Duration.ofSeconds(25))
                    .header("X-API-Key", key)
                    .header("Content-Type", "application/json")
                    .method(
                            method,
                            body.isEmpty()
                                    ? BodyPublishers.noBody()
                                    : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                    .build();
            var response = http.send(request, BodyHandlers.ofByteArray());
            return new Answer(
                    response.statusCode(),
                    response.body().length == 0 ? MissingNode.getInstance() : JSON.readTree(response.body()));
        } catch (IOException e) {
            return new Answer(0, MissingNode.getInstance());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(0, MissingNode.getInstance());
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
