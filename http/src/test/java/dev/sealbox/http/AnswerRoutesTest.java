package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerRoutesTest {
    private static final String IT = "/api/audit/replay/sandbox:sb-0123456789abcdef";
    private static final String WHO = "/api/audit/who-could?name=TOKEN&host=api.example.com";
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void replaysAtATimeOrANumber() {
        var at = server.send("GET", IT + "?at=2026-01-02T00:00:00%2B01:00");
        assertThat(at.status()).isEqualTo(200);
        assertThat(at.json().path("entity").asText()).isEqualTo("sandbox:sb-0123456789abcdef");
        assertThat(at.json().path("sequence").asLong()).isEqualTo(3);
        assertThat(at.json().path("state").path("stage").asText()).isEqualTo("3");
        assertThat(server.send("GET", "/api/audit/replay/sb-0123456789abcdef?at=2026-01-02T00:00:00+01:00")
                        .body())
                .isEqualTo(at.body());
        assertThat(server.send("GET", IT + "?at=1").json().path("at").asText()).isEqualTo("2026-01-01T00:00:00Z");
    }

    @Test
    void saysWhyThereIsNothing() {
        assertThat(server.send("GET", IT + "?at=2025-01-02T00:00:00Z").code()).isEqualTo("audit.before-first-event");
        assertThat(server.send("GET", IT + "?at=2025-01-02T00:00:00Z").status()).isEqualTo(404);
        assertThat(server.send("GET", IT + "?at=4").code()).isEqualTo("audit.not-reached");
        assertThat(server.send("GET", "/api/audit/replay/organization:acme?at=1")
                        .code())
                .isEqualTo("audit.not-found");
        var other = server.send("GET", IT + "?at=1", BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY);
        assertThat(other.status()).isEqualTo(404);
        assertThat(other.code()).isEqualTo("audit.not-found");
    }

    @Test
    void saysWhatChanged() {
        var answer = server.send("GET", IT + "?from=1&to=2026-01-02T00:00:00Z");

        assertThat(answer.status()).isEqualTo(200);
        var change = answer.json().path("changes").path(0);
        assertThat(change.path("path").asText()).isEqualTo("/stage");
        assertThat(change.path("change").asText()).isEqualTo("changed");
        assertThat(change.path("before").asText()).isEqualTo("1");
        assertThat(change.path("after").asText()).isEqualTo("3");
        var event = answer.json().path("events").path(0);
        assertThat(event.path("kind").asText()).isEqualTo("sandbox.started");
        assertThat(event.path("actor").asText()).isEqualTo("key-1");
    }

    @Test
    void tellsWhoCouldAndHowItCameToThat() {
        var answer = server.send("GET", WHO + "&at=2026-01-01T00:00:05Z&limit=7");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("upTo").asText()).isEqualTo("2026-01-01T00:00:09Z");
        assertThat(answer.json().path("complete").asBoolean()).isTrue();
        assertThat(answer.json().path("next").asText()).isEqualTo("sb-0123456789abcdef");
        var sandbox = answer.json().path("sandboxes").path(0);
        assertThat(sandbox.path("sandboxID").asText()).isEqualTo("sb-0123456789abcdef");
        assertThat(sandbox.path("token").asText()).isEqualTo("inherited");
        assertThat(sandbox.path("secret").path("kept").asBoolean()).isTrue();
        assertThat(sandbox.path("secret").path("givenBy").path("sequence").asLong())
                .isEqualTo(4);
        assertThat(sandbox.path("layers").path(0).path("wins").asBoolean()).isTrue();
        assertThat(sandbox.path("layers").path(0).path("presence").asText()).isEqualTo("deleted");
        assertThat(sandbox.path("forkedFrom").path(0).path("name").asText()).isEqualTo("before");
        assertThat(server.log.questions.getLast().limit()).isEqualTo(7);
        assertThat(server.send("GET", WHO.replace("api.example.com", "API.Example.COM.") + "&after=sb-0123456789abcdef")
                        .json()
                        .path("host")
                        .asText())
                .isEqualTo("api.example.com");
        assertThat(server.send("GET", WHO.replace("api.example.com", "elsewhere.test"))
                        .json()
                        .path("sandboxes"))
                .isEmpty();
        assertThat(server.send("GET", WHO, BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY)
                        .json()
                        .path("sandboxes"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replay/sb-0123456789abcdef",
                "replay/sb-0123456789abcdef?at=",
                "replay/sb-0123456789abcdef?at=0",
                "replay/sb-0123456789abcdef?at=-5",
                "replay/sb-0123456789abcdef?at=yesterday",
                "replay/sb-0123456789abcdef?at=2026-01-01",
                "replay/sb-0123456789abcdef?at=99999999999999999999",
                "replay/sb-0123456789abcdef?from=1",
                "replay/sb-0123456789abcdef?from=1&to=x",
                "replay/sb-0123456789abcdef?from=1&to=2&at=3",
                "replay/sb-1?at=1",
                "replay/nothing?at=1",
                "replay/snapshot:x?at=1",
                "who-could",
                "who-could?name=TOKEN",
                "who-could?host=a.test",
                "who-could?name=no-name&host=a.test",
                "who-could?name=TOKEN&host=https://a.test",
                "who-could?name=TOKEN&host=a.test:443",
                "who-could?name=TOKEN&host=*.a.test",
                "who-could?name=TOKEN&host=a.test&at=7",
                "who-could?name=TOKEN&host=a.test&at=2026-13-01T00:00:00Z",
                "who-could?name=TOKEN&host=a.test&limit=0",
                "who-could?name=TOKEN&host=a.test&limit=1001",
                "who-could?name=TOKEN&host=a.test&limit=many",
                "who-could?name=TOKEN&host=a.test&after=x"
            })
    void refusesWhatMakesNoSense(String question) {
        var answer = server.send("GET", "/api/audit/" + question);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid");
        assertThat(answer.error()).isNotBlank();
    }

    @Test
    void takesOnlyReads() {
        assertThat(server.send("POST", WHO, "{}").status()).isEqualTo(405);
        assertThat(server.send("DELETE", IT).status()).isEqualTo(405);
        assertThat(server.send("GET", WHO, BodyPublishers.noBody()).status()).isEqualTo(401);
    }
}
