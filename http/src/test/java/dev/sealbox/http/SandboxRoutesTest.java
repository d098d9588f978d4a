package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.Limits;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
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
                "{\"runtime\":\"kata\"}|400|invalid",
                "{\"runtime\":1}|400|invalid",
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"runtime\":\"runsc\"}|base-runsc",
                "{\"templateID\":\"base\",\"runtime\":\"runc\"}|base-runc",
                "{\"templateID\":\"base-runsc\"}|base-runsc",
                "{\"templateID\":\"base-runsc\",\"runtime\":\"runc\"}|base-runc",
                "{\"runtime\":\"\"}|base"
            })
    void choosesTheRuntimeByTheRequestElseByTheTemplate(String body, String template) {
        created(body);

        assertThat(server.sandboxes.wanted.getLast().template()).isEqualTo(template);
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

    private List<String> listed(String query) {
        var ids = new ArrayList<String>();
        server.send("GET", "/api/sandboxes" + query)
                .json()
                .forEach(each -> ids.add(each.path("sandboxID").asText()));
        return ids;
    }

    @Test
    void listsTheOnesThatAreAskedFor() {
        var run = UUID.randomUUID().toString();
        var one = created("{\"metadata\":{\"run\":\"" + run + "\",\"n\":\"1\"}}");
        var two = created("{\"metadata\":{\"run\":\"" + run + "\",\"n\":\"2=b\"}}");
        server.send("POST", "/api/sandboxes/" + two + "/hibernate", "");
        server.send("PUT", "/api/sandboxes/" + one + "/tags", "{\"team\":\"a b\"}");
        var mine = "?metadata=run=" + run;

        assertThat(listed(mine)).containsExactly(two, one);
        assertThat(listed(mine + "&metadata=n=2%3Db")).containsExactly(two);
        assertThat(listed(mine + "&status=hibernated")).containsExactly(two);
        assertThat(listed(mine + "&status=running,hibernated&template=base")).containsExactly(two, one);
        assertThat(listed(mine + "&template=other")).isEmpty();
        assertThat(listed(mine + "&tag=team=a%20b")).containsExactly(one);
        assertThat(server.send("GET", "/api/sandboxes" + mine).json())
                .extracting(each -> each.path("tags").toString())
                .containsExactly("{}", "{\"team\":\"a b\"}");
        var shown = server.send("GET", "/api/sandboxes/" + one).json();
        assertThat(shown.path("tags")).hasToString("{\"team\":\"a b\"}");
        assertThat(Instant.parse(shown.path("tagsLastUpdatedAt").asText())).isNotNull();
        assertThat(listed(mine + "&tag=team=a")).isEmpty();
        assertThat(listed(mine + "&of-another-version=1")).hasSize(2);
    }

    @Test
    void listsPageByPage() {
        var run = UUID.randomUUID().toString();
        var all = Stream.generate(() -> created("{\"metadata\":{\"run\":\"" + run + "\"}}"))
                .limit(5)
                .toList();
        var seen = new ArrayList<String>();
        var next = "/api/sandboxes?metadata=run%3D" + run + "&limit=2";
        var pages = 0;
        while (!next.isEmpty()) {
            var page = server.send("GET", next);
            page.json().forEach(each -> seen.add(each.path("sandboxID").asText()));
            next = page.headers()
                    .firstValue("Link")
                    .map(link -> link.substring(1, link.indexOf('>')))
                    .orElse("");
            pages++;
        }

        assertThat(pages).isEqualTo(3);
        assertThat(seen).containsExactlyElementsOf(all.reversed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?status=stopped",
                "?status=running,",
                "?tag=team",
                "?tag==x",
                "?metadata=a=1&metadata=a=2",
                "?limit=0",
                "?limit=1001",
                "?limit=x",
                "?after=x"
            })
    void refusesAListThatMakesNoSense(String query) {
        var answer = server.send("GET", "/api/sandboxes" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("code").asText()).isEqualTo("invalid");
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
