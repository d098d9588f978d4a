package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ArchiveRoutesTest {
    private static final TestServer server = new TestServer();

    @AfterAll
    static void close() {
        server.close();
    }

    private static TestServer.Answer post(String path, String body) {
        return server.send("POST", path, BodyPublishers.ofString(body), "X-API-Key", TestServer.KEY);
    }

    @Test
    void takesAnArchiveAndGivesItOut() {
        var imported = post("/api/snapshots/tools%20one/import", "bytes");

        assertThat(imported.status()).isEqualTo(201);
        assertThat(imported.json().path("name").asText()).isEqualTo("tools one");
        assertThat(imported.json().path("status").asText()).isEqualTo("ready");
        var exported = server.send("GET", "/api/snapshots/tools%20one/export");
        assertThat(exported.status()).isEqualTo(200);
        assertThat(exported.body()).isEqualTo("bytes");
    }

    @Test
    void givesOutACheckpoint() {
        var id = UUID.randomUUID();
        server.archives.kept.put("acme/" + id, new byte[] {'x'});

        assertThat(server.send("GET", "/api/sandboxes/checkpoints/" + id + "/export")
                        .body())
                .isEqualTo("x");
        assertThat(server.send("GET", "/api/sandboxes/checkpoints/" + UUID.randomUUID() + "/export")
                        .code())
                .isEqualTo("checkpoint.not-found");
    }

    @Test
    void hidesWhatBelongsToOthers() {
        post("/api/snapshots/mine/import", "bytes");

        var other = server.send(
                "GET", "/api/snapshots/mine/export", BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY);

        assertThat(other.status()).isEqualTo(404);
    }

    @Test
    void dropsSetuidOnlyWhenAskedTo() {
        var refused = post("/api/snapshots/su/import", "!su");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("archive.unsafe");

        assertThat(post("/api/snapshots/su/import?setuid=drop", "!su").status()).isEqualTo(201);
        assertThat(post("/api/snapshots/su2/import?setuid=keep", "!su").status())
                .isEqualTo(400);
    }

    @Test
    void takesImagesOfOthersAsTheirSenderDescribesThem() {
        assertThat(post("/api/snapshots/oci/import?format=oci&setuid=keep&sha256=" + "0".repeat(64), "!su")
                        .status())
                .isEqualTo(201);
        var other = post("/api/snapshots/other/import?format=rootfs&sha256=" + "1".repeat(64), "x");
        assertThat(other.code()).isEqualTo("archive.damaged");
        for (var bad : new String[] {"format=zip", "sha256=12", "setuid=maybe", "format=archive&setuid=keep"}) {
            assertThat(post("/api/snapshots/bad/import?" + bad, "x").status())
                    .as(bad)
                    .isEqualTo(400);
        }
    }
}
