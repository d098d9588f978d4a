package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.image.ImageRefusal;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Snapshots, and sandboxes from images, with the events that both SDKs read. */
class SnapshotRoutesTest {
    private static final String IMAGE =
            "{\"base\":\"base\",\"steps\":[{\"type\":\"run\",\"args\":{\"commands\":[\"a\"]}}]}";
    private static final ImageRefusal FAILED = new ImageRefusal.BuildFailed(1, "run", "exit code 3: no such\nthing");
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer(
                "sealbox.operator-organization = acme, sealbox.http.images { keep-alive = 100 ms, max-body = 4 MiB }, sealbox.http.max-json = 64 KiB");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void succeedAgain() {
        server.images.verdict = CompletableFuture.completedFuture(Optional.empty());
    }

    private static String snapshot(String name) {
        return "{\"name\":\"" + name + "\",\"image\":" + IMAGE + "}";
    }

    private static TestServer.Answer streamed(String path, String body) {
        return server.send(
                "POST",
                path,
                BodyPublishers.ofString(body),
                "X-API-Key",
                TestServer.KEY,
                "Content-Type",
                "application/json",
                "Accept",
                "text/event-stream");
    }

    @Test
    void makesASnapshotWithTheFieldsThatClientsRead() {
        var answer = server.send("POST", "/api/snapshots", snapshot("plain"));

        assertThat(answer.status()).isEqualTo(201);
        var snapshot = answer.json();
        assertThat(UUID.fromString(snapshot.path("id").asText())).isNotNull();
        assertThat(snapshot.path("orgId").asText()).isEqualTo("acme");
        assertThat(snapshot.path("name").asText()).isEqualTo("plain");
        assertThat(snapshot.path("status").asText()).isEqualTo("ready");
        assertThat(snapshot.path("contentHash").asText()).matches("[0-9a-f]{64}");
        assertThat(snapshot.path("manifest")).hasToString(IMAGE);
        assertThat(Instant.parse(snapshot.path("createdAt").asText())).isNotNull();
        assertThat(Instant.parse(snapshot.path("lastUsedAt").asText())).isNotNull();
    }

