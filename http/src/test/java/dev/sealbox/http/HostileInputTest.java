package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation that the API describes, with what nobody would send who means well: the answer is a clear one in the
 * envelope of all errors, holds nothing of the server's insides, and no header that the client has made up.
 */
class HostileInputTest {
    private static final String SECRET = "zq-this-is-a-value-zq";

    /** As they stand in a path. */
    private static final List<String> SEGMENTS = List.of(
            "%00",
            "%0d%0aX-Evil:%20yes",
            "%0d%0a%0d%0a%3Chtml%3E",
            "..%2f..%2fetc%2fpasswd",
            "..%5c..%5cx",
            "%2e%2e",
            ".",
            "%ff%fe",
            "%c0%ae",
            "%f0%9f%a6%84",
            "%e2%80%ae",
            "'%20OR%201=1--",
            "%7b%7b7*7%7d%7d",
            "%24%7bjndi:ldap:%2f%2fx%7d",
            "-1",
            "0",
            "99999999999999999999",
            "null",
            "a;b=c",
            "a:b@c",
            "x".repeat(4000));

    private static final List<String> QUERIES = List.of(
            "limit=-1&after=%00&cursor=-1&path=%00&from=x&to=%ff&until=&at=&name=%0d%0a",
            "limit=99999999999999999999&after=" + "9".repeat(300) + "&path=a&from=-999999999-01-01T00:00:00Z",
            "limit=1&limit=2&subtree=maybe&revoke=maybe&follow=maybe&groupBy=tag:%00&filter[tag:x]=%00",
            "limit=1e9&from=+1000000000-01-01T00:00:00Z&to=1970-01-01T00:00:00Z&groupBy=sandbox",
            "path=" + "%2e%2e%2f".repeat(600) + "&signature=x&expires=99999999999999999999",
            "a=1&".repeat(2000));

    private static final List<String> BODIES = List.of(
            "[]",
            "[".repeat(60) + "]".repeat(60),
            "\"" + SECRET + "\"",
            "{\"value\":\"" + SECRET,
            "{\"value\":\"" + SECRET + "\",\"value\":1}",
            "{\"name\":{\"value\":\"" + SECRET + "\"}}",
            everything("1e308"),
            everything("-2147483648"),
            everything("2147483647"),
            everything("\"\\u0000" + SECRET + "\""),
            everything("\"\\r\\nX-Evil: yes\""),
            everything("\"" + "\u202e".repeat(300) + "\""),
            everything("[[\"" + SECRET + "\"]]"),
            everything("{\"\":{\"" + SECRET + "\":null}}"),
            everything("false"),
            everything("\"9999-99-99T99:99:99Z\""));

    private static TestServer server;
    private static Map<String, String> known = Map.of();

    /** Every field that some operation reads, with this value. */
    private static String everything(String value) {
        var fields = List.of(
                "name",
                "value",
                "egressAllowlist",
                "egressDenylist",
                "egressTcp",
                "allowedHosts",
                "maxVersions",
                "cas",
                "templateID",
                "timeout",
                "envs",
                "metadata",
                "cpuCount",
                "memoryMB",
                "diskMB",
                "secretStore",
                "image",
                "snapshot",
                "webhooks",
                "previewAuth",
                "hostLabels",
                "onHostLoss",
                "runtime",
                "cmd",
                "args",
                "cwd",
                "signal",
                "cols",
                "rows",
                "shell",
                "kind",
                "promoteToFull",
                "retentionPolicy",
                "script",
                "description",
                "path",
                "expiresIn",
                "port",
                "domain",
                "authConfig",
                "url",
                "secret",
                "eventTypes",
                "enabled",
                "sandboxId",
                "minMemoryMB",
                "maxMemoryMB",
                "locked",
                "version",
                "locations",
                "rules",
                "role",
                "stores",
                "expiresAt",
                "id",
                "retire",
                "since",
                "until",
                "maxRunAfterDisconnect",
                "unusableTokens");
        return fields.stream()
                .map(field -> "\"" + field + "\":" + value)
                .toList()
                .toString()
                .replaceFirst("^\\[", "{")
                .replaceFirst("]$", "}");
    }

