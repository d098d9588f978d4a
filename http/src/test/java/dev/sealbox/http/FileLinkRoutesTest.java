package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.FileLink;
import dev.sealbox.domain.sandbox.FileLink.Use;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileLinkRoutesTest {
    private static TestServer server;
    private static String sandbox = "";
    private static String files = "";

    @BeforeAll
    static void start() {
        server = new TestServer();
        sandbox = created();
        files = "/api/sandboxes/" + sandbox + "/files";
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String created() {
        return server.send("POST", "/api/sandboxes", "{}")
                .json()
                .path("sandboxID")
                .asText();
    }

    private static String made(String use, String path, int seconds) {
        var answer = server.send(
                "POST", files + "/" + use + "-url", "{\"path\":\"%s\",\"expiresIn\":%d}".formatted(path, seconds));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json().path("url").asText();
    }

    /** Without any key, as anybody would. */
    private static TestServer.Answer followed(String method, String url, String body) {
        return server.send(method, target(url), BodyPublishers.ofString(body));
    }

    private static String target(String url) {
        var uri = URI.create(url);
        return uri.getRawPath() + "?" + uri.getRawQuery();
    }

    @Test
    void carriesFilesBothWaysWithoutAKey() {
        var path = "/home/sandbox/a b+c%2F&\u00e9.txt";
        assertThat(followed("PUT", made("upload", path, 60), "hello").status()).isEqualTo(204);
        assertThat(server.sandboxes.files.get(path)).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));

        var read = followed("GET", made("download", path, 60), "");
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.body()).isEqualTo("hello");
        assertThat(read.headers().firstValue("content-type")).contains("application/octet-stream");
        assertThat(read.headers().firstValue("x-content-type-options")).contains("nosniff");
        assertThat(read.headers().firstValue("content-disposition")).contains("attachment");
        assertThat(read.headers().firstValue("cache-control")).contains("no-store");
    }

    @Test
    void namesTheServerAsTheClientDoes() {
        var answer = server.send(
                "POST",
                files + "/download-url",
                BodyPublishers.ofString("{\"path\":\"/a\"}"),
                "X-API-Key",
                TestServer.KEY,
                "Content-Type",
                "application/json",
                "X-Forwarded-Proto",
                "https");
        assertThat(answer.json().path("url").asText()).startsWith("https://");
        assertThat(made("download", "/a", 1)).startsWith("http://127.0.0.1:" + server.port() + files + "/download?");
    }

    @ParameterizedTest
    @CsvSource({"0, 3600", "-5, 3600", "90, 90", "86400, 86400", "2000000000, 86400"})
    void isGoodForAtMostADay(int wanted, int seconds) {
        var now = Instant.now();
        var answer = server.send("POST", files + "/upload-url", "{\"path\":\"/a\",\"expiresIn\":" + wanted + "}");
        assertThat(Instant.parse(answer.json().path("expiresAt").asText()))
                .isBetween(now.plusSeconds(seconds - 1), Instant.now().plusSeconds(seconds + 1));
    }

    @Test
    void refusesWhateverWasChanged() {
        server.sandboxes.files.put("/a", "mine".getBytes(StandardCharsets.UTF_8));
        server.sandboxes.files.put("/b", "other".getBytes(StandardCharsets.UTF_8));
        var url = made("download", "/a", 60);
        var expires = url.replaceAll(".*expires=(\\d+).*", "$1");
        var signature = url.replaceAll(".*signature=([0-9a-f]+).*", "$1");
        var other = created();
        var turned = signature.substring(0, signature.length() - 1) + (signature.endsWith("0") ? "1" : "0");
        for (var forged : List.of(
                url.replace("path=/a", "path=/b").replace("path=%2Fa", "path=%2Fb"),
                url.replace("expires=" + expires, "expires=" + (Long.parseLong(expires) + 1)),
                url.replace(sandbox, other),
                url.replace("organization=acme", "organization=other"),
                url.replace("key=key-1", "key=key-2"),
                url.replace(signature, turned),
                url.replace(signature, signature.substring(1)),
                url.replace(signature, "x"))) {
            assertThat(forged).isNotEqualTo(url);
            var answer = followed("GET", forged, "");
            assertThat(answer.status()).as(forged).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("link.not-valid");
        }
        assertThat(followed("GET", url, "").body()).isEqualTo("mine");
    }

    @Test
    void isForOneUseOnly() {
        server.sandboxes.files.put("/a", "mine".getBytes(StandardCharsets.UTF_8));
        var download = made("download", "/a", 60);
        assertThat(followed("PUT", download.replace("/download?", "/upload?"), "x")
                        .status())
                .isEqualTo(403);
        assertThat(followed("PUT", download, "x").status()).isEqualTo(401);
        assertThat(followed("DELETE", download, "").status()).isEqualTo(401);
        assertThat(followed("GET", made("upload", "/a", 60).replace("/upload?", "/download?"), "")
                        .status())
                .isEqualTo(403);
        assertThat(followed("GET", download.replace("/files/download?", "/files?"), "")
                        .status())
                .isEqualTo(401);
        assertThat(server.sandboxes.files.get("/a")).isEqualTo("mine".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void expires() {
        var link = new FileLink(
                new OrganizationId("acme"), "key-1", new SandboxId(sandbox), Use.DOWNLOAD, "/a", 1_000_000_000);
        var answer = followed(
                "GET",
                "http://x" + files + "/download?path=/a&expires=1000000000&organization=acme&key=key-1&signature="
                        + TestServer.LINKS.signature(link),
                "");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.error()).contains("expired");
    }

    @Test
    void saysWhatIsMissing() {
        var url = "http://x" + target(made("download", "/a", 60));
        for (var name : List.of("path", "expires", "organization", "key", "signature")) {
            assertThat(followed("GET", url.replaceAll("([?&])" + name + "=", "$1no-" + name + "="), "")
                            .status())
                    .as(name)
                    .isEqualTo(400);
        }
        assertThat(followed("GET", url.replaceAll("expires=\\d+", "expires=soon"), "")
                        .status())
                .isEqualTo(400);
        assertThat(server.send("POST", files + "/download-url", "{}").status()).isEqualTo(400);
        assertThat(server.send("POST", files + "/download-url", "{\"path\":\"\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void isMadeOnlyByWhoMayReachTheSandbox() {
        for (var use : List.of("download-url", "upload-url")) {
            assertThat(server.send("POST", files + "/" + use, BodyPublishers.ofString("{\"path\":\"/a\"}"))
                            .status())
                    .isEqualTo(401);
            assertThat(server.send(
                                    "POST",
                                    files + "/" + use,
                                    BodyPublishers.ofString("{\"path\":\"/a\"}"),
                                    "X-API-Key",
                                    TestServer.OTHER_KEY,
                                    "Content-Type",
                                    "application/json")
                            .status())
                    .isEqualTo(404);
        }
    }
}
