package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;

/** What a build tells while it goes on, and what comes of it. */
final class BuildEvents {
    private static final TypeReference<JsonNode> JSON = new TypeReference<>() {};

    private BuildEvents() {}

    static <T> T result(
            Requests requests, String path, Map<String, Object> body, TypeReference<T> type, Consumer<String> log) {
        try (var lines =
                new BufferedReader(new InputStreamReader(requests.events(path, body), StandardCharsets.UTF_8))) {
            var event = "";
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    event = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                    var data = line.substring("data: ".length()).getBytes(StandardCharsets.UTF_8);
                    switch (event) {
                        case "build_log" ->
                            log.accept(
                                    Requests.decode(data, JSON).path("message").asText());
                        case "error" ->
                            throw new ApiException(
                                    0,
                                    "image.build-failed",
                                    Requests.decode(data, JSON).path("error").asText(),
                                    "");
                        case "result" -> {
                            return Requests.decode(data, type);
                        }
                        default -> {}
                    }
                }
            }
        } catch (IOException e) {
            throw new ApiException("connection", "the build's log broke off", e);
        }
        throw new ApiException(0, "answer", "the build's log ended without a result", "");
    }
}
