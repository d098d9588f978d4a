package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.organization.Role;
import dev.sealbox.http.TestServer.Answer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyRoutesTest {
    private static final String OPERATORS_KEY = "osb_deployment";

    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer();
        server.keys.grant(OPERATORS_KEY, "default", "key-d", Role.ADMIN);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Answer as(String key, String method, String path) {
        return server.send(method, path, BodyPublishers.noBody(), "X-API-Key", key);
    }

    private Answer as(String key, String method, String path, String json) {
        return server.send(
                method, path, BodyPublishers.ofString(json), "X-API-Key", key, "Content-Type", "application/json");
    }

    private Answer issue(String json) {
        return server.send("POST", "/api/api-keys", json);
    }

    @Test
    void showsAKeyOnceAndTakesItUntilItIsRevoked() {
        var root = issue("{\"name\":\"root\",\"role\":\"admin\"}").json();
        var issued = issue("{\"name\":\"ci\",\"role\":\"agent-launcher\",\"stores\":[\"git\",\"npm\",\"git\"]}");

        assertThat(issued.status()).isEqualTo(201);
        assertThat(issued.headers().firstValue("Cache-Control")).contains("no-store");
        var key = issued.json().path("key").asText();
        var id = issued.json().path("id").asText();
        assertThat(issued.json().path("stores")).hasToString("[\"git\",\"npm\"]");
        assertThat(issued.json().path("createdBy").asText()).isEqualTo("key-1");
        var me = as(key, "GET", "/api/whoami").json();
        assertThat(me.path("role").asText()).isEqualTo("agent-launcher");
        assertThat(me.path("key_id").asText()).isEqualTo(id);

        var listed = server.send("GET", "/api/api-keys");
        assertThat(listed.body()).contains(id).doesNotContain(key, "hash", "\"key\"");
        assertThat(listed.json().get(1).path("revoked").asBoolean()).isFalse();

        assertThat(server.send("DELETE", "/api/api-keys/" + id).status()).isEqualTo(204);
        assertThat(as(key, "GET", "/api/whoami").status()).isEqualTo(401);
        assertThat(server.send("DELETE", "/api/api-keys/" + id).status()).isEqualTo(204);
        assertThat(server.send("GET", "/api/api-keys")
                        .json()
                        .get(1)
                        .path("revoked")
                        .asBoolean())
                .isTrue();

        var last = server.send("DELETE", "/api/api-keys/" + root.path("id").asText());
        assertThat(last.status()).isEqualTo(409);
        assertThat(last.code()).isEqualTo("api-key.last-admin");
        assertThat(server.send("DELETE", "/api/api-keys/key-nobodys").status()).isEqualTo(404);
    }

    @Test
    void answersUnknownExpiredRevokedAndMissingKeysAlike() {
        issue("{\"name\":\"root\",\"role\":\"admin\"}");
        var expiring = issue("{\"name\":\"a\",\"role\":\"operator\",\"expiresAt\":\"" + server.keys.now.plusSeconds(60)
                        + "\"}")
                .json();
        var revoked = issue("{\"name\":\"b\",\"role\":\"operator\"}").json();
        server.send("DELETE", "/api/api-keys/" + revoked.path("id").asText());
        server.keys.now = server.keys.now.plus(Duration.ofHours(1));

        var answers = List.of(
                as(expiring.path("key").asText(), "GET", "/api/whoami"),
                as(revoked.path("key").asText(), "GET", "/api/whoami"),
                as("osb_unknown", "GET", "/api/whoami"),
                as("k".repeat(4000), "GET", "/api/whoami"),
                server.send("GET", "/api/whoami", BodyPublishers.noBody()),
                server.send(
                        "GET",
                        "/api/whoami",
                        BodyPublishers.noBody(),
                        "X-API-Key",
                        TestServer.KEY,
                        "X-API-Key",
                        TestServer.OTHER_KEY));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body()).isEqualTo(answers.getFirst().body());
            assertThat(headers(answer)).isEqualTo(headers(answers.getFirst()));
        });
        assertThat(server.metrics.scrape())
                .contains(
                        "sealbox_authentication_failures_total{reason=\"expired\"} 1.0",
                        "sealbox_authentication_failures_total{reason=\"revoked\"} 1.0",
                        "sealbox_authentication_failures_total{reason=\"unknown\"} 1.0",
                        "sealbox_authentication_failures_total{reason=\"malformed\"} 2.0",
                        "sealbox_authentication_failures_total{reason=\"missing\"} 1.0");
    }

    private static Set<String> headers(Answer answer) {
        return answer.headers().map().entrySet().stream()
                .filter(header -> !Set.of("x-request-id", "date").contains(header.getKey()))
                .map(Object::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void makesNoKeyOfABadWish() {
        for (var json : List.of(
                "{}",
                "{\"name\":\"a\"}",
                "{\"role\":\"admin\"}",
                "{\"name\":\"\",\"role\":\"admin\"}",
                "{\"name\":\"  \",\"role\":\"admin\"}",
                "{\"name\":\"a\\nb\",\"role\":\"admin\"}",
                "{\"name\":\"a\\u0000\",\"role\":\"admin\"}",
                "{\"name\":7,\"role\":\"admin\"}",
                "{\"name\":\"a\",\"role\":\"root\"}",
                "{\"name\":\"a\",\"role\":\"Admin\"}",
                "{\"name\":\"a\",\"role\":\"\"}",
                "{\"name\":\"a\",\"role\":[\"admin\"]}",
                "{\"name\":\"a\",\"role\":\"admin\",\"stores\":[\"git\"]}",
                "{\"name\":\"a\",\"role\":\"operator\",\"stores\":[\"git\"]}",
                "{\"name\":\"a\",\"role\":\"auditor\",\"stores\":[\"git\"]}",
                "{\"name\":\"a\",\"role\":\"agent-launcher\",\"stores\":\"git\"}",
                "{\"name\":\"a\",\"role\":\"agent-launcher\",\"stores\":[\"\"]}",
                "{\"name\":\"a\",\"role\":\"agent-launcher\",\"stores\":[\"a\\tb\"]}",
                "{\"name\":\"a\",\"role\":\"admin\",\"expiresAt\":\"2001-01-01T00:00:00Z\"}",
                "{\"name\":\"a\",\"role\":\"admin\",\"expiresAt\":\"tomorrow\"}",
                "{\"name\":\"a\",\"role\":\"admin\",\"expiresAt\":\"2030-01-01\"}",
                "{\"name\":\"a\",\"role\":\"admin\",\"expiresAt\":1893456000}",
                "{\"name\":\"a\",\"role\":\"admin\",\"expiresAt\":\"+999999999-12-31T23:59:59+18:00\"}",
                "[]")) {
            var answer = issue(json);

            assertThat(answer.status()).as(json).isEqualTo(400);
            assertThat(answer.error()).isNotBlank();
            assertThat(server.send("GET", "/api/api-keys").json()).isEmpty();
        }
    }

    @Test
    void makesNoKeyWithTooMuchOfAnything() {
        var stores = IntStream.range(0, 101).mapToObj(i -> "\"s" + i + "\"").collect(Collectors.joining(","));

        assertThat(issue("{\"name\":\"" + "n".repeat(129) + "\",\"role\":\"admin\"}")
                        .status())
                .isEqualTo(400);
        assertThat(issue("{\"name\":\"a\",\"role\":\"agent-launcher\",\"stores\":[" + stores + "]}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void readsNoOrganisationFromABody() {
        var issued = issue("{\"name\":\"a\",\"role\":\"admin\",\"orgId\":\"other\",\"organization\":\"other\","
                + "\"id\":\"key-chosen\",\"key\":\"osb_chosen\",\"createdBy\":\"system\",\"revoked\":true}");

        var key = issued.json().path("key").asText();
        assertThat(key).isNotEqualTo("osb_chosen");
        assertThat(issued.json().path("id").asText()).isNotEqualTo("key-chosen");
        assertThat(issued.json().path("createdBy").asText()).isEqualTo("key-1");
        assertThat(as(key, "GET", "/api/whoami").json().path("org_id").asText()).isEqualTo("acme");
        assertThat(as("osb_chosen", "GET", "/api/whoami").status()).isEqualTo(401);
        assertThat(as(TestServer.OTHER_KEY, "GET", "/api/api-keys").json()).isEmpty();

        var store = server.send("POST", "/api/secret-stores", "{\"name\":\"s\",\"orgId\":\"other\",\"id\":\"x\"}");
        assertThat(store.json().path("orgId").asText()).isEqualTo("acme");
    }

    @Test
    void letsNobodyTouchTheKeysOfAnotherOrganisation() {
        var issued = issue("{\"name\":\"a\",\"role\":\"admin\"}").json();
        issue("{\"name\":\"b\",\"role\":\"admin\"}");

        assertThat(as(
                                TestServer.OTHER_KEY,
                                "DELETE",
                                "/api/api-keys/" + issued.path("id").asText())
                        .status())
                .isEqualTo(404);
        assertThat(as(issued.path("key").asText(), "GET", "/api/whoami").status())
                .isEqualTo(200);
    }

    @Test
    void letsNobodyGiveHimselfMoreThanHeHas() {
        for (var role : List.of("operator", "agent-launcher", "auditor")) {
            var key = issue("{\"name\":\"a\",\"role\":\"" + role + "\"}")
                    .json()
                    .path("key")
                    .asText();
            assertThat(as(key, "POST", "/api/api-keys", "{\"name\":\"x\",\"role\":\"admin\"}")
                            .code())
                    .isEqualTo("forbidden");
            assertThat(as(key, "GET", "/api/api-keys").code()).isEqualTo("forbidden");
            assertThat(as(key, "DELETE", "/api/api-keys/key-1").code()).isEqualTo("forbidden");
            assertThat(as(key, "GET", "/api/organizations").code()).isEqualTo("forbidden");
        }
    }

    @Test
    void makesOrganisationsForTheOperatorsOnly() {
        assertThat(server.send("GET", "/api/organizations").code()).isEqualTo("forbidden");
        assertThat(server.send("POST", "/api/organizations", "{\"id\":\"mine\"}")
                        .code())
                .isEqualTo("forbidden");

        var made = as(OPERATORS_KEY, "POST", "/api/organizations", "{\"id\":\"new-one\"}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.headers().firstValue("Cache-Control")).contains("no-store");
        var first = made.json().path("apiKey");
        assertThat(first.path("role").asText()).isEqualTo("admin");
        assertThat(first.path("createdBy").asText()).isEqualTo("key-d");
        var me = as(first.path("key").asText(), "GET", "/api/whoami").json();
        assertThat(me.path("org_id").asText()).isEqualTo("new-one");
        assertThat(as(OPERATORS_KEY, "GET", "/api/organizations").body())
                .contains("new-one")
                .doesNotContain("osb_");
        assertThat(as(OPERATORS_KEY, "POST", "/api/organizations", "{\"id\":\"new-one\"}")
                        .status())
                .isEqualTo(409);
        // An administrator there is none of the deployment.
        assertThat(as(first.path("key").asText(), "GET", "/api/organizations").code())
                .isEqualTo("forbidden");
    }

    @Test
    void makesNoOrganisationWithAnIdThatCannotBe() {
        for (var id : List.of("", "A", "-a", "a_b", "a/b", "a|b", "a b", "\\u0000", "\\u00e4", "../x")) {
            assertThat(as(OPERATORS_KEY, "POST", "/api/organizations", "{\"id\":\"" + id + "\"}")
                            .status())
                    .isEqualTo(400);
            assertThat(as(OPERATORS_KEY, "POST", "/api/organizations", "{\"id\":\"" + "a".repeat(64) + "\"}")
                            .status())
                    .isEqualTo(400);
        }
    }

    private static List<String> strangeHeads() {
        return List.of(
                "X-API-Key: " + "k".repeat(10 * 1024),
                "X-API-Key: osb_\u00e4\u00f6\u00ff",
                "X-API-Key: \u0000",
                "X-API-Key: osb\tkey",
                "X-API-Key : " + TestServer.KEY,
                "X-API-Key: " + TestServer.KEY + "\r\nX-API-Key: " + TestServer.KEY,
                "X-API-Key: " + TestServer.KEY + "," + TestServer.KEY,
                "X: y\r\n".repeat(200) + "X-API-Key: " + TestServer.KEY,
                "X-API-Key: \r\n " + TestServer.KEY + "x");
    }

    @Test
    void answersStrangeHeadersInTheFormOfAllErrors() throws IOException {
        for (var head : strangeHeads()) {
            try (var socket = server.socket()) {
                socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
                var request = "GET /api/whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + head + "\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

                assertThat(answer).matches("(?s)HTTP/1.1 (400|401|431) .*");
                assertThat(answer).contains("\"error\":", "\"code\":").doesNotContain("osb_", "kkkk");
            }
            assertThat(server.send("GET", "/api/whoami").status()).isEqualTo(200);
        }
    }
}
