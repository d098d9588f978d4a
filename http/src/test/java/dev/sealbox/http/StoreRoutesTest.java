package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.http.TestServer.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreRoutesTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String created(String name) {
        var answer = server.send("POST", "/api/secret-stores", "{\"name\":\"" + name + "\"}");
        assertThat(answer.status()).isEqualTo(201);
        return answer.json().path("id").asText();
    }

    private static String fresh() {
        return "store-" + UUID.randomUUID();
    }

    @Test
    void createsAStoreWithTheFieldsThatClientsRead() {
        var name = fresh();

        var answer = server.send(
                "POST",
                "/api/secret-stores",
                "{\"name\":\"" + name
                        + "\",\"egressAllowlist\":[\"*.Example.com\",\" api.test. \"],\"later\":{\"a\":[1]}}");

        assertThat(answer.status()).isEqualTo(201);
        var store = answer.json();
        assertThat(UUID.fromString(store.path("id").asText())).isNotNull();
        assertThat(store.path("orgId").asText()).isEqualTo("acme");
        assertThat(store.path("name").asText()).isEqualTo(name);
        assertThat(store.path("egressAllowlist")).hasToString("[\"*.example.com\",\"api.test\"]");
        assertThat(Instant.parse(store.path("createdAt").asText())).isNotNull();
        assertThat(store.path("updatedAt").asText()).endsWith("Z");
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    }

    @Test
    void warnsOfHostsThatHandOnWhatTheyAreSent() {
        var body = "{\"name\":\"" + fresh() + "\",\"egressAllowlist\":[\"pastebin.com\",\"api.test\"]}";
        var store = server.send("POST", "/api/secret-stores", body).json();

        assertThat(store.path("warning").asText()).startsWith("pastebin.com may hand on");
    }

    @Test
    void deniesHostsAndUnusableTokensFromTheBeginningAndKeepsWhatIsNotGiven() {
        var deny = "\"egressDenylist\":[\"Evil.example\"],\"unusableTokens\":\"refuse\"";
        var store = server.send("POST", "/api/secret-stores", "{\"name\":\"" + fresh() + "\"," + deny + "}")
                .json();
        assertThat(store.path("egressDenylist")).hasToString("[\"evil.example\"]");
        assertThat(store.path("unusableTokens").asText()).isEqualTo("refuse");

        var path = "/api/secret-stores/" + store.path("id").asText();
        assertThat(server.send("PUT", path, "{\"egressAllowlist\":[\"a.test\"]}")
                        .json()
                        .path("egressDenylist"))
                .hasSize(1);
        assertThat(server.send("PUT", path, "{\"egressDenylist\":[]}")
                        .json()
                        .path("unusableTokens")
                        .asText())
                .isEqualTo("refuse");
        assertThat(server.send("PUT", path, "{\"unusableTokens\":\"pass\"}")
                        .json()
                        .path("egressDenylist"))
                .isEmpty();
        assertThat(server.send("GET", path).json().path("unusableTokens").asText())
                .isEqualTo("pass");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"egressDenylist\":\"evil.example\"",
                "\"egressDenylist\":[\"https://evil.example\"]",
                "\"unusableTokens\":\"ignore\"",
                "\"unusableTokens\":true"
            })
    void refusesDenialsThatAreNoneBeforeAnythingIsChanged(String wrong) {
        var path = "/api/secret-stores/" + created(fresh());
        var before = server.stores.changes.get();

        assertThat(server.send("POST", "/api/secret-stores", "{\"name\":\"" + fresh() + "\"," + wrong + "}")
                        .status())
                .isEqualTo(400);
        assertThat(server.send("PUT", path, "{\"name\":\"" + fresh() + "\"," + wrong + "}")
                        .status())
                .isEqualTo(400);
        assertThat(server.stores.changes.get()).isEqualTo(before);
    }

    @Test
    void refusesANameThatIsTaken() {
        var name = fresh();
        created(name);

        var again = server.send("POST", "/api/secret-stores", "{\"name\":\"" + name + "\"}");

        assertThat(again.status()).isEqualTo(409);
        assertThat(again.code()).isEqualTo("store.name-taken");
    }

    @Test
    void listsAndReadsOnlyTheAskersStores() {
        var id = created(fresh());

        var foreign = server.send(
                "GET", "/api/secret-stores/" + id, BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY);
        var theirs =
                server.send("GET", "/api/secret-stores", BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY);

        assertThat(server.send("GET", "/api/secret-stores/" + id).status()).isEqualTo(200);
        assertThat(server.send("GET", "/api/secret-stores").body()).contains(id);
        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.error()).isEqualTo("secret store not found");
        assertThat(theirs.body()).isEqualTo("[]");
    }

    @Test
    void listsPageByPageWithALinkToTheNext() {
        var prefix = "paged " + UUID.randomUUID() + " ";
        var names = Stream.of("a&b", "b", "c", "d", "e").map(prefix::concat).toList();
        names.forEach(StoreRoutesTest::created);
        var first = server.send(
                "GET", "/api/secret-stores?limit=2&after=" + prefix.strip().replace(" ", "%20"));

        var seen = new ArrayList<String>();
        var page = first;
        while (true) {
            page.json().forEach(store -> seen.add(store.path("name").asText()));
            var link = page.headers().firstValue("link");
            if (link.isEmpty()) {
                break;
            }
            assertThat(page.json()).hasSize(2);
            assertThat(link.get()).matches("</api/secret-stores\\?limit=2&after=[^&>]+>; rel=\"next\"");
            page = server.send("GET", link.get().replaceAll("<(.*)>.*", "$1"));
        }

        assertThat(seen).startsWith(names.toArray(String[]::new));
        assertThat(server.send("GET", "/api/secret-stores").headers().firstValue("link"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=1001",
                "limit=-1",
                "limit=x",
                "limit=",
                "after=a",
                "limit=1&after=%00",
                "limit=1&after="
            })
    void refusesAPageThatCannotBe(String query) {
        var answer = server.send("GET", "/api/secret-stores?" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid");
    }

    @Test
    void changesWhatIsGivenAndKeepsTheRest() {
        var name = fresh();
        var id = server.send(
                        "POST", "/api/secret-stores", "{\"name\":\"" + name + "\",\"egressAllowlist\":[\"a.test\"]}")
                .json()
                .path("id")
                .asText();

        var kept = server.send("PUT", "/api/secret-stores/" + id, "{\"egressAllowlist\":null}");
        var cleared = server.send("PUT", "/api/secret-stores/" + id, "{\"egressAllowlist\":[]}");
        var renamed = server.send("PUT", "/api/secret-stores/" + id, "{\"name\":\"" + name + "-2\"}");

        assertThat(kept.json().path("egressAllowlist")).hasToString("[\"a.test\"]");
        assertThat(cleared.json().path("egressAllowlist")).hasToString("[]");
        assertThat(renamed.json().path("name").asText()).isEqualTo(name + "-2");
        assertThat(renamed.json().path("maxVersions").asInt()).isEqualTo(10);
        assertThat(server.send("PUT", "/api/secret-stores/" + id, "{\"maxVersions\":3}")
                        .json()
                        .path("maxVersions")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void takesAndChangesTheTargetsOfPlainTcp() {
        var made = server.send(
                "POST",
                "/api/secret-stores",
                "{\"name\":\"" + fresh() + "\",\"egressTcp\":[\"DB.test:5432\",\"[2606:2800::1]:22\"]}");
        var path = "/api/secret-stores/" + made.json().path("id").asText();

        assertThat(made.json().path("egressTcp")).hasToString("[\"db.test:5432\",\"[2606:2800::1]:22\"]");
        assertThat(server.send("PUT", path, "{\"egressAllowlist\":[]}").json().path("egressTcp"))
                .hasSize(2);
        assertThat(server.send("PUT", path, "{\"egressTcp\":[\"*.test:22\"]}")
                        .json()
                        .path("egressTcp"))
                .hasToString("[\"*.test:22\"]");
        assertThat(server.send("GET", path, "").json().path("egressTcp")).hasToString("[\"*.test:22\"]");
        for (var wrong : List.of("[\"*:22\"]", "[\"a.test:443\"]", "[\"a.test\"]", "[22]", "\"a.test:22\"")) {
            var refused = server.send("PUT", path, "{\"egressTcp\":" + wrong + "}");
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().path("error").asText()).isNotEmpty();
        }
        assertThat(server.send("PUT", path, "{\"egressTcp\":[]}").json().path("egressTcp"))
                .isEmpty();
    }

    @Test
    void setsASecretAndAnswersStringsOnly() {
        var id = created(fresh());

        var answer = server.send(
                "PUT",
                "/api/secret-stores/" + id + "/secrets/GIT_TOKEN",
                "{\"value\":\"s3cr3t-value\",\"allowedHosts\":[\"git.test\"]}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json())
                .hasToString("{\"name\":\"GIT_TOKEN\",\"status\":\"set\",\"version\":\"1\",\"refreshed\":\"2\"}");
        var entry = server.send("GET", "/api/secret-stores/" + id + "/secrets")
                .json()
                .path(0);
        assertThat(entry.path("name").asText()).isEqualTo("GIT_TOKEN");
        assertThat(entry.path("storeId").asText()).isEqualTo(id);
        assertThat(entry.path("allowedHosts")).hasToString("[\"git.test\"]");
        assertThat(entry.has("value")).isFalse();
    }

    @Test
    void closesThePlaintextAfterUse() {
        var id = created(fresh());
        server.send("PUT", "/api/secret-stores/" + id + "/secrets/WIPED", "{\"value\":\"abc\"}");

        var value = server.stores.received.getLast();

        assertThat(Wiped.bytes(value)).containsOnly(0);
    }

    @Test
    void tellsHowManySandboxesLagBehind() {
        var id = created(fresh());
        server.stores.lagging = List.of(new SandboxId("sb-00000000000000aa"), new SandboxId("sb-00000000000000bb"));
        Answer answer;
        try {
            answer = server.send("PUT", "/api/secret-stores/" + id + "/secrets/LATE", "{\"value\":\"x\"}");
        } finally {
            server.stores.lagging = List.of();
        }

        assertThat(answer.json().path("refreshErrors").asText()).isEqualTo("sb-00000000000000aa sb-00000000000000bb");
        assertThat(answer.headers().firstValue("x-sealbox-refreshed")).contains("2");
        assertThat(answer.headers().firstValue("x-sealbox-refresh-errors"))
                .contains("2 sb-00000000000000aa sb-00000000000000bb");
    }

    @Test
    void tellsHowFarEveryChangeHasCome() {
        var id = created(fresh());
        server.send("PUT", "/api/secret-stores/" + id + "/secrets/A", "{\"value\":\"x\"}");

        var answers = List.of(
                server.send("PUT", "/api/secret-stores/" + id, "{\"egressAllowlist\":[\"a.test\"]}"),
                server.send("DELETE", "/api/secret-stores/" + id + "/secrets/A"),
                server.send("DELETE", "/api/secret-stores/" + id + "?revoke=true"));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.headers().firstValue("x-sealbox-refreshed")).contains("2");
            assertThat(answer.headers().firstValue("x-sealbox-refresh-errors")).contains("0");
        });
        assertThat(answers.stream().map(Answer::status)).containsExactly(200, 204, 204);
    }

    @Test
    void answersADeleteWithABodyOnlyForWhoAsksForJson() {
        var id = created(fresh());
        server.send("PUT", "/api/secret-stores/" + id + "/secrets/A", "{\"value\":\"x\"}");

        var secret = server.send(
                "DELETE",
                "/api/secret-stores/" + id + "/secrets/A",
                BodyPublishers.noBody(),
                "X-API-Key",
                TestServer.KEY,
                "Accept",
                "text/plain;q=0.5, application/json");
        var store = server.send(
                "DELETE",
                "/api/secret-stores/" + id + "?revoke=true",
                BodyPublishers.noBody(),
                "X-API-Key",
                TestServer.KEY,
                "Accept",
                "application/json");

        assertThat(secret.status()).isEqualTo(200);
        assertThat(secret.json()).hasToString("{\"name\":\"A\",\"status\":\"deleted\",\"refreshed\":\"2\"}");
        assertThat(store.json().path("name").asText()).isEqualTo(id);
    }

    @Test
    void refusesARevocationThatItDoesNotUnderstand() {
        var id = created(fresh());
        var changes = server.stores.changes.get();

        assertThat(server.send("DELETE", "/api/secret-stores/" + id + "?revoke=ture")
                        .status())
                .isEqualTo(400);
        assertThat(server.stores.changes.get()).isEqualTo(changes);
    }

    @Test
    void deletesASecretAndThenAStore() {
        var id = created(fresh());
        server.send("PUT", "/api/secret-stores/" + id + "/secrets/A", "{\"value\":\"x\"}");

        var secret = server.send("DELETE", "/api/secret-stores/" + id + "/secrets/A");
        var again = server.send("DELETE", "/api/secret-stores/" + id + "/secrets/A");
        var store = server.send("DELETE", "/api/secret-stores/" + id);
        var gone = server.send("DELETE", "/api/secret-stores/" + id);

        assertThat(secret.status()).isEqualTo(204);
        assertThat(secret.body()).isEmpty();
        assertThat(again.status()).isEqualTo(404);
        assertThat(store.status()).isEqualTo(204);
        assertThat(gone.status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "1-1-1-1-1", "00000000-0000-0000-0000-00000000000g", "%00"})
    void refusesAnIdThatIsNoUuid(String id) {
        assertThat(server.send("GET", "/api/secret-stores/" + id).status()).isEqualTo(400);
        assertThat(server.send("DELETE", "/api/secret-stores/" + id).status()).isEqualTo(400);
        assertThat(server.send("PUT", "/api/secret-stores/" + id, "{}").status())
                .isEqualTo(400);
        assertThat(server.send("PUT", "/api/secret-stores/" + id + "/secrets/A", "{\"value\":\"x\"}")
                        .status())
                .isEqualTo(400);
    }
}