    @BeforeAll
    static void start() {
        server = new TestServer("sealbox.operator-organization = acme");
        var sandbox = id("/api/sandboxes", "{}", "sandboxID");
        known = Map.of(
                "sandboxId",
                sandbox,
                "storeId",
                id("/api/secret-stores", "{\"name\":\"hostile\"}", "id"),
                "checkpointId",
                id("/api/sandboxes/" + sandbox + "/checkpoints", "{\"name\":\"c\"}", "id"),
                "sessionId",
                id("/api/sandboxes/" + sandbox + "/exec", "{\"cmd\":\"cat\"}", "sessionID"),
                "name",
                "A",
                "version",
                "1",
                "port",
                "3000");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String id(String path, String body, String field) {
        var answer = server.send("POST", path, body);
        assertThat(answer.status()).as(answer.body()).isBetween(200, 202);
        return answer.json().path(field).asText();
    }

    /** As the API describes them, and without its own files, health and metrics. */
    static Stream<String> operations() {
        try (var yaml = HostileInputTest.class.getResourceAsStream("openapi.yaml")) {
            return ApiDescriptionTest.operations(new String(yaml.readAllBytes(), StandardCharsets.UTF_8)).stream()
                    .filter(operation -> operation.contains(" /api/"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Others for each operation, the same in each run; all of them come their turn many times. */
    private static List<String> some(List<String> all, String operation, int count) {
        int first = Math.floorMod(operation.hashCode(), all.size());
        return IntStream.range(first, first + count)
                .mapToObj(at -> all.get(at % all.size()))
                .toList();
    }

    private static String filled(String path, String other) {
        var filled = path;
        for (var each : known.entrySet()) {
            filled = filled.replace("{" + each.getKey() + "}", each.getValue());
        }
        return filled.replaceAll("\\{[^}]*}", other);
    }

    /** The whole answer to these bytes, as text. */
    private static String raw(String request) {
        try (var socket = server.socket()) {
            socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError("no answer to " + request.substring(0, Math.min(200, request.length())), e);
        }
    }

    private static void isClear(String request, String answer) {
        var what = request.substring(0, Math.min(300, request.length())) + "\n" + answer;
        assertThat(answer).as(what).matches("(?s)HTTP/1\\.1 [2-4]\\d\\d .*");
        assertThat(answer)
                .as(what)
                .doesNotContain("Exception", "dev.sealbox", "java.", "akka.", "\tat ", "jackson", SECRET);
        assertThat(answer.toLowerCase(Locale.ROOT)).as(what).doesNotContain("\nx-evil");
        if (answer.startsWith("HTTP/1.1 4")) {
            assertThat(answer).as(what).contains("application/json", "{\"error\":\"", "\"code\":\"", "X-Request-Id: ");
        }
    }

    private static String head(String method, String target) {
        return method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: " + TestServer.KEY
                + "\r\n";
    }

    @ParameterizedTest
    @MethodSource("operations")
    void takesNoPathForMoreThanItIs(String operation) {
        var words = operation.split(" ", 2);
        if (words[1].contains("{")) {
            for (var segment : some(SEGMENTS, operation, 5)) {
                var request = head(words[0], words[1].replaceAll("\\{[^}]*}", segment)) + "Content-Length: 0\r\n\r\n";
                isClear(request, raw(request));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void takesNoQueryForMoreThanItIs(String operation) {
        var words = operation.split(" ", 2);
        for (var query : some(QUERIES, operation, 2)) {
            if (!query.contains("follow") || !words[1].contains("/audit/")) {
                var request = head(words[0], filled(words[1], "x") + "?" + query) + "Content-Length: 0\r\n\r\n";
                isClear(request, raw(request));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void takesNoBodyForMoreThanItIs(String operation) {
        var words = operation.split(" ", 2);
        if (words[0].startsWith("P") && !words[1].endsWith("/import") && !words[1].contains("/files")) {
            for (var body : some(BODIES, operation, 5)) {
                var answer = server.send(words[0], filled(words[1], "x"), body);
                var request = operation + " " + body;
                assertThat(answer.status()).as(request).isLessThan(500);
                assertThat(answer.body()).as(request).doesNotContain("Exception", "dev.sealbox", "jackson", SECRET);
                assertThat(answer.headers().firstValue("X-Evil")).as(request).isEmpty();
            }
        }
    }

    /** Each beside a valid key. */
    private static final List<String> FIELDS = List.of(
            "X-API-Key: another",
            "x-api-key:",
            "Idempotency-Key: \u00ff\u0000",
            "Idempotency-Key: " + "k".repeat(8000),
            "Accept: text/event-stream, */*; q=nonsense",
            "Accept-Encoding: \u00e4",
            "Content-Type: application/json; charset=utf-16",
            "Content-Encoding: gzip",
            "If-Match: \"99999999999999999999\"",
            "If-None-Match: \"1\"",
            "X-OSB-Async-Wake: \u00ff",
            "X-Forwarded-Proto: javascript",
            "X-Forwarded-For: ${jndi:ldap://x}",
            "Last-Event-ID: -1",
            "Range: bytes=0-,1-,2-",
            "Expect: 200-nonsense",
            "Cookie: =;;;=\u0001",
            "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
            "Trailer: Content-Length");

    @Test
    void isNotSteeredByFieldsOfARequest() {
        var body = "{\"name\":\"of many fields\",\"value\":\"v\",\"path\":\"a\"}";
        for (var operation : List.of(
                "POST /api/secret-stores",
                "PUT /api/secret-stores/{storeId}/secrets/A",
                "GET /api/sandboxes",
                "POST /api/sandboxes/{sandboxId}/files/download-url",
                "POST /api/sandboxes/{sandboxId}/exec/run")) {
            var words = operation.split(" ", 2);
            for (var field : FIELDS) {
                var request = head(words[0], filled(words[1], "x")) + field + "\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body;
                var answer = raw(request);
                isClear(request, answer);
                assertThat(answer).doesNotContain("javascript:");
            }
        }
    }

    @Test
    void namesNothingInAHeaderAsItCame() {
        var names = List.of(
                "a>; rel=\"next\", <http://evil.test/", "b\u2028c", "d\u00fc\ud83e\udd84", "e%0d%0aX-Evil: yes");
        names.forEach(name -> id("/api/secret-stores", "{\"name\":\"" + name.replace("\"", "\\\"") + "\"}", "id"));
        var next = "/api/secret-stores?limit=1";
        var pages = 0;
        while (!next.isEmpty() && pages < 20) {
            var page = server.send("GET", next);
            assertThat(page.status()).isEqualTo(200);
            var link = page.headers().firstValue("Link");
            link.ifPresent(text ->
                    assertThat(text).matches("</api/secret-stores\\?limit=1&after=[A-Za-z0-9%*._-]+>; rel=\"next\""));
            next = link.map(text -> text.substring(1, text.indexOf('>'))).orElse("");
            pages++;
        }

        assertThat(pages).isBetween(names.size(), 19);
    }

    @Test
    void answersWhatIsNoHttpAtAll() {
        var random = new Random(7);
        var noise = new StringBuilder();
        random.ints(2000, 0, 256).forEach(each -> noise.append((char) each));
        for (var said : List.of(
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003" + "a".repeat(508),
                "GET\r\nGET\r\nGET\r\nGET\r\n\r\n",
                "GET /health HTTP/1.1\nHost: x\nConnection: close\n\n",
                "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\nConnection: close\r\n\r\n",
                "TRACE /api/whoami HTTP/1.1\r\nHost: x\r\nX-API-Key: " + SECRET + "\r\nConnection: close\r\n\r\n",
                "GET http://169.254.169.254/latest HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: x\r\n folded: y\r\nConnection: close\r\n\r\n",
                noise + "\r\n\r\n")) {
            var answer = raw(said);
            assertThat(answer)
                    .as(said)
                    .matches("(?s)HTTP/1\\.1 [2-5]\\d\\d .*")
                    .doesNotContain("HTTP/1.1 500", "Exception", "akka.", SECRET);
        }
        assertThat(server.send("GET", "/health", BodyPublishers.noBody()).status())
                .isEqualTo(200);
    }
}
