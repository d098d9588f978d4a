package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.checkpoint.Checkpoint;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BranchRoutesTest {
    private static TestServer server;
    private static String sandbox = "";

    @BeforeAll
    static void start() {
        server = new TestServer();
        server.checkpoints.stage = Checkpoint.Stage.READY;
        sandbox = server.send("POST", "/api/sandboxes", "{}")
                .json()
                .path("sandboxID")
                .asText();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String checkpoint() {
        return server.send("POST", "/api/sandboxes/" + sandbox + "/checkpoints", "{\"name\":\"one\"}")
                .json()
                .path("id")
                .asText();
    }

    @Test
    void answersARestoreWithThreeStrings() {
        var id = checkpoint();

        var answer = server.send("POST", "/api/sandboxes/" + sandbox + "/checkpoints/" + id + "/restore");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json())
                .hasSize(3)
                .allSatisfy(value -> assertThat(value.isTextual()).isTrue());
        assertThat(answer.json().path("status").asText()).isEqualTo("restoring");
        assertThat(server.send("POST", "/api/sandboxes/" + sandbox + "/checkpoints/" + UUID.randomUUID() + "/restore")
                        .status())
                .isEqualTo(404);
        assertThat(server.send("POST", "/api/sandboxes/" + sandbox + "/checkpoints/x/restore")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void publishesForItsOwnerOnly() {
        var path = "/api/sandboxes/checkpoints/" + checkpoint();

        assertThat(server.send("POST", path + "/publish")
                        .json()
                        .path("isPublic")
                        .asBoolean())
                .isTrue();
        assertThat(server.send("POST", path + "/publish").status()).isEqualTo(200);
        assertThat(server.send("POST", path + "/unpublish", BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY)
                        .status())
                .isEqualTo(404);
        assertThat(server.send("POST", path + "/unpublish")
                        .json()
                        .path("isPublic")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void wrapsAPatchThatIsMadeAndListsThemBare() {
        var path = "/api/sandboxes/checkpoints/" + checkpoint() + "/patches";
        assertThat(server.send("GET", path).body()).isEqualTo("[]");

        var made = server.send("POST", path, "{\"script\":\"touch a\",\"description\":\"first\"}");

        assertThat(made.status()).isEqualTo(201);
        var patch = made.json().path("patch");
        assertThat(patch.path("sequence").asInt()).isEqualTo(1);
        assertThat(patch.path("strategy").asText()).isEqualTo("on_wake");
        assertThat(server.send("GET", path).json().path(0)).isEqualTo(patch);
        assertThat(server.send("DELETE", path + "/" + patch.path("id").asText()).status())
                .isEqualTo(204);
        assertThat(server.send("DELETE", path + "/" + patch.path("id").asText()).status())
                .isEqualTo(404);
        assertThat(server.send("POST", path, "{\"script\":\"touch b\"}")
                        .json()
                        .path("patch")
                        .path("sequence")
                        .asInt())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"script\":\"\"}", "{\"script\":\"a\\u0000\"}", "{\"script\":7}"})
    void refusesAScriptThatCannotBe(String body) {
        assertThat(server.send("POST", "/api/sandboxes/checkpoints/" + checkpoint() + "/patches", body)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void tellsWhatARevocationHasReached() {
        assertThat(server.send("POST", "/api/sandboxes/" + sandbox + "/revoke-secrets")
                        .body())
                .isEqualTo("{\"revoked\":[\"" + sandbox + "\"],\"lagging\":[]}");
        var path = "/api/sandboxes/checkpoints/" + checkpoint() + "/revoke-secrets";
        assertThat(server.send("POST", path + "?subtree=true").status()).isEqualTo(200);
        assertThat(server.send("POST", path + "?subtree=perhaps").status()).isEqualTo(400);
    }

    @Test
    void explainsSecretsByCountsOfTokens() {
        var secret = server.send("GET", "/api/sandboxes/" + sandbox + "/secrets/explain")
                .json()
                .path("secrets")
                .path(0);

        assertThat(secret.path("name").asText()).isEqualTo("GIT_TOKEN");
        assertThat(secret.path("store").asText()).isEqualTo("git-creds");
        assertThat(secret.path("tokens")).hasToString("{\"own\":1,\"inherited\":3}");
        assertThat(secret.path("event").path("type").asText()).isEqualTo("store.secret-rolled-back");
        assertThat(secret.path("event").path("requestId").asText()).isEqualTo("request-1");
    }
}
