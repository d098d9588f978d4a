package dev.sealbox.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiKeysTest {
    private static final String KEY = """
            {"id":"key-1","name":"ci","role":"agent-launcher","stores":["git"],"createdAt":"2026-01-01T00:00:00Z",
             "createdBy":"key-0","revoked":false,"key":"osb_shown_once","later":1}""";

    private RecordingServer server;
    private SealboxClient client;

    @BeforeEach
    void start() throws IOException {
        server = new RecordingServer();
        client = SealboxClient.builder().baseUrl(server.url()).apiKey("osb_k").build();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void issuesAKeyAndPrintsItNowhere() {
        server.reply(201, KEY);

        var issued = client.apiKeys()
                .issue(NewApiKey.agentLauncher("ci", List.of("git")).expiresAt(Instant.parse("2030-01-01T00:00:00Z")));

        assertThat(issued.key()).isEqualTo("osb_shown_once");
        assertThat(issued).asString().doesNotContain("osb_shown_once").contains("key-1");
        assertThat(server.last().method() + " " + server.last().target()).isEqualTo("POST /api/api-keys");
        assertThat(server.last().body())
                .isEqualTo("{\"name\":\"ci\",\"role\":\"agent-launcher\",\"stores\":[\"git\"],"
                        + "\"expiresAt\":\"2030-01-01T00:00:00Z\"}");
    }

    @Test
    void namesTheRoles() {
        server.reply(201, KEY).reply(201, KEY).reply(201, KEY);

        for (var wanted : List.of(NewApiKey.admin("a"), NewApiKey.operator("a"), NewApiKey.auditor("a"))) {
            client.apiKeys().issue(wanted);
        }

        assertThat(server.all())
                .extracting(RecordingServer.Asked::body)
                .containsExactly(
                        "{\"name\":\"a\",\"role\":\"admin\"}",
                        "{\"name\":\"a\",\"role\":\"operator\"}",
                        "{\"name\":\"a\",\"role\":\"auditor\"}");
    }

    @Test
    void listsAndRevokes() {
        server.reply(200, "[" + KEY + "]").reply(204, "");

        assertThat(client.apiKeys().list())
                .containsExactly(new ApiKey(
                        "key-1",
                        "ci",
                        "agent-launcher",
                        List.of("git"),
                        "2026-01-01T00:00:00Z",
                        "key-0",
                        null,
                        null,
                        false,
                        null));
        client.apiKeys().revoke("key-1");
        assertThat(server.last().method() + " " + server.last().target()).isEqualTo("DELETE /api/api-keys/key-1");
    }

    @Test
    void makesAndListsOrganisations() {
        server.reply(201, "{\"id\":\"acme\",\"apiKey\":" + KEY + "}")
                .reply(200, "[{\"id\":\"acme\",\"createdAt\":\"2026-01-01T00:00:00Z\"}]");

        assertThat(client.organizations().create("acme").key()).isEqualTo("osb_shown_once");
        assertThat(server.last().body()).isEqualTo("{\"id\":\"acme\"}");
        assertThat(client.organizations().list()).containsExactly(new Organization("acme", "2026-01-01T00:00:00Z"));
    }
}
