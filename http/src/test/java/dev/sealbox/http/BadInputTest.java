package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a client sends wrong is a clear 4xx in the envelope, changes nothing, and is not quoted back. */
class BadInputTest {
    private static final String VALUE = "s3cr3t-in-a-broken-body";

    private static TestServer server;
    private static String store = "";

    @BeforeAll
    static void start() {
        server = new TestServer();
        store = "/api/secret-stores/"
                + server.send("POST", "/api/secret-stores", "{\"name\":\"store\"}")
                        .json()
                        .path("id")
                        .asText();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<byte[]> brokenSecrets() {
        var v = "\"" + VALUE + "\"";
        var bodies = new ArrayList<byte[]>();
        for (var text : List.of(
                "{",
                "}",
                "nonsense",
                "{\"value\":" + v,
                "{\"value\":" + v + "}}",
                "{\"value\":" + v + "} {}",
                "{\"value\":" + v + ",}",
                "{'value':'" + VALUE + "'}",
                "{value:" + v + "}",
                "{\"value\":" + v + ",\"value\":" + v + "}",
                "{\"value\":" + v + " /* comment */}",
                "{\"value\":\"" + VALUE + "\n\"}",
                "{\"value\":\"" + VALUE + "\\x\"}",
                "{\"value\":\"" + VALUE + "\\ud800\"}",
                "{\"value\":\"\\udc00" + VALUE + "\"}",
                "{\"value\":NaN}",
                "{\"value\":Infinity}",
                "{\"value\":1e999999999}",
                "{\"value\":" + "9".repeat(100_000) + "}",
                "{\"value\":0x10}",
                "{\"value\":[" + v + "]}",
                "{\"value\":{\"a\":" + v + "}}",
                "{\"value\":true}",
                "{\"value\":null}",
                "{\"value\":\"\"}",
                "{\"VALUE\":" + v + "}",
                "[" + v + "]",
                v,
                "null",
                "7",
                "{\"value\":" + v + ",\"allowedHosts\":\"git.test\"}",
                "{\"value\":" + v + ",\"allowedHosts\":[\" \"]}",
                "{\"value\":" + v + ",\"allowedHosts\":[null]}",
                "{\"value\":" + v + ",\"allowedHosts\":[1]}",
                "{\"value\":" + v + ",\"allowedHosts\":{\"a\":1}}",
                "{\"value\":" + v + ",\"allowedHosts\":[\"https://git.test\"]}",
                "{\"value\":" + v + ",\"allowedHosts\":[\"git.test:443\"]}",
                "{\"value\":" + v + ",\"allowedHosts\":[\"git.test/path\"]}",
                "{\"value\":" + v + ",\"allowedHosts\":[\"a.*.test\"]}",
                "{\"value\":" + v + ",\"allowedHosts\":[\"a\\nb\"]}",
                "{\"value\":" + v + ",\"allowedHosts\":[\"\\ud800\"]}",
                "{\"value\":" + v + ",\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}",
                "{\"value\":" + v + ",\"x\":" + "{\"a\":".repeat(100) + "1" + "}".repeat(100) + "}",
                "{\"value\":\"" + "x".repeat(65537) + "\"}",
                "{\"value\":\"" + "\u20ac".repeat(21846) + "\"}")) {
            bodies.add(text.getBytes(StandardCharsets.UTF_8));
        }
        bodies.add(bytes("{\"value\":\"" + VALUE, 0xff, "\"}"));
        bodies.add(bytes("{\"value\":\"" + VALUE, 0xc0, 0x80, "\"}"));
        bodies.add(bytes("{\"value\":\"" + VALUE, 0xed, 0xa0, 0x80, "\"}"));
        bodies.add(bytes("{\"value\":\"" + VALUE, 0xf5, 0x80, 0x80, 0x80, "\"}"));
        bodies.add(bytes("{\"value\":\"" + VALUE, 0xe2, 0x82, "\"}"));
        return bodies.stream();
    }

    private static byte[] bytes(Object... parts) {
        var out = new ByteArrayOutputStream();
        for (var part : parts) {
            switch (part) {
                case Integer code -> out.write(code);
                default -> out.writeBytes(part.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("brokenSecrets")
    void refusesABrokenSecret(byte[] body) {
        var before = server.stores.changes.get();

        var answer = server.send(
                "PUT",
                store + "/secrets/A",
                BodyPublishers.ofByteArray(body),
                "X-API-Key",
                TestServer.KEY,
                "Content-Type",
                "application/json");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).isNotEmpty().doesNotContain("\n").hasSizeLessThan(300);
        assertThat(answer.body()).doesNotContain(VALUE).doesNotContain("jackson", "Exception", "xxxx");
        assertThat(server.stores.changes.get()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":null}",
                "{\"name\":7}",
                "{\"name\":\"\"}",
                "{\"name\":\"   \"}",
                "{\"name\":\"a\\u0000\"}",
                "{\"name\":\"a\\n\"}",
                "{\"name\":\"\\u0085\"}",
                "{\"name\":\"\\ud83d\"}",
                "{\"name\":\"a\",\"egressAllowlist\":7}",
                "{\"name\":\"a\",\"egressAllowlist\":[[]]}",
                "{\"name\":\"a\",\"egressAllowlist\":[\"\"]}"
            })
    void refusesABrokenStore(String body) {
        var before = server.stores.changes.get();

        assertThat(server.send("POST", "/api/secret-stores", body).status()).isEqualTo(400);
        assertThat(server.stores.changes.get()).isEqualTo(before);
    }

    @Test
    void refusesTooLongNamesAndTooManyHosts() {
        var name = "{\"name\":\"" + "n".repeat(129) + "\"}";
        var hosts = "{\"name\":\"a\",\"egressAllowlist\":[" + "\"h.test\",".repeat(256) + "\"h.test\"]}";
        var host = "{\"name\":\"a\",\"egressAllowlist\":[\"" + "h".repeat(254) + "\"]}";

        assertThat(server.send("POST", "/api/secret-stores", name).status()).isEqualTo(400);
        assertThat(server.send("POST", "/api/secret-stores", hosts).status()).isEqualTo(400);
        assertThat(server.send("POST", "/api/secret-stores", host).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1A",
                "A-B",
                "A%20B",
                "A%2FB",
                "A%00",
                "A%0A",
                "%C3%BC",
                "%ff",
                "PATH",
                "LD_PRELOAD",
                "https_proxy",
                "SSL_CERT_FILE"
            })
    void refusesANameThatCannotBeAVariable(String name) {
        var answer = server.send("PUT", store + "/secrets/" + name, "{\"value\":\"x\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(server.send("PUT", store + "/secrets/" + "A".repeat(129), "{\"value\":\"x\"}")
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json; charset=utf-8",
                "application/json;charset=UTF-8;x=y",
                "APPLICATION/JSON",
                "application/merge-patch+json"
            })
    void takesEverySpellingOfJson(String type) {
        var answer = server.send(
                "PUT", store, BodyPublishers.ofString("{}"), "X-API-Key", TestServer.KEY, "Content-Type", type);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void takesJsonWithoutAType() {
        var untyped = server.send("PUT", store, BodyPublishers.ofString("{}"), "X-API-Key", TestServer.KEY);
        var empty = server.send(
                "PUT", store, BodyPublishers.noBody(), "X-API-Key", TestServer.KEY, "Content-Type", "text/plain");

        assertThat(untyped.status()).isEqualTo(200);
        assertThat(empty.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/jsonp"
            })
    void refusesOtherTypes(String type) {
        var answer = server.send(
                "PUT", store, BodyPublishers.ofString("{}"), "X-API-Key", TestServer.KEY, "Content-Type", type);

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.code()).isEqualTo("body.not-json");
    }

    @Test
    void refusesAnOversizedBodyAndStaysUsable() {
        var body = "{\"name\":\"" + "x".repeat(4 * 1024 * 1024) + "\"}";

        var known = server.send("POST", "/api/secret-stores", body);
        var chunked = server.send(
                "POST",
                "/api/secret-stores",
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))),
                "X-API-Key",
                TestServer.KEY,
                "Content-Type",
                "application/json");

        assertThat(known.status()).isEqualTo(413);
        assertThat(known.code()).isEqualTo("body.too-large");
        assertThat(chunked.status()).isEqualTo(413);
    }

    @RepeatedTest(5)
    void answersEarlyRefusalsToClientsThatAreStillSending() {
        var body = BodyPublishers.ofByteArray(new byte[8 * 1024 * 1024]);

        assertThat(server.send("POST", "/api/secret-stores", body).status()).isEqualTo(401);
        assertThat(server.send("POST", "/api/nowhere", body, "X-API-Key", TestServer.KEY)
                        .status())
                .isEqualTo(404);
        assertThat(server.send(
                                "POST",
                                "/api/secret-stores",
                                body,
                                "X-API-Key",
                                TestServer.KEY,
                                "Content-Type",
                                "text/plain")
                        .status())
                .isEqualTo(415);
    }

    /** The answer's bytes to whatever was written, until the server closes. */
    private static String raw(String request) {
        return raw(server, request);
    }

    private static String raw(TestServer asked, String request) {
        try (var socket = asked.socket()) {
            socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError("no answer to " + request.substring(0, Math.min(80, request.length())), e);
        }
    }

    private static String get(String target, String... headers) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: " + TestServer.KEY + "\r\n"
                + String.join("", headers) + "\r\n";
    }

