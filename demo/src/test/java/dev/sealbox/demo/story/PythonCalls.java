package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** The requests of the Python SDK as {@code src/test/sdk/python.txt} has them, sent to a node one after the other. */
final class PythonCalls {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String EVENTS = "text/event-stream";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final World world;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, String> kept = new HashMap<>();

    PythonCalls(World world) {
        this.world = world;
        kept.put("key", world.apiKey());
    }

    /** A line of the list. */
    private record Call(String name, String method, String path, String body, String status, List<String> reads) {
        static Call of(String line) {
            var parts = line.split(" \\| ?", -1);
            assertThat(parts).as(line).hasSize(5);
            var request = parts[1].strip().split(" ", 2);
            return new Call(
                    parts[0], request[0], request[1], parts[2].strip(), parts[3].strip(), tokens(parts[4].strip()));
        }

        /** Values may hold spaces, names do not. */
        private static List<String> tokens(String text) {
            return text.isEmpty() ? List.of() : List.of(text.split(" (?=[$0-9A-Za-z.]+[:=>~])"));
        }

        boolean says(String word) {
            return status.startsWith(word + " ");
        }

        boolean takes(int code) {
            var wanted = status.substring(status.lastIndexOf(' ') + 1);
            return wanted.equals("2xx") ? code / 100 == 2 : wanted.equals(Integer.toString(code));
        }
    }

    /** Sends all of them; what was kept on the way, by name. */
    Map<String, String> replay(Path list) throws IOException, InterruptedException {
        for (var line : Files.readAllLines(list)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                check(Call.of(line));
            }
        }
        return kept;
    }

    private void check(Call call) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        var wrong = wrong(call);
        while (!wrong.isEmpty() && call.says("until") && System.nanoTime() < deadline) {
            LockSupport.parkNanos(100_000_000);
            wrong = wrong(call);
        }
        assertThat(wrong).as(call.name()).isEmpty();
    }

    private List<String> wrong(Call call) throws IOException, InterruptedException {
        return Set.of("ATTACH", "TERMINAL").contains(call.method()) ? wrongOnSocket(call) : wrongInAnswer(call);
    }

    /** The key is in the query; that of a terminal in a header, too. */
    private List<String> wrongOnSocket(Call call) {
        var attached = call.method().equals("ATTACH");
        var socket = new PythonSocket();
        var opening = http.newWebSocketBuilder();
        if (!attached) {
            opening.header("X-API-Key", world.apiKey());
        }
        var opened = opening.buildAsync(
                        URI.create(world.node().api().toString().replaceFirst("http", "ws") + filled(call.path())),
                        socket)
                .join();
        if (!call.body().equals("-")) {
            var keys = call.body().substring("raw ".length()).replace("\\n", "\n");
            opened.sendBinary(PythonSocket.message(attached, keys), true).join();
        }
        var heard = TextNode.valueOf(attached ? socket.frames(PATIENCE) : socket.text(PATIENCE));
        return call.reads().stream()
                .filter(read -> !holds(read, heard))
                .map(read -> read + " of " + heard)
                .toList();
    }

    private List<String> wrongInAnswer(Call call) throws IOException, InterruptedException {
        var answer = send(call);
        var wrong = new ArrayList<String>();
        if (!call.takes(answer.statusCode())) {
            wrong.add(answer.statusCode() + " instead of " + call.status());
        }
        var type = answer.headers().firstValue("Content-Type").orElse("");
        if (call.says("sse") && answer.statusCode() / 100 == 2 && !type.startsWith(EVENTS)) {
            wrong.add("no event stream but " + type);
        }
        var body = type.startsWith(EVENTS) ? result(answer.body()) : parsed(type, answer.body());
        call.reads().stream()
                .filter(read -> !holds(read, body))
                .map(read -> read + " of " + answer.body())
                .forEach(wrong::add);
        return wrong;
    }

    private HttpResponse<String> send(Call call) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(world.node().api() + "/api" + filled(call.path())))
                .method(call.method(), body(call.body()))
                .timeout(PATIENCE)
                .header("X-API-Key", world.apiKey())
                .header("Accept", call.says("sse") || call.says("leaked") ? EVENTS : "*/*")
                .header("Accept-Encoding", "gzip, deflate")
                .header("User-Agent", "python-httpx/0.27.2");
        if (call.body().startsWith("{")) {
            request.header("Content-Type", "application/json");
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private BodyPublisher body(String text) {
        if (text.equals("-")) {
            return BodyPublishers.noBody();
        }
        if (text.startsWith("chunked ")) {
            var bytes = text.substring("chunked ".length()).getBytes(StandardCharsets.UTF_8);
            return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
        }
        return BodyPublishers.ofString(text.startsWith("raw ") ? text.substring("raw ".length()) : filled(text));
    }

    private String filled(String text) {
        var all = text;
        for (var each : kept.entrySet()) {
            all = all.replace("{" + each.getKey() + "}", each.getValue());
        }
        return all;
    }

    private static JsonNode parsed(String type, String body) throws IOException {
        return type.startsWith("application/json") ? JSON.readTree(body) : TextNode.valueOf(body);
    }

    private static JsonNode result(String events) throws IOException {
        for (var event : events.split("\n\n", -1)) {
            if (event.contains("event: result\n")) {
                return JSON.readTree(event.substring(event.indexOf("data: ") + "data: ".length()));
            }
        }
        return TextNode.valueOf(events);
    }

    private boolean holds(String read, JsonNode body) {
        var mark = read.split("(?=[:=>~])", 2);
        var value = at(mark[0], body);
        var wanted = mark[1].substring(1);
        return switch (mark[1].charAt(0)) {
            case '=' ->
                value.isValueNode() && value.asText().equals(filled(wanted).replace("\\n", "\n"));
            case '~' -> value.asText().contains(wanted);
            case '>' -> {
                kept.put(wanted, value.asText());
                yield value.isTextual() && !value.asText().isEmpty();
            }
            default ->
                switch (wanted) {
                    case "text" -> value.isTextual();
                    case "number" -> value.isNumber();
                    case "boolean" -> value.isBoolean();
                    case "array" -> value.isArray();
                    case "object" -> value.isObject();
                    case "null" -> value.isNull();
                    default -> throw new IllegalArgumentException(read);
                };
        };
    }

    private static JsonNode at(String path, JsonNode body) {
        return path.equals("$") ? body : body.at("/" + path.replace('.', '/'));
    }
}