    @Test
    void streamsInTheWordsOfTheSdksParsers() {
        var answer = streamed("/api/snapshots", snapshot("streamed"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(answer.body())
                .startsWith("event: build_log\ndata: {\"step\":0,\"type\":\"resolve\",\"message\":\"looking\"}\n\n")
                .containsOnlyOnce("event: result\ndata: {\"id\":")
                .endsWith("}\n\n")
                .doesNotContain("\r", "event: error");
    }

    @Test
    void streamsASandboxFromAnImage() {
        var answer = streamed("/api/sandboxes", "{\"templateID\":\"base\",\"timeout\":0,\"image\":" + IMAGE + "}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .contains("data: {\"step\":1,\"type\":\"run\",\"message\":\"two\\nlines\"}\n\n")
                .contains("event: result\ndata: {\"sandboxID\":\"sb-");
    }

    /** As the contract has it for what starts from an image: the nearest that there is, not a refusal. */
    @Test
    void givesWhatStartsFromAnImageAnyMemory() {
        server.send("POST", "/api/snapshots", snapshot("of any size"));
        for (var from : List.of("\"image\":" + IMAGE, "\"snapshot\":\"of any size\"")) {
            for (var each : Map.of(2048, 2048, 1, 1024, 99_999, 16_384).entrySet()) {
                var answer = server.send("POST", "/api/sandboxes", "{\"memoryMB\":" + each.getKey() + "," + from + "}");
                assertThat(answer.status()).as(answer.body()).isEqualTo(201);
                assertThat(answer.json().path("memoryMB").asInt()).isEqualTo(each.getValue());
            }
            assertThat(server.send("POST", "/api/sandboxes", "{\"cpuCount\":2,\"memoryMB\":4096," + from + "}")
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void answersAsJsonWithoutTheAcceptHeader() {
        assertThat(server.send("POST", "/api/sandboxes", "{\"image\":" + IMAGE + "}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void neverStreamsWhatIsNoBuild() {
        var answer = streamed("/api/sandboxes", "{}");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().path("sandboxID").asText()).startsWith("sb-");
    }

    @Test
    void startsFromASnapshotThatIsThere() {
        server.send("POST", "/api/snapshots", snapshot("ground"));

        assertThat(streamed("/api/sandboxes", "{\"snapshot\":\"ground\"}").body())
                .contains("event: result");
        assertThat(streamed("/api/sandboxes", "{\"snapshot\":\"nowhere\"}").body())
                .isEqualTo("event: error\ndata: {\"error\":\"snapshot not found: nowhere\"}\n\n");
        var plain = server.send("POST", "/api/sandboxes", "{\"snapshot\":\"nowhere\"}");
        assertThat(plain.status()).isEqualTo(400);
        assertThat(plain.code()).isEqualTo("snapshot.unknown");
    }

    @Test
    void tellsTheFailingStep() {
        server.images.verdict = CompletableFuture.completedFuture(Optional.of(FAILED));

        assertThat(streamed("/api/sandboxes", "{\"image\":" + IMAGE + "}").body())
                .endsWith("event: error\ndata: {\"error\":\"step 1 (run) failed: exit code 3: no such\\nthing\"}\n\n");
        var sandbox = server.send("POST", "/api/sandboxes", "{\"image\":" + IMAGE + "}");
        assertThat(sandbox.status()).isEqualTo(400);
        assertThat(sandbox.error()).isEqualTo("step 1 (run) failed: exit code 3: no such thing");
        assertThat(server.send("POST", "/api/snapshots", snapshot("broken")).status())
                .isEqualTo(500);
    }

    @Test
    void tellsBeforeTheStreamWhatCannotBe() {
        server.send("POST", "/api/snapshots", snapshot("taken"));

        var taken = streamed("/api/snapshots", snapshot("taken"));
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.code()).isEqualTo("snapshot.name-taken");
        assertThat(streamed("/api/snapshots", "{\"name\":\"x\"}").status()).isEqualTo(400);
        assertThat(streamed("/api/snapshots", snapshot("")).status()).isEqualTo(400);
        assertThat(streamed("/api/snapshots", snapshot("a/b")).status()).isEqualTo(400);
        assertThat(streamed("/api/sandboxes", "{\"image\":{\"steps\":[{\"type\":\"x\",\"args\":{}}]}}")
                        .error())
                .isEqualTo("image step 1: there is no step of this type");
    }

    @Test
    void answersTheAsynchronousFormAtOnce() {
        var building = new CompletableFuture<Optional<ImageRefusal>>();
        server.images.verdict = building;

        var answer = server.send("POST", "/api/snapshots?async=1", snapshot("later"));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("status").asText()).isEqualTo("building");
        assertThat(server.send("GET", "/api/snapshots/later")
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("building");
        building.complete(Optional.empty());
        assertThat(server.send("GET", "/api/snapshots/later")
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("ready");
    }

    @Test
    void listsReadsAndDeletesItsOwnOnly() {
        server.send("POST", "/api/snapshots", snapshot("m\u00fcller & co"));
        var path = "/api/snapshots/m%C3%BCller%20%26%20co";

        assertThat(server.send("GET", path).json().path("name").asText()).isEqualTo("m\u00fcller & co");
        assertThat(server.send("GET", "/api/snapshots").body()).startsWith("[").contains("m\u00fcller & co");
        assertThat(server.send("GET", path, BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY)
                        .status())
                .isEqualTo(404);
        assertThat(server.send("DELETE", path, BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY)
                        .status())
                .isEqualTo(404);
        assertThat(server.send("DELETE", path).status()).isEqualTo(204);
        assertThat(server.send("DELETE", path).status()).isEqualTo(404);
        assertThat(server.send("GET", "/api/snapshots/a%07b").status()).isEqualTo(404);
    }

    private static TestServer.Answer asOther(String method, String path, String body) {
        return server.send(
                method,
                path,
                BodyPublishers.ofString(body),
                "X-API-Key",
                TestServer.OTHER_KEY,
                "Content-Type",
                "application/json");
    }

    @Test
    void keepsPatchesOfASnapshotAsOfACheckpoint() {
        var id = server.send("POST", "/api/snapshots", snapshot("patched"))
                .json()
                .path("id")
                .asText();
        var path = "/api/snapshots/patched/patches";
        assertThat(server.send("GET", path).body()).isEqualTo("[]");

        var made = server.send("POST", path, "{\"script\":\"touch a\",\"description\":\"first\"}");

        assertThat(made.status()).isEqualTo(201);
        var patch = made.json().path("patch");
        assertThat(patch.path("sequence").asInt()).isEqualTo(1);
        assertThat(patch.path("checkpointId").asText()).isEqualTo(id);
        assertThat(server.send("GET", "/api/images/patched/patches").json().path(0))
                .isEqualTo(patch);
        assertThat(server.send("GET", "/api/sandboxes/checkpoints/" + id + "/patches")
                        .json()
                        .path(0))
                .isEqualTo(patch);
        assertThat(server.send("POST", path, "{}").status()).isEqualTo(400);
        assertThat(asOther("GET", path, "").status()).isEqualTo(404);
        assertThat(asOther("POST", path, "{\"script\":\"id\"}").status()).isEqualTo(404);
        assertThat(asOther("DELETE", path + "/" + patch.path("id").asText(), "").status())
                .isEqualTo(404);
        assertThat(server.send("DELETE", path + "/" + patch.path("id").asText()).status())
                .isEqualTo(204);
        assertThat(server.send("DELETE", path + "/" + patch.path("id").asText()).status())
                .isEqualTo(404);
        assertThat(server.send("DELETE", path + "/x").status()).isEqualTo(404);
        assertThat(server.send("GET", "/api/snapshots/nowhere/patches").status())
                .isEqualTo(404);
    }

    @Test
    void listsReadsAndRemovesImages() {
        var id = server.send("POST", "/api/snapshots", snapshot("to be removed"))
                .json()
                .path("id")
                .asText();

        assertThat(server.send("GET", "/api/images").json().findValuesAsText("id"))
                .contains(id);
        assertThat(server.send("GET", "/api/images/" + id).json().path("name").asText())
                .isEqualTo("to be removed");
        assertThat(asOther("GET", "/api/images", "").body()).isEqualTo("[]");
        assertThat(asOther("GET", "/api/images/" + id, "").status()).isEqualTo(404);
        assertThat(asOther("DELETE", "/api/images/" + id, "").status()).isEqualTo(404);
        assertThat(server.send("DELETE", "/api/images/" + id).status()).isEqualTo(204);
        assertThat(server.send("DELETE", "/api/images/" + id).code()).isEqualTo("image.not-found");
    }

    @Test
    void publishesForTheOperatorsOnly() {
        server.send("POST", "/api/snapshots", snapshot("everybodys"));
        var start = "{\"snapshot\":\"everybodys\"}";
        assertThat(asOther("POST", "/api/sandboxes", start).status()).isEqualTo(400);

        assertThat(asOther("POST", "/api/snapshots/everybodys/publish", "").status())
                .isEqualTo(403);
        var answer = server.send("POST", "/api/snapshots/everybodys/publish");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("name").asText()).isEqualTo("everybodys");
        assertThat(answer.json().path("public").asBoolean()).isTrue();
        assertThat(server.send("POST", "/api/snapshots/everybodys/publish").status())
                .isEqualTo(200);
        assertThat(asOther("POST", "/api/sandboxes", start).status()).isEqualTo(201);
        assertThat(asOther("GET", "/api/snapshots/everybodys", "").status()).isEqualTo(404);
        assertThat(server.send("POST", "/api/snapshots/everybodys/unpublish")
                        .json()
                        .path("public")
                        .asBoolean(true))
                .isFalse();
        assertThat(asOther("POST", "/api/sandboxes", start).status()).isEqualTo(400);
        assertThat(server.send("POST", "/api/snapshots/nowhere/publish").status())
                .isEqualTo(404);
    }

    /** The connection is cut while the build goes on; the server notices when it next has something to say. */
    @Test
    void keepsTheStreamAliveAndNoticesWhoGoesAway() throws IOException {
        server.images.verdict = new CompletableFuture<>();
        var before = server.images.left.get();
        var body = "{\"image\":" + IMAGE + "}";
        try (var socket = server.socket()) {
            socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
            socket.getOutputStream()
                    .write(("POST /api/sandboxes HTTP/1.1\r\nHost: x\r\nX-API-Key: " + TestServer.KEY
                                    + "\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: "
                                    + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            var reader = socket.getInputStream();
            var heard = new StringBuilder();
            while (!heard.toString().contains(": keepalive\n\n")) {
                var next = reader.read();
                assertThat(next).as(heard.toString()).isNotNegative();
                heard.append((char) next);
            }
        }
        TestServer.until("the server has noticed", () -> server.images.left.get() > before);
    }

    @Test
    void takesLargeBodiesForImagesOnly() {
        var large = "x".repeat(100_000);

        assertThat(server.send(
                                "POST",
                                "/api/sandboxes",
                                "{\"image\":{\"steps\":[{\"type\":\"add_file\",\"args\":{\"path\":\"/a\",\"content\":\""
                                        + large + "\"}}]}}")
                        .status())
                .isEqualTo(201);
        assertThat(server.send("POST", "/api/sandboxes", "{\"metadata\":{\"a\":\"" + large + "\"}}")
                        .status())
                .isEqualTo(413);
        assertThat(server.send("POST", "/api/secret-stores", "{\"name\":\"" + large + "\"}")
                        .status())
                .isEqualTo(413);
        assertThat(server.send("POST", "/api/snapshots", "{\"image\":\"" + large.repeat(50) + "\"}")
                        .status())
                .isEqualTo(413);
    }
}
