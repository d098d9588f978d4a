package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.Retention;
import dev.sealbox.domain.identity.StoreName;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointRoutesTest {
    private static TestServer server;
    private static String sandbox = "";

    @BeforeAll
    static void start() {
        server = new TestServer();
        sandbox = server.send("POST", "/api/sandboxes", "{\"envs\":{\"PASSWORD\":\"do-not-show\"}}")
                .json()
                .path("sandboxID")
                .asText();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static TestServer.Answer create(String body) {
        return server.send("POST", "/api/sandboxes/" + sandbox + "/checkpoints", body);
    }

    @Test
    void saysOfOneThatIsReadyWhetherItHasMemory() {
        server.checkpoints.stage = Checkpoint.Stage.READY;
        try {
            assertThat(create("{\"name\":\"with memory\"}")
                            .json()
                            .path("memory")
                            .asBoolean())
                    .isTrue();
        } finally {
            server.checkpoints.stage = Checkpoint.Stage.PROCESSING;
        }
    }

    @Test
    void createsACheckpointWithTheFieldsThatClientsRead() {
        var answer = create("{\"name\":\"before\",\"kind\":\"disk_only\",\"promoteToFull\":true}");

        assertThat(answer.status()).isEqualTo(201);
        var checkpoint = answer.json();
        assertThat(UUID.fromString(checkpoint.path("id").asText())).isNotNull();
        assertThat(checkpoint.path("sandboxId").asText()).isEqualTo(sandbox);
        assertThat(checkpoint.path("orgId").asText()).isEqualTo("acme");
        assertThat(checkpoint.path("name").asText()).isEqualTo("before");
        assertThat(checkpoint.path("kind").asText()).isEqualTo("disk_only");
        assertThat(checkpoint.path("memory").asBoolean(true)).isFalse();
        assertThat(checkpoint.path("status").asText()).isEqualTo("processing");
        assertThat(checkpoint.path("sizeBytes").isIntegralNumber()).isTrue();
        assertThat(checkpoint.path("isPublic").isBoolean()).isTrue();
        assertThat(Instant.parse(checkpoint.path("createdAt").asText())).isNotNull();
        assertThat(checkpoint.path("sandboxConfig").path("secretStores")).hasToString("[\"git-creds\"]");
        assertThat(checkpoint.path("sandboxConfig").path("envs")).hasToString("{\"PASSWORD\":\"***\"}");
        assertThat(answer.body()).doesNotContain("do-not-show");
        assertThat(checkpoint.has("errorMsg")).isFalse();
        assertThat(checkpoint.has("failedAt")).isFalse();
    }

    @Test
    void tellsWhyACheckpointFailed() {
        server.checkpoints.stage = Checkpoint.Stage.FAILED;
        try {
            var checkpoint = create("{\"name\":\"bad\"}").json();
            assertThat(checkpoint.path("status").asText()).isEqualTo("failed");
            assertThat(checkpoint.path("errorMsg").asText()).isEqualTo("the disk is full");
            assertThat(checkpoint.has("failedAt")).isTrue();
        } finally {
            server.checkpoints.stage = Checkpoint.Stage.PROCESSING;
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|invalid",
                "{\"name\":\"\"}|invalid",
                "{\"name\":\"a\\u0007\"}|invalid",
                "{\"name\":\"a\",\"kind\":\"half\"}|invalid",
                "{\"name\":\"a\",\"promoteToFull\":true}|invalid",
                "{\"name\":\"a\",\"promoteToFull\":\"yes\",\"kind\":\"disk_only\"}|invalid",
                "{\"name\":\"a\",\"retentionPolicy\":[]}|invalid",
                "{\"name\":\"a\",\"retentionPolicy\":{\"mode\":\"some\"}}|invalid",
                "{\"name\":\"a\",\"retentionPolicy\":{\"maxCount\":11}}|invalid",
                "{\"name\":\"a\",\"retentionPolicy\":{\"maxCount\":-1}}|invalid",
                "{\"name\":\"a\",\"retentionPolicy\":{\"mode\":\"delete_oldest\",\"maxCount\":11}}|invalid",
                "{\"name\":\"a\",\"kind\":\"disk_only\",\"retentionPolicy\":{\"mode\":\"delete_oldest\",\"maxCount\":101}}|invalid"
            })
    void refusesWhatCannotBe(String body, String code) {
        var answer = create(body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void takesARetentionPolicy() {
        assertThat(create("{\"name\":\"kept\",\"retentionPolicy\":{\"mode\":\"none\",\"maxCount\":3}}")
                        .status())
                .isEqualTo(201);
        assertThat(server.checkpoints.retentions.getLast()).isEqualTo(Retention.NONE);
        create("{\"name\":\"two\",\"retentionPolicy\":{\"mode\":\"delete_oldest\",\"maxCount\":2}}");
        assertThat(server.checkpoints.retentions.getLast().most()).contains(2);
        create("{\"name\":\"all\",\"kind\":\"disk_only\",\"retentionPolicy\":{\"mode\":\"delete_oldest\"}}");
        assertThat(server.checkpoints.retentions.getLast().most()).contains(100);
    }

    @Test
    void listsAndDeletes() {
        var id = create("{\"name\":\"gone-soon\"}").json().path("id").asText();
        var path = "/api/sandboxes/" + sandbox + "/checkpoints";

        assertThat(server.send("GET", path).body()).startsWith("[").contains(id);
        assertThat(server.send("DELETE", path + "/" + id).status()).isEqualTo(204);
        assertThat(server.send("DELETE", path + "/" + id).status()).isEqualTo(404);
        assertThat(server.send("DELETE", path + "/nonsense").status()).isEqualTo(400);
    }

    @Test
    void forksWithAStoreOnTop() {
        var id = create("{\"name\":\"forked\"}").json().path("id").asText();

        var fork = server.send(
                "POST",
                "/api/sandboxes/from-checkpoint/" + id,
                "{\"secretStore\":\"second\",\"envs\":{\"A\":\"b\"},\"memoryMB\":99999,\"timeout\":7}");

        assertThat(fork.status()).isEqualTo(201);
        assertThat(fork.json().path("fromCheckpointId").asText()).isEqualTo(id);
        assertThat(fork.json().path("status").asText()).isEqualTo("running");
        var wish = server.checkpoints.forks.getLast();
        assertThat(wish.store()).isEqualTo(Optional.of(new StoreName("second")));
        assertThat(wish.envs()).isEqualTo(Map.of("A", "b"));
        assertThat(wish.memoryMB()).isEqualTo(Optional.of(16384));
        assertThat(wish.timeoutSeconds()).isEqualTo(7);
    }

    @Test
    void forksWithoutAnyBody() {
        var id = create("{\"name\":\"bare\"}").json().path("id").asText();

        assertThat(server.send("POST", "/api/sandboxes/from-checkpoint/" + id).status())
                .isEqualTo(201);
        assertThat(server.send("POST", "/api/sandboxes/from-checkpoint/" + id, "")
                        .status())
                .isEqualTo(201);
        assertThat(server.send("POST", "/api/sandboxes/from-checkpoint/nonsense", "{}")
                        .status())
                .isEqualTo(400);
        assertThat(server.send("POST", "/api/sandboxes/from-checkpoint/" + UUID.randomUUID(), "{}")
                        .status())
                .isEqualTo(404);
    }
}
