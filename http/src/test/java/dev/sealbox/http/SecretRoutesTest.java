package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.http.TestServer.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretRoutesTest {
    private static TestServer server;
    private String secret = "";

    @BeforeAll
    static void start() {
        server = new TestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A secret at version 1. */
    @BeforeEach
    void set() {
        var store = server.send("POST", "/api/secret-stores", "{\"name\":\"" + UUID.randomUUID() + "\"}")
                .json()
                .path("id")
                .asText();
        secret = "/api/secret-stores/" + store + "/secrets/TOKEN";
        server.send("PUT", secret, "{\"value\":\"value-one\",\"allowedHosts\":[\"git.test\"]}");
        server.versions.asked.clear();
    }

    private static Answer send(String method, String path, String body, String... headers) {
        var all = new ArrayList<>(List.of("X-API-Key", TestServer.KEY, "Content-Type", "application/json"));
        all.addAll(List.of(headers));
        return server.send(method, path, BodyPublishers.ofString(body), all.toArray(String[]::new));
    }

    @Test
    void tellsOfASecretButNotItsValue() {
        var answer = server.send("GET", secret);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().firstValue("etag")).contains("\"1\"");
        assertThat(answer.json().path("version").asInt()).isEqualTo(1);
        assertThat(answer.json().path("versionState").asText()).isEqualTo("enabled");
        assertThat(answer.json().path("enabled").asBoolean()).isTrue();
        assertThat(answer.json().path("allowedHosts")).hasToString("[\"git.test\"]");
        assertThat(answer.json().has("value")).isFalse();
        assertThat(server.send("GET", secret + "X").code()).isEqualTo("secret.not-found");
    }

    @Test
    void listsVersions() {
        var answer = server.send("GET", secret + "/versions");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("[{\"version\":2,\"state\":\"destroyed\",\"current\":true,"
                        + "\"createdAt\":\"1970-01-01T00:00:00Z\",\"createdBy\":\"key-1\",\"requestId\":\"request-1\","
                        + "\"allowedHosts\":[\"git.test\"],\"restoredFrom\":1},"
                        + "{\"version\":1,\"state\":\"enabled\",\"current\":false,"
                        + "\"createdAt\":\"1970-01-01T00:00:00Z\",\"allowedHosts\":[]}]");
    }

    @Test
    void setsOnlyWhenTheExpectedVersionIsCurrent() {
        var mismatch = send("PUT", secret, "{\"value\":\"value-two\"}", "If-Match", "\"7\"");
        var taken = send("PUT", secret, "{\"value\":\"value-two\"}", "If-None-Match", "*");
        var field = send("PUT", secret, "{\"value\":\"value-two\",\"cas\":0}");
        assertThat(List.of(mismatch, taken, field)).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.code()).isEqualTo("secret.version-mismatch");
            assertThat(answer.json().path("version").asInt()).isEqualTo(1);
        });

        var matched = send("PUT", secret, "{\"value\":\"value-two\",\"cas\":1}", "If-Match", "\"1\"");
        assertThat(matched.status()).isEqualTo(200);
        assertThat(matched.headers().firstValue("etag")).contains("\"2\"");
        assertThat(matched.json().path("version").asText()).isEqualTo("2");
        assertThat(send("PUT", secret + "_NEW", "{\"value\":\"value-two\"}", "If-None-Match", "*")
                        .status())
                .isEqualTo(200);
        assertThat(send("PUT", secret + "_NEWER", "{\"value\":\"value-two\"}", "If-Match", "\"0\"")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "If-Match|1",
                "If-Match|*",
                "If-Match|W/\"1\"",
                "If-Match|\"1\", \"2\"",
                "If-Match|\"one\"",
                "If-Match|\"-1\"",
                "If-Match|\"01\"",
                "If-Match|\"99999999999\"",
                "If-Match|\"2\"",
                "If-None-Match|\"1\"",
                "If-None-Match|*"
            })
    void refusesAPreconditionThatCannotBeOrThatContradictsItself(String header, String value) {
        var before = server.stores.changes.get();

        var answer = send("PUT", secret, "{\"value\":\"value-two\",\"cas\":1}", header, value);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid");
        assertThat(server.stores.changes.get()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "\"1\"", "1.5", "true", "[1]", "99999999999"})
    void refusesACasThatIsNoVersion(String cas) {
        var before = server.stores.changes.get();

        assertThat(send("PUT", secret, "{\"value\":\"value-two\",\"cas\":" + cas + "}")
                        .status())
                .isEqualTo(400);
        assertThat(send("PATCH", secret, "{\"allowedHosts\":[],\"cas\":" + cas + "}")
                        .status())
                .isEqualTo(400);
        assertThat(send("POST", secret + "/rollback", "{\"version\":1,\"cas\":" + cas + "}")
                        .status())
                .isEqualTo(400);
        assertThat(server.stores.changes.get()).isEqualTo(before);
        assertThat(server.versions.asked).isEmpty();
    }

    @Test
    void warnsOfAValueThatIsTooShortToBeRecognised() {
        var shorter = send("PUT", secret, "{\"value\":\"1234567\"}");
        var longer = send("PUT", secret, "{\"value\":\"12345678\",\"allowedHosts\":[\"a.test\"]}");

        assertThat(shorter.status()).isEqualTo(200);
        assertThat(shorter.json().path("warning").asText()).contains("shorter than 8 bytes");
        assertThat(longer.json().has("warning")).isFalse();
    }

    @Test
    void warnsOfHostsThatHandOnWhatTheyAreSent() {
        var put = send("PUT", secret, "{\"value\":\"12345678\",\"allowedHosts\":[\"httpbin.org\"]}");
        var patched = send("PATCH", secret, "{\"allowedHosts\":[\"*.webhook.site\"]}");

        assertThat(put.json().path("warning").asText()).contains("httpbin.org may hand on");
        assertThat(patched.json().path("warning").asText()).contains("*.webhook.site may hand on");
    }

    @Test
    void warnsOfASecretForWhichNobodyNamesHosts() {
        var open = send("PUT", secret, "{\"value\":\"12345678\"}");

        assertThat(open.json().path("warning").asText()).contains("names hosts");
    }

    @Test
    void changesHostsWithoutTheValue() {
        var answer = send("PATCH", secret, "{\"allowedHosts\":[\"*.Git.test\"]}", "If-Match", "\"1\"");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json())
                .hasToString("{\"name\":\"TOKEN\",\"status\":\"updated\",\"version\":\"2\",\"refreshed\":\"2\"}");
        assertThat(server.versions.asked).containsExactly("hosts [*.git.test] if 1");
        assertThat(send("PATCH", secret, "{}").error()).isEqualTo("allowedHosts is missing");
        assertThat(send("PATCH", secret, "{\"allowedHosts\":[],\"value\":\"s3cr3t-value\"}")
                        .body())
                .contains("PATCH changes allowedHosts only")
                .doesNotContain("s3cr3t-value");
        assertThat(send("PATCH", secret, "{\"allowedHosts\":[\"https://git.test\"]}")
                        .status())
                .isEqualTo(400);
        assertThat(send("PATCH", secret, "{\"allowedHosts\":[],\"cas\":3}").status())
                .isEqualTo(409);
    }

    @Test
    void rollsBack() {
        var answer = send("POST", secret + "/rollback", "{\"version\":1,\"cas\":1}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().firstValue("etag")).contains("\"2\"");
        assertThat(answer.json())
                .hasToString("{\"name\":\"TOKEN\",\"status\":\"set\",\"version\":\"2\",\"refreshed\":\"2\"}");
        assertThat(server.versions.asked).containsExactly("roll back to 1 if 1");
    }

    @ParameterizedTest
    @CsvSource({"2,409,secret.version-destroyed", "3,409,secret.version-disabled", "4,404,secret.version-not-found"})
    void refusesVersionsThatCannotBeUsed(String version, int status, String code) {
        for (var answer : List.of(
                send("POST", secret + "/rollback", "{\"version\":" + version + "}"),
                send("POST", secret + "/versions/" + version + "/enable", ""))) {
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.code()).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "x", "1.0", "1234567890", "%31x", "%00"})
    void refusesAVersionThatIsNoNumber(String version) {
        for (var act : List.of("disable", "enable", "destroy")) {
            var answer = send("POST", secret + "/versions/" + version + "/" + act, "");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.error()).isEqualTo("a version is a whole number from 1");
        }
        assertThat(server.versions.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"version\":0}", "{\"version\":-3}", "{\"version\":\"1\"}", "{\"version\":1.5}", "[]", ""
            })
    void refusesARollbackToNothing(String body) {
        assertThat(send("POST", secret + "/rollback", body).status()).isEqualTo(400);
        assertThat(server.versions.asked).isEmpty();
    }

    @Test
    void switchesAndDestroys() {
        assertThat(send("POST", secret + "/disable", "").json().path("status").asText())
                .isEqualTo("disabled");
        assertThat(send("POST", secret + "/enable", "{}").json().path("status").asText())
                .isEqualTo("enabled");
        assertThat(send("POST", secret + "/versions/1/disable", "").status()).isEqualTo(200);
        assertThat(send("POST", secret + "/versions/1/enable", "").status()).isEqualTo(200);
        assertThat(send("POST", secret + "/versions/1/destroy", "")
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("destroyed");
        assertThat(server.versions.asked).containsExactly("disable", "enable", "disable 1", "enable 1", "destroy 1");
    }

    @Test
    void changesWhereInARequestASecretIsRevealed() {
        var body = "{\"locations\":[\"body\",\"headers\"]}";

        assertThat(send("PUT", secret + "/locations", body)
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("updated");
        assertThat(send("PUT", secret + "/locations", "{\"locations\":[]}").status())
                .isEqualTo(200);
        assertThat(send("PUT", secret + "/locations", "{\"locations\":[\"cookies\"]}")
                        .status())
                .isEqualTo(400);
        assertThat(send("PUT", secret + "/locations", "{}").status()).isEqualTo(400);
        assertThat(server.versions.asked).containsExactly("locations headers body", "locations ");
        assertThat(send("GET", secret, "").json().path("locations")).hasSize(5);
    }

    @Test
    void changesInWhichRequestsASecretIsUsed() {
        var body = """
                {"rules":[{"effect":"deny","hosts":["API.example.com"],"methods":["DELETE"],"pathPrefixes":["/v1"],
                           "ports":[443]},{"effect":"allow"}]}""";

        assertThat(send("PUT", secret + "/rules", body).json().path("status").asText())
                .isEqualTo("updated");
        assertThat(send("PUT", secret + "/rules", "{\"rules\":[]}").status()).isEqualTo(200);
        assertThat(server.versions.asked).hasSize(2).last().isEqualTo("rules []");
        assertThat(server.versions.asked.getFirst())
                .contains("DENY", "api.example.com", "DELETE", "/v1", "443", "ALLOW");
        assertThat(send("GET", secret, "").json().path("rules").isArray()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"rules\":{}}",
                "{\"rules\":[1]}",
                "{\"rules\":[{}]}",
                "{\"rules\":[{\"effect\":\"ALLOW\"}]}",
                "{\"rules\":[{\"effect\":\"deny\",\"method\":[\"GET\"]}]}",
                "{\"rules\":[{\"effect\":\"deny\",\"methods\":[\"GET POST\"]}]}",
                "{\"rules\":[{\"effect\":\"deny\",\"methods\":[\"\"]}]}",
                "{\"rules\":[{\"effect\":\"deny\",\"hosts\":[\"https://a\"]}]}",
                "{\"rules\":[{\"effect\":\"deny\",\"pathPrefixes\":[\"v1\"]}]}",
                "{\"rules\":[{\"effect\":\"deny\",\"pathPrefixes\":[\"/a/../b\"]}]}",
                "{\"rules\":[{\"effect\":\"deny\",\"ports\":[0]}]}",
                "{\"rules\":[{\"effect\":\"deny\",\"ports\":[1.5]}]}",
                "{\"rules\":[{\"effect\":\"deny\",\"ports\":[\"443\"]}]}"
            })
    void refusesRulesThatAreNone(String body) {
        var answer = send("PUT", secret + "/rules", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isNotEmpty();
        assertThat(server.versions.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "-1", "\"5\"", "1.5", "99999999999"})
    void refusesALimitOutsideOfOneToAHundred(String limit) {
        var store = secret.substring(0, secret.indexOf("/secrets"));
        var before = server.stores.changes.get();

        assertThat(send("PUT", store, "{\"name\":\"new\",\"maxVersions\":" + limit + "}")
                        .status())
                .isEqualTo(400);
        assertThat(server.stores.changes.get()).isEqualTo(before);
    }

    @Test
    void doesNotExistForOthers() {
        for (var path : List.of("", "/versions")) {
            var answer = server.send("GET", secret + path, BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("store.not-found");
        }
        for (var act : List.of("/disable", "/enable", "/versions/1/disable", "/versions/1/destroy")) {
            var answer = server.send("POST", secret + act, BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY);
            assertThat(answer.code()).isEqualTo("store.not-found");
        }
        assertThat(server.versions.asked).isEmpty();
    }
}
