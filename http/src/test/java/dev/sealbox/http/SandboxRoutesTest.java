package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.Limits;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxRoutesTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String created(String body) {
        var answer = server.send("POST", "/api/sandboxes", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.json().path("sandboxID").asText();
    }

    @Test
    void createsASandboxWithTheFieldsThatClientsRead() {
        var answer = server.send("POST", "/api/sandboxes", """
                {"templateID":"","timeout":-5,"envs":{"A":"1"},"metadata":{"team":"x"},"memoryMB":8192,"diskMB":30720,
                 "secretStore":"git-creds","burst":false,"webhooks":[],"fromTheFuture":{"x":[1,2]}}""");

        assertThat(answer.status()).isEqualTo(201);
        var sandbox = answer.json();
        assertThat(sandbox.path("sandboxID").asText()).startsWith("sb-");
        assertThat(sandbox.path("status").asText()).isEqualTo("running");
        assertThat(sandbox.path("templateID").asText()).isEqualTo("base");
        assertThat(sandbox.path("template").asText()).isEqualTo("base");
        assertThat(sandbox.path("sandboxDomain").asText()).isEqualTo("localhost");
        assertThat(Instant.parse(sandbox.path("startedAt").asText())).isNotNull();
        assertThat(sandbox.path("metadata")).hasToString("{\"team\":\"x\"}");
        assertThat(sandbox.path("cpuCount").asInt()).isEqualTo(2);
        assertThat(sandbox.path("memoryMB").asInt()).isEqualTo(8192);
        assertThat(sandbox.has("connectURL")).isFalse();
        assertThat(sandbox.has("token")).isFalse();
        assertThat(sandbox.has("fromCheckpointId")).isFalse();
        var wish = server.sandboxes.wanted.getLast();
        assertThat(wish.timeoutSeconds()).isZero();
        assertThat(wish.store()).isEqualTo(Optional.of(new StoreName("git-creds")));
        assertThat(wish.limits()).isEqualTo(new Limits(2, 8192, 30720));
        assertThat(wish.envs()).isEqualTo(Map.of("A", "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "", "  ", "{\"secretStore\":\"\",\"snapshot\":\"\",\"image\":null,\"cpuCount\":0}"})
    void createsTheDefaultSandboxFromNothing(String body) {
        created(body);

        var wish = server.sandboxes.wanted.getLast();
        assertThat(wish.template()).isEqualTo("base");
        assertThat(wish.store()).isEmpty();
        assertThat(wish.limits()).isEqualTo(new Limits(1, 4096, 20480));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"image\":\"base\"}|400|invalid",
                "{\"image\":{\"base\":\"other\",\"steps\":[]}}|400|invalid",
                "{\"image\":{\"steps\":[{\"type\":\"unknown\",\"args\":{}}]}}|400|invalid",
                "{\"snapshot\":\"a/b\"}|400|invalid",
                "{\"snapshot\":\"mine\"}|400|snapshot.unknown",
                "{\"networkEnabled\":false}|400|not-supported",
                "{\"memoryMB\":2048}|400|invalid",
                "{\"cpuCount\":3}|400|invalid",
                "{\"cpuCount\":2,\"memoryMB\":4096}|400|invalid",
                "{\"diskMB\":1}|400|invalid",
                "{\"envs\":{\"A=B\":\"x\"}}|400|invalid",
                "{\"envs\":{\"\":\"x\"}}|400|invalid",
                "{\"envs\":{\"A\":1}}|400|invalid",
                "{\"secretStore\":\"unknown\"}|400|store.unknown-name",
                "{\"templateID\":\"other\"}|404|sandbox.unknown-template"
            })
    void refusesWhatCannotBe(String body, int status, String code) {
        var answer = server.send("POST", "/api/sandboxes", body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.error()).isNotEmpty().doesNotContain("\n");
    }

    @Test
    void namesTheUnknownStore() {
        var answer = server.send("POST", "/api/sandboxes", "{\"secretStore\":\"unknown\"}");

        assertThat(answer.error()).isEqualTo("secret store not found: unknown");
    }

    @Test
    void readsAndListsTheAskersSandboxes() {
        var id = created("{}");

        var foreign =
                server.send("GET", "/api/sandboxes/" + id, BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY);

        assertThat(server.send("GET", "/api/sandboxes/" + id)
                        .json()
                        .path("sandboxID")
                        .asText())
                .isEqualTo(id);
        assertThat(server.send("GET", "/api/sandboxes").body()).contains(id);
        assertThat(foreign.status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sb-1", "SB-0000000000000000", "..%2F..%2Fetc", "sb-000000000000000g", "%00", "%ff"})
    void takesAMalformedIdForAnUnknownOne(String id) {
        for (var path : new String[] {"", "/allowed-hosts", "/checkpoints", "/files?path=x", "/files/list"}) {
            assertThat(server.send("GET", "/api/sandboxes/" + id + path).status())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(server.send("DELETE", "/api/sandboxes/" + id).status()).isEqualTo(404);
    }

    @Test
    void tellsWhereASandboxMayGo() {
        var id = created("{}");

        var hosts =
                server.send("GET", "/api/sandboxes/" + id + "/allowed-hosts").json();

        assertThat(hosts)
                .hasToString("{\"sandboxID\":\"" + id
                        + "\",\"secretStore\":\"top-store\",\"baseSecretStore\":\"base-store\","
                        + "\"egressAllowlist\":[\"*.example.com\",\"api.test\"],\"egressDenylist\":[\"evil.example.com\"],"
                        + "\"perSecretAllowedHosts\":{\"TOKEN\":[\"api.test\"]},\"egressTcp\":[\"db.test:5432\"]}");
    }

    @ParameterizedTest
    @CsvSource({
        "'',false",
        "?deleteSecretStore=true,true",
        "?deleteSecretStore=1,true",
        "?deleteSecretStore=YES,true",
        "?deleteSecretStore=y,true",
        "?deleteSecretStore=On,true",
        "?deleteSecretStore=false,false",
        "?deleteSecretStore=,false"
    })
    void deletesTheStoreOnlyWhenAsked(String query, boolean deleted) {
        var id = created("{}");

        var answer = server.send("DELETE", "/api/sandboxes/" + id + query);

        assertThat(answer.status()).isEqualTo(204);
        assertThat(server.sandboxes.stops.getLast()).isEqualTo(deleted);
    }

    @Test
    void takesTheLeakedAcceptHeaderOfThePythonClient() {
        var id = created("{}");

        var answer = server.send(
                "GET",
                "/api/sandboxes/" + id,
                BodyPublishers.noBody(),
                "X-API-Key",
                TestServer.KEY,
                "Accept",
                "text/event-stream");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    }
}