    static Stream<String> brokenRequests() {
        return Stream.of(
                "nonsense nonsense nonsense nonsense\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n",
                "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n",
                "FROB /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                get("/api/sandboxes/%zz"),
                get("/api/sandboxes/%"),
                get("/api/secret-stores/%c0%80"),
                get("/api/sandboxes/sb-0123456789abcdef/files?path=%zz"),
                get("/api/sandboxes/sb-0123456789abcdef/files?path=%"),
                get("/" + "a".repeat(20_000)),
                get("/health", "X: " + "a".repeat(20_000) + "\r\n"),
                get("/health", "X: 1\r\n".repeat(200)),
                get("/health", "a".repeat(100) + ": 1\r\n"),
                get("/health", "Bad Name: 1\r\n"),
                get("/health", "Content-Length: -1\r\n"),
                get("/health", "Content-Length: 1\r\nContent-Length: 2\r\n"),
                get("/health", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
                get("/health", "Transfer-Encoding: gzip\r\n"),
                "POST /api/secret-stores HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: " + TestServer.KEY
                        + "\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
                "POST /api/secret-stores HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: " + TestServer.KEY
                        + "\r\nContent-Type: nonsense\r\nContent-Length: 2\r\n\r\n{}");
    }

    @ParameterizedTest
    @MethodSource("brokenRequests")
    void answersABrokenRequestInTheEnvelope(String request) {
        var answer = raw(request);

        assertThat(answer).as(request).matches("(?s)HTTP/1\\.1 (4\\d\\d|501|505) .*");
        assertThat(answer).contains("application/json").contains("{\"error\":").contains("\"code\":");
    }

    @Test
    void saysWhenABodyTakesTooLong() {
        var half = "POST /api/secret-stores HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: " + TestServer.KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
        try (var impatient = new TestServer("sealbox.http.body-timeout = 300 ms")) {
            assertThat(raw(impatient, half)).startsWith("HTTP/1.1 408");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/sandboxes/<x>", "/api/sandboxes/\u00fc", "/api/sandboxes/a|b?x=[1]"})
    void takesRawCharactersInAPathForAnUnknownId(String target) {
        assertThat(raw(get(target))).matches("(?s)HTTP/1\\.1 4\\d\\d .*");
    }

    @RepeatedTest(40)
    void neverFailsOnABodyOfRandomJson(RepetitionInfo repetition) {
        var seed = 7919L * repetition.getCurrentRepetition();
        var random = new Random(seed);
        var sandbox = "/api/sandboxes/sb-0123456789abcdef";
        var targets = List.of(
                "POST /api/secret-stores",
                "PUT " + store,
                "PUT " + store + "/secrets/A",
                "POST /api/sandboxes",
                "POST " + sandbox + "/exec/run",
                "POST " + sandbox + "/exec/run-async",
                "POST " + sandbox + "/commands",
                "POST " + sandbox + "/checkpoints",
                "POST /api/sandboxes/from-checkpoint/" + UUID.randomUUID());
        for (var target : targets) {
            var body = mangled(random, object(random, 0));
            var words = target.split(" ", 2);
            var answer = server.send(
                    words[0],
                    words[1],
                    BodyPublishers.ofByteArray(body),
                    "X-API-Key",
                    TestServer.KEY,
                    "Content-Type",
                    "application/json");
            assertThat(answer.status())
                    .as("seed %d, %s %s", seed, target, new String(body, StandardCharsets.ISO_8859_1))
                    .isLessThan(500);
        }
    }

    private static final List<String> FIELDS = List.of(
            "name",
            "value",
            "egressAllowlist",
            "allowedHosts",
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
            "networkEnabled",
            "cmd",
            "command",
            "args",
            "cwd",
            "kind",
            "promoteToFull",
            "retentionPolicy",
            "mode",
            "maxCount");

    private static String object(Random random, int depth) {
        var fields = new ArrayList<String>();
        for (var i = random.nextInt(5); i >= 0; i--) {
            fields.add("\"" + FIELDS.get(random.nextInt(FIELDS.size())) + "\":" + any(random, depth + 1));
        }
        return "{" + String.join(",", fields) + "}";
    }

    private static String any(Random random, int depth) {
        return switch (random.nextInt(depth > 3 ? 9 : 12)) {
            case 0 -> "null";
            case 1 -> "true";
            case 2 -> Long.toString(random.nextLong());
            case 3 -> "-0.0e-5";
            case 4 -> "1e" + random.nextInt(500);
            case 5 -> "\"\"";
            case 6 -> "\"\\u" + String.format("%04x", random.nextInt(0x10000)) + "\"";
            case 7 -> "\"*." + "a".repeat(random.nextInt(300)) + "\"";
            case 8 -> "\"base\"";
            case 9 -> "[" + any(random, depth + 1) + "," + any(random, depth + 1) + "]";
            case 10 -> "[]";
            default -> object(random, depth + 1);
        };
    }

    /** Sometimes the body as it is, sometimes with a few bytes changed. */
    private static byte[] mangled(Random random, String json) {
        var bytes = json.getBytes(StandardCharsets.UTF_8);
        if (random.nextBoolean()) {
            for (var i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
        }
        return bytes;
    }
}
