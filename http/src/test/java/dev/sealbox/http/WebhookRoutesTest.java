package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.http.TestServer.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookRoutesTest {
    private static final String URL = "https://hooks.example.com/in";
    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer("sealbox.http.rate-limit.requests-per-second = 0");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Answer create(String more) {
        return server.send("POST", "/api/webhooks", "{\"url\":\"" + URL + "\"" + more + "}");
    }

    private static String path(Answer made) {
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        return "/api/webhooks/" + made.json().path("id").asText();
    }

    @Test
    void createsWithTheFieldsThatClientsRead() {
        var made = create(",\"name\":\"ops\",\"eventTypes\":[\"sandbox.stopped\",\"sandbox.checkpoint.*\"]");
        var path = path(made);

        assertThat(made.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(made.json().path("id").asText()).matches("whk_[0-9a-f]{32}");
        assertThat(made.json().path("secret").asText()).startsWith("whsec_");
        for (var answer : java.util.List.of(made, server.send("GET", path))) {
            assertThat(answer.json().path("url").asText()).isEqualTo(URL);
            assertThat(answer.json().path("name").asText()).isEqualTo("ops");
            assertThat(answer.json().path("eventTypes")).hasSize(2);
            assertThat(answer.json().has("sandboxId")).isTrue();
            assertThat(answer.json().path("sandboxId").isNull()).isTrue();
            assertThat(answer.json().path("enabled").asBoolean()).isTrue();
            assertThat(answer.json().path("hasSecret").asBoolean()).isTrue();
            assertThat(answer.json().path("createdAt").asText()).endsWith("Z");
        }
        assertThat(server.send("GET", path).json().has("secret")).isFalse();
        assertThat(server.send("GET", "/api/webhooks").body()).doesNotContain("whsec_");
        assertThat(server.send("GET", path + "/secret").json().path("secret").asText())
                .isEqualTo(made.json().path("secret").asText());
    }

    @Test
    void answersARepeatWithoutTheSecret() {
        var key = UUID.randomUUID().toString();
        var body = "{\"url\":\"" + URL + "\",\"secret\":\"whsec_MTIzNDU2Nzg5MGFiY2RlZg==\"}";

        var first = repeat("/api/webhooks", key, body);
        var second = repeat("/api/webhooks", key, body);
        var other = repeat("/api/webhooks", key, body.replace("MTIz", "MTIy"));

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.json().path("secret").asText()).isEqualTo("whsec_MTIzNDU2Nzg5MGFiY2RlZg==");
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.json().path("id")).isEqualTo(first.json().path("id"));
        assertThat(second.body()).doesNotContain("whsec_");
        assertThat(other.status()).isEqualTo(409);
        assertThat(server.send("GET", "/api/webhooks").json().path("data")).hasSize(1);
    }

    private Answer repeat(String path, String key, String body) {
        return server.send(
                "POST",
                path,
                BodyPublishers.ofString(body),
                "X-API-Key",
                TestServer.KEY,
                "Content-Type",
                "application/json",
                "Idempotency-Key",
                key);
    }

    @Test
    void changesWhatIsSaidAndNothingElse() {
        var made = create(",\"eventTypes\":[\"sandbox.stopped\"],\"name\":\"ops\"");
        var path = path(made);

        var paused = server.send("PATCH", path, "{\"enabled\":false}");
        assertThat(paused.json().path("enabled").asBoolean(true)).isFalse();
        assertThat(paused.json().path("eventTypes")).hasSize(1);
        assertThat(paused.json().path("name").asText()).isEqualTo("ops");
        assertThat(paused.json().has("secret")).isFalse();
        assertThat(server.send("POST", path + "/test").status()).isEqualTo(409);
        var cleared = server.send("PATCH", path, "{\"eventTypes\":null,\"enabled\":true}");
        assertThat(cleared.json().path("eventTypes")).isEmpty();
        var rotated = server.send("PATCH", path, "{\"rotateSecret\":true}");
        assertThat(rotated.json().path("secret").asText())
                .startsWith("whsec_")
                .isNotEqualTo(made.json().path("secret").asText());
    }

    @Test
    void testsAndTellsWhatCameOfIt() {
        var path = path(create(",\"eventTypes\":[\"sandbox.stopped\"]"));

        var test = server.send("POST", path + "/test").json();
        var message = test.path("messageId").asText();
        assertThat(test.path("ok").asBoolean()).isTrue();
        assertThat(test.path("eventType").asText()).isEqualTo("sandbox.stopped");
        var delivery =
                server.send("GET", path + "/deliveries").json().path("data").path(0);
        assertThat(delivery.path("id").asText()).isEqualTo(message);
        assertThat(delivery.path("status").asText()).isEqualTo("failed");
        assertThat(delivery.path("responseStatusCode").asInt()).isEqualTo(500);
        assertThat(delivery.has("timestamp")).isTrue();
        var read = server.send("GET", path + "/deliveries/" + message).json();
        assertThat(read.path("payload").path("type").asText()).isEqualTo("sandbox.test");
        var again = server.send("POST", path + "/deliveries/" + message + "/redeliver");
        assertThat(again.json().path("ok").asBoolean()).isTrue();
        assertThat(server.send("GET", path + "/deliveries/msg_x").status()).isEqualTo(404);
        assertThat(server.send("POST", path + "/deliveries/msg_x/redeliver").status())
                .isEqualTo(404);
    }

    @Test
    void deletesOnce() {
        var path = path(create(""));

        assertThat(server.send("DELETE", path).status()).isEqualTo(204);
        assertThat(server.send("DELETE", path).status()).isEqualTo(404);
        assertThat(server.send("GET", path + "/secret").code()).isEqualTo("webhook.not-found");
    }

    @Test
    void scopesToASandbox() {
        var id = server.send("POST", "/api/sandboxes", "{}")
                .json()
                .path("sandboxID")
                .asText();

        assertThat(create(",\"sandboxId\":\"" + id + "\"")
                        .json()
                        .path("sandboxId")
                        .asText())
                .isEqualTo(id);
        assertThat(create(",\"sandboxId\":\"sb-00000000000000ff\"").status()).isEqualTo(404);
    }

    @Test
    void registersThoseOfASandboxWithIt() {
        var body = "{\"webhooks\":[{\"url\":\"" + URL + "\",\"eventTypes\":[\"sandbox.stopped\"]}," + "{\"url\":\""
                + URL + "2\",\"secret\":\"a-secret-of-their-own\"}]}";
        var key = UUID.randomUUID().toString();

        var first = repeat("/api/sandboxes", key, body);
        var second = repeat("/api/sandboxes", key, body);

        assertThat(first.status()).as(first.body()).isEqualTo(201);
        var hooks = first.json().path("webhooks");
        assertThat(hooks).hasSize(2);
        assertThat(hooks.path(0).path("url").asText()).isEqualTo(URL);
        assertThat(hooks.path(0).path("secret").asText()).startsWith("whsec_");
        assertThat(hooks.path(1).has("secret")).isFalse();
        assertThat(second.json().path("sandboxID")).isEqualTo(first.json().path("sandboxID"));
        assertThat(second.json().path("webhooks")).hasSize(2);
        assertThat(second.body()).doesNotContain("whsec_", "secret-of");
        var read = server.send(
                        "GET", "/api/webhooks/" + hooks.path(0).path("id").asText())
                .json();
        assertThat(read.path("sandboxId")).isEqualTo(first.json().path("sandboxID"));
        assertThat(server.send("GET", "/api/webhooks").json().path("data")).hasSize(2);
    }

    @Test
    void keepsNoWebhookOfASandboxThatIsRefused() {
        var refused = server.send(
                "POST", "/api/sandboxes", "{\"secretStore\":\"unknown\",\"webhooks\":[{\"url\":\"" + URL + "\"}]}");
        var wrong = server.send(
                "POST",
                "/api/sandboxes",
                "{\"webhooks\":[{\"url\":\"" + URL + "\"},{\"url\":\"http://hooks.example.com/\"}]}");
        var many = server.send(
                "POST",
                "/api/sandboxes",
                "{\"webhooks\":[" + "{\"url\":\"https://a.example/\"},".repeat(10)
                        + "{\"url\":\"https://a.example/\"}]}");

        assertThat(refused.status()).as(refused.body()).isEqualTo(400);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(many.status()).isEqualTo(400);
        assertThat(server.send("GET", "/api/webhooks").json().path("data")).isEmpty();
        assertThat(server.send("GET", "/api/sandboxes").json()).isEmpty();
    }

    @Test
    void refusesTooMany() {
        for (var i = 0; i < FakeWebhooks.LIMIT; i++) {
            path(create(""));
        }

        var answer = create("");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("webhook.too-many");
        assertThat(answer.json().path("limit").asInt()).isEqualTo(FakeWebhooks.LIMIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"url\":7}",
                "{\"url\":\"http://hooks.example.com/\"}",
                "{\"url\":\"https://hooks.example.com/\\r\\nX-Injected: 1\"}",
                "{\"url\":\"https://u:p@hooks.example.com/\"}",
                "{\"url\":\"https://h.example/\",\"name\":\"a\\r\\nb\"}",
                "{\"url\":\"https://h.example/\",\"secret\":\"short-secret\"}",
                "{\"url\":\"https://h.example/\",\"secret\":\"a secret with\\nlines in it\"}",
                "{\"url\":\"https://h.example/\",\"eventTypes\":[\"sandbox.gone\"]}",
                "{\"url\":\"https://h.example/\",\"eventTypes\":\"sandbox.stopped\"}",
                "{\"url\":\"https://h.example/\",\"enabled\":\"yes\"}",
                "{\"url\":\"https://h.example/\",\"sandboxId\":\"../x\"}"
            })
    void refusesWhatCannotBe(String body) {
        var answer = server.send("POST", "/api/webhooks", body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.error()).isNotEmpty().doesNotContain("secret with", "short-secret", "u:p");
        assertThat(server.send("GET", "/api/webhooks").json().path("data")).isEmpty();
    }
}
