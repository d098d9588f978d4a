package dev.sealbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SandboxTest {
    private static final String INFO = """
            {"sandboxID":"sb-1","status":"running","templateID":"base","template":"base",
             "startedAt":"2026-01-01T00:00:00Z","metadata":{"a":"b"},"cpuCount":1,"memoryMB":4096}""";
    private static final String PROCESSING = """
            {"id":"c1","sandboxId":"sb-1","orgId":"acme","name":"before","kind":"full","status":"processing",
             "sandboxConfig":{},"sizeBytes":0,"isPublic":false,"createdAt":"2026-01-01T00:00:00Z"}""";

    private RecordingServer server;
    private SealboxClient client;

    @BeforeEach
    void start() throws IOException {
        server = new RecordingServer();
        client = SealboxClient.builder()
                .baseUrl(server.url() + "/api/")
                .apiKey("osb_k")
                .build();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private Sandbox sandbox() {
        server.reply(200, INFO);
        return Sandbox.connect(client, "sb-1");
    }

    private void assertAsked(String method, String target, String body) {
        assertThat(server.last().method()).isEqualTo(method);
        assertThat(server.last().target()).isEqualTo(target);
        assertThat(server.last().body()).isEqualTo(body);
    }

    @Test
    void createsASandboxWithItsOptions() {
        server.reply(201, INFO);

        var sandbox = Sandbox.create(
                client,
                SandboxOptions.defaults()
                        .secretStore("git")
                        .env("A", "1")
                        .env("B", "2")
                        .metadata("m", "n")
                        .memoryMB(1024)
                        .timeout(Duration.ofMinutes(5)));

        assertThat(sandbox.id()).isEqualTo("sb-1");
        assertAsked(
                "POST",
                "/api/sandboxes",
                "{\"templateID\":\"base\",\"timeout\":300,\"secretStore\":\"git\",\"envs\":{\"A\":\"1\",\"B\":\"2\"},"
                        + "\"metadata\":{\"m\":\"n\"},\"memoryMB\":1024}");
    }

    @Test
    void forksACheckpointWithAStoreOnTop() {
        server.reply(201, INFO);

        Sandbox.createFromCheckpoint(client, "c1", ForkOptions.defaults().secretStore("second"));

        assertAsked("POST", "/api/sandboxes/from-checkpoint/c1", "{\"secretStore\":\"second\"}");
    }

    @Test
    void runsAShellLine() {
        var sandbox = sandbox();
        server.reply(200, "   {\"exitCode\":3,\"stdout\":\"o\",\"stderr\":\"e\"}");

        var result = sandbox.commands()
                .run(
                        "echo $X",
                        RunOptions.defaults().env("X", "y").directory("/tmp").timeout(Duration.ofSeconds(5)));

        assertThat(result).isEqualTo(new CommandResult(3, "o", "e"));
        assertAsked(
                "POST",
                "/api/sandboxes/sb-1/exec/run",
                "{\"envs\":{\"X\":\"y\"},\"cwd\":\"/tmp\",\"timeout\":5,\"cmd\":\"sh\",\"args\":[\"-c\",\"echo $X\"]}");
    }

    @Test
    void readsAndWritesFiles() {
        var files = sandbox().files();
        server.reply(200, "gr\u00fc\u00df").reply(200, "").reply(204, "").reply(204, "");

        assertThat(files.read("/tmp/a b+c")).isEqualTo("gr\u00fc\u00df");
        assertAsked("GET", "/api/sandboxes/sb-1/files?path=%2Ftmp%2Fa%20b%2Bc", "");
        assertThat(files.readBytes("empty")).isEmpty();
        files.write("x", "text");
        assertAsked("PUT", "/api/sandboxes/sb-1/files?path=x", "text");
        files.write("x", () -> new ByteArrayInputStream("streamed".getBytes(StandardCharsets.UTF_8)));
        assertAsked("PUT", "/api/sandboxes/sb-1/files?path=x", "streamed");
    }

    @Test
    void listsMakesAndRemoves() {
        var files = sandbox().files();
        server.reply(200, "[{\"name\":\"a\",\"isDir\":true,\"path\":\"/tmp/a\",\"size\":0}]")
                .reply(204, "")
                .reply(204, "");

        assertThat(files.list("/tmp")).isEqualTo(List.of(new FileInfo("a", true, "/tmp/a", 0)));
        assertAsked("GET", "/api/sandboxes/sb-1/files/list?path=%2Ftmp", "");
        files.makeDir("d");
        assertAsked("POST", "/api/sandboxes/sb-1/files/mkdir?path=d", "");
        files.remove("d");
        assertAsked("DELETE", "/api/sandboxes/sb-1/files?path=d", "");
    }

    @Test
    void exposesAndClosesPorts() {
        var sandbox = sandbox();
        var url = "{\"id\":\"p1\",\"sandboxId\":\"sb-1\",\"hostname\":\"sb-1-p3000.localhost\",\"port\":3000,"
                + "\"createdAt\":\"2026-01-01T00:00:00Z\"}";
        server.reply(201, url)
                .reply(200, "[" + url + "]")
                .reply(404, "{\"code\":\"preview.not-exposed\"}")
                .reply(200, "{\"previewAuthToken\":\"a-new-token\",\"scheme\":\"bearer\"}");

        assertThat(sandbox.exposePort(3000).hostname()).isEqualTo("sb-1-p3000.localhost");
        assertAsked("POST", "/api/sandboxes/sb-1/preview", "{\"port\":3000}");
        assertThat(sandbox.previewUrls()).extracting(PreviewUrl::port).containsExactly(3000);
        sandbox.closePort(3000);
        assertAsked("DELETE", "/api/sandboxes/sb-1/preview/3000", "");
        assertThat(sandbox.rotatePreviewToken()).isEqualTo("a-new-token");
        assertAsked("POST", "/api/sandboxes/sb-1/preview/rotate", "{}");
    }

    @Test
    void tellsAMissingFileFromAMissingSandbox() {
        var files = sandbox().files();
        server.reply(200, "")
                .reply(404, "{\"error\":\"no such file\",\"code\":\"file.not-found\"}")
                .reply(404, "{\"error\":\"sandbox not found\",\"code\":\"sandbox.not-found\"}");

        assertThat(files.exists("a")).isTrue();
        assertThat(files.exists("a")).isFalse();
        assertThatThrownBy(() -> files.exists("a")).isInstanceOf(ApiException.class);
    }

    @Test
    void takesListsAndDeletesCheckpoints() {
        var sandbox = sandbox();
        server.reply(201, PROCESSING)
                .reply(200, "[" + PROCESSING + "]")
                .reply(404, "{\"code\":\"checkpoint.not-found\"}");

        var checkpoint = sandbox.createCheckpoint("before");

        assertThat(checkpoint.id()).isEqualTo("c1");
        assertThat(checkpoint.isReady()).isFalse();
        assertAsked("POST", "/api/sandboxes/sb-1/checkpoints", "{\"name\":\"before\"}");
        assertThat(sandbox.listCheckpoints()).containsExactly(checkpoint);
        sandbox.deleteCheckpoint("c1");
        assertAsked("DELETE", "/api/sandboxes/sb-1/checkpoints/c1", "");
    }

    @Test
    void waitsForACheckpoint() {
        var sandbox = sandbox();
        server.reply(200, "[" + PROCESSING + "]").reply(200, "[" + PROCESSING.replace("processing", "ready") + "]");

        assertThat(sandbox.awaitCheckpoint("c1", Duration.ofSeconds(20)).isReady())
                .isTrue();
    }

    @Test
    void waitsNoLongerForACheckpointThatFailedOrTakesTooLong() {
        var sandbox = sandbox();
        server.reply(200, "[" + PROCESSING.replace("processing", "failed") + "]")
                .reply(200, "[" + PROCESSING + "]");

        assertThatThrownBy(() -> sandbox.awaitCheckpoint("c1", Duration.ofSeconds(20)))
                .hasMessageContaining("failed");
        assertThatThrownBy(() -> sandbox.awaitCheckpoint("c1", Duration.ofSeconds(-1)))
                .hasMessageContaining("not ready");
    }

    @Test
    void tellsAllowedHosts() {
        var sandbox = sandbox();
        server.reply(
                200,
                "{\"sandboxID\":\"sb-1\",\"secretStore\":\"top\",\"egressAllowlist\":[\"a\"],\"perSecretAllowedHosts\":{\"T\":[\"b\"]},\"egressTcp\":[\"c:22\"]}");

        assertThat(sandbox.allowedHosts())
                .isEqualTo(new AllowedHosts(
                        "sb-1", "top", null, List.of("a"), Map.of("T", List.of("b")), List.of("c:22")));
    }

    @Test
    void killsOnClose() {
        var sandbox = sandbox();
        server.reply(204, "").reply(204, "");

        sandbox.close();
        assertAsked("DELETE", "/api/sandboxes/sb-1", "");
        sandbox.killWithStore();
        assertAsked("DELETE", "/api/sandboxes/sb-1?deleteSecretStore=true", "");
    }

    @Test
    void isNotRunningWhenGone() {
        var sandbox = sandbox();
        server.reply(404, "{}").reply(200, INFO).reply(503, "{}");

        assertThat(sandbox.isRunning()).isFalse();
        assertThat(sandbox.isRunning()).isTrue();
        assertThatThrownBy(sandbox::isRunning).isInstanceOf(ApiException.class);
    }

    @Test
    void takesAddressAndKeyFromTheEnvironment() {
        var environment = Map.of(
                "OPENCOMPUTER_API_URL", server.url(), "SEALBOX_API_URL", "http://wrong", "SEALBOX_API_KEY", "osb_e");
        server.reply(200, "[]");

        try (var fromEnvironment = new SealboxClient.Builder(environment::get).build()) {
            assertThat(Sandbox.list(fromEnvironment)).isEmpty();
        }

        assertThat(server.last().key()).isEqualTo(Optional.of("osb_e"));
        assertThat(server.last().target()).isEqualTo("/api/sandboxes");
    }

    @Test
    void saysWhenNobodyAnswers() {
        try (var nowhere = SealboxClient.builder().baseUrl("http://127.0.0.1:1").build()) {
            assertThatThrownBy(() -> Sandbox.list(nowhere))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.status()).isZero())
                    .hasMessageContaining("127.0.0.1:1");
        }
    }
}
