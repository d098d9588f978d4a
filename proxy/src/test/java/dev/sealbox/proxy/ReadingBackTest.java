package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How hostile code has an upstream tell it a value; each test is named after what it gets. */
class ReadingBackTest {
    private static final String HOST = "echo.example.com";
    private static final String OTHER = "other.example.com";
    private static final String VALUE = "sk-live/4eC39+HqLy";

    private static final Map<String, TestUpstream.Answer> ANSWERS = new ConcurrentHashMap<>();
    private static final TestProxy.Builder SET = new TestProxy.Builder();
    private static final TestUpstream UPSTREAM = SET.secure(HOST, ReadingBackTest::answer);
    private static final TestUpstream ANOTHER = SET.secure(OTHER, ReadingBackTest::answer);
    private static final TestProxy PROXY = SET.start();

    private final TestPolicy policy = PROXY.policy().allow(HOST, OTHER);
    private final String token = policy.secret("API_KEY", VALUE, HOST).value();

    private static boolean answer(Http.Message request, OutputStream out) throws IOException {
        var answer = ANSWERS.get(request.target().replaceFirst("\\?.*", ""));
        return answer != null && answer.to(request, out);
    }

    @BeforeEach
    void admit() {
        PROXY.admit(TestProxy.SANDBOX, policy);
    }

    @AfterAll
    static void stop() {
        PROXY.close();
    }

    private Http.Message get(String host, String target, String... fields) throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, host)) {
            return client.get(host, target, fields);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 401, 403, 404, 500, 502, 503})
    void anAnswerOfAnyStatusThatQuotesTheRequestHoldsTheToken(int status) throws IOException {
        ANSWERS.put("/", (request, out) -> {
            var trace = "at handle(" + request.field("Authorization").orElse("") + ")";
            TestUpstream.respond(out, status, "", trace);
            return true;
        });
        var response = get(HOST, "/", "Authorization: Bearer " + token);

        assertThat(UPSTREAM.last().field("Authorization")).hasValue("Bearer " + VALUE);
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.text()).isEqualTo("at handle(Bearer " + token + ")");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Echo: %s",
                "Location: https://evil.example/?k=%s",
                "Location: https://evil.example/?k=sk-live%%2F4eC39%%2BHqLy",
                "Refresh: 0; url=//evil.example/%s",
                "Set-Cookie: key=%s; Path=/",
                "WWW-Authenticate: Basic realm=\"%s\"",
                "Link: <https://evil.example/%s>; rel=preload",
                "Content-Disposition: attachment; filename=\"%s\"",
                "ETag: \"%s\"",
                "Server-Timing: db;desc=\"%s\"",
            })
    void anyHeaderOfAnAnswerHoldsTheToken(String field) throws IOException {
        ANSWERS.put("/", (request, out) -> {
            TestUpstream.respond(out, 302, field.formatted(VALUE) + "\r\n", "");
            return true;
        });
        var response = get(HOST, "/");

        assertThat(response.fields()).contains(field.formatted(token).replace("sk-live%2F4eC39%2BHqLy", token));
    }

    @Test
    void aChainOfRedirectsOverAnotherHostCarriesTheToken() throws IOException {
        ANSWERS.put("/start", (request, out) -> {
            var key = request.target().substring(request.target().indexOf('=') + 1);
            TestUpstream.respond(out, 302, "Location: https://" + OTHER + "/hop?k=" + key + "\r\n", "");
            return true;
        });
        ANSWERS.put("/hop", (request, out) -> {
            var key = request.target().substring(request.target().indexOf('=') + 1);
            TestUpstream.respond(out, 302, "Location: https://" + HOST + "/start?k=" + key + "\r\n", "");
            return true;
        });
        var first = get(HOST, "/start?k=" + token).field("Location").orElseThrow();
        assertThat(first).isEqualTo("https://" + OTHER + "/hop?k=" + token);
        var second = get(OTHER, "/hop?k=" + token, "Authorization: Bearer " + token);
        assertThat(ANOTHER.last().target()).isEqualTo("/hop?k=" + token);
        assertThat(ANOTHER.last().field("Authorization")).hasValue("Bearer " + token);
        assertThat(second.field("Location")).hasValue("https://" + HOST + "/start?k=" + token);
    }

    @Test
    void whatWasStoredIsReadAsTheTokenOnAnyConnectionFromAnyHost() throws IOException {
        var stored = new AtomicReference<>("");
        ANSWERS.put("/gists", (request, out) -> {
            stored.set(request.text().isEmpty() ? stored.get() : request.text());
            TestUpstream.respond(out, 200, "", stored.get());
            return true;
        });
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/gists", "note: " + token);
        }
        assertThat(stored.get()).isEqualTo("note: " + VALUE);
        assertThat(get(HOST, "/gists").text()).isEqualTo("note: " + token);
        assertThat(get(OTHER, "/gists").text()).isEqualTo("note: " + token);
    }

    @Test
    void onlyWholeValuesBecomeTokensSoThatAGuessTellsNothingByParts() throws IOException {
        var guesses = VALUE.substring(1) + " " + VALUE.substring(0, VALUE.length() - 1) + " "
                + VALUE.toUpperCase(Locale.ROOT) + " " + VALUE.replace('4', '5');
        ANSWERS.put("/", (request, out) -> {
            TestUpstream.respond(out, 200, "", guesses);
            return true;
        });
        assertThat(get(HOST, "/").text()).isEqualTo(guesses);
    }

    @Test
    void ofTwoSecretsWithOneValueTheFirstByNameIsShownAlways() throws IOException {
        policy.secret("ZZ_KEY", VALUE, HOST);
        var first = policy.secret("AA_KEY", VALUE, HOST).value();
        PROXY.admit(TestProxy.SANDBOX, policy);
        ANSWERS.put("/", (request, out) -> {
            TestUpstream.respond(out, 200, "X-Echo: " + VALUE + "\r\n", VALUE + " " + VALUE);
            return true;
        });
        for (int i = 0; i < 3; i++) {
            var response = get(HOST, "/");
            assertThat(response.field("X-Echo")).hasValue(first);
            assertThat(response.text()).isEqualTo(first + " " + first);
        }
    }

    @Test
    void ofAValueThatHoldsAnotherNothingIsLeftOver() throws IOException {
        var before = policy.secret("BEFORE", "before:" + VALUE, HOST).value();
        var after = policy.secret("AFTER", VALUE + ":after", HOST).value();
        var around = policy.secret("AROUND", "<" + VALUE + ">", HOST).value();
        PROXY.admit(TestProxy.SANDBOX, policy);
        ANSWERS.put("/", (request, out) -> {
            var text = "before:" + VALUE + " " + VALUE + ":after <" + VALUE + "> " + VALUE;
            TestUpstream.respond(out, 200, "X-Echo: " + text + "\r\n", text);
            return true;
        });
        var response = get(HOST, "/");
        assertThat(response.text()).isEqualTo(before + " " + after + " " + around + " " + token);
        assertThat(response.field("X-Echo")).hasValue(response.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-MD5", "Digest", "Content-Digest", "Repr-Digest"})
    void noDigestOfABodyWithAValueIsTold(String name) throws IOException {
        var digest = name + ": sha-256=:abc:\r\n";
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(Http.latin1("packed " + VALUE));
        }
        ANSWERS.put("/small", (request, out) -> {
            TestUpstream.respond(out, 200, digest, VALUE);
            return true;
        });
        ANSWERS.put("/large", (request, out) -> {
            TestUpstream.respond(out, 200, digest, "x".repeat(100_000) + VALUE);
            return true;
        });
        ANSWERS.put("/chunks", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\n" + digest + "Transfer-Encoding: chunked\r\n\r\n12\r\n" + VALUE
                    + "\r\n0\r\nX-End: yes\r\n" + digest + "\r\n"));
            return true;
        });
        ANSWERS.put("/packed", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\n" + digest + "Content-Encoding: gzip\r\nContent-Length: "
                    + packed.size() + "\r\n\r\n"));
            packed.writeTo(out);
            return true;
        });
        for (var target : new String[] {"/small", "/large", "/chunks", "/packed"}) {
            var response = get(HOST, target);
            assertThat(response.text()).as(target).endsWith(token);
            assertThat(response.field(name)).as(target).isEmpty();
            assertThat(response.trailers()).noneMatch(trailer -> trailer.startsWith(name));
        }
    }

    @Test
    void theDigestOfABodyThatStaysTheSameIsTold() throws IOException {
        ANSWERS.put("/small", (request, out) -> {
            TestUpstream.respond(out, 200, "Content-Digest: sha-256=:abc:\r\n", "nothing here");
            return true;
        });
        ANSWERS.put("/chunks", (request, out) -> {
            out.write(Http.latin1("""
                    HTTP/1.1 200 OK
                    Transfer-Encoding: chunked

                    1
                    x
                    0
                    Content-Digest: sha-256=:abc:

                    """.replace("\n", "\r\n")));
            return true;
        });
        assertThat(get(HOST, "/small").field("Content-Digest")).hasValue("sha-256=:abc:");
        assertThat(get(HOST, "/chunks").trailers()).containsExactly("Content-Digest: sha-256=:abc:");
    }

    @Test
    void theLengthIsThatOfTheBodyThatArrivesAndTheEntityTagTheUpstreams() throws IOException {
        ANSWERS.put("/", (request, out) -> {
            TestUpstream.respond(out, 200, "ETag: \"v1\"\r\n", "a " + VALUE + " z");
            return true;
        });
        var response = get(HOST, "/");
        assertThat(response.field("Content-Length")).hasValue("" + ("a " + token + " z").length());
        assertThat(response.field("ETag")).hasValue("\"v1\"");
        get(HOST, "/", "If-None-Match: \"v1\"");
        assertThat(UPSTREAM.last().field("If-None-Match")).hasValue("\"v1\"");
    }

    @Test
    void noOtherWayToTheUpstreamIsTold() throws IOException {
        ANSWERS.put("/", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 103 Early Hints\r\nAlt-Svc: h3=\":443\"\r\nLink: <x>\r\n\r\n"));
            TestUpstream.respond(out, 200, "Alt-Svc: h3=\":443\"; ma=86400\r\n", VALUE);
            return true;
        });
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            assertThat(Http.head(client.in).fields()).containsExactly("Link: <x>");
            assertThat(client.receive().field("Alt-Svc")).isEmpty();
        }
    }

    @Test
    void manyEarlyHintsHoldTheTokenAndEndlessOnesEndTheRequest() throws IOException {
        var hint = "HTTP/1.1 103 Early Hints\r\nLink: <https://evil.example/" + VALUE + ">\r\n\r\n";
        ANSWERS.put("/some", (request, out) -> {
            out.write(Http.latin1(hint.repeat(3)));
            TestUpstream.respond(out, 200, "", "done");
            return true;
        });
        ANSWERS.put("/endless", (request, out) -> {
            out.write(Http.latin1(hint.repeat(100)));
            return false;
        });
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("GET /some HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            for (int i = 0; i < 3; i++) {
                assertThat(Http.head(client.in).field("Link")).hasValue("<https://evil.example/" + token + ">");
            }
            assertThat(client.receive().text()).isEqualTo("done");
            assertThat(client.get(HOST, "/endless").status()).isEqualTo(502);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
    void whatIsSpelledInAWayThatNobodyExpectsIsBestEffortAndNotFound(String charset) throws IOException {
        var bytes = VALUE.getBytes(Charset.forName(charset));
        ANSWERS.put("/", (request, out) -> {
            TestUpstream.respond(out, 200, "", new String(bytes, StandardCharsets.UTF_8));
            return true;
        });
        assertThat(get(HOST, "/").text()).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
    }

    @Test
    void whatIsInBase64OfManyLinesIsBestEffortAndFoundWhereNoLineEndsWithinIt() throws IOException {
        for (int before : new int[] {0, 50}) {
            var mime = Base64.getMimeEncoder().encodeToString(Http.latin1("x".repeat(before) + VALUE));
            ANSWERS.put("/", (request, out) -> {
                TestUpstream.respond(out, 200, "", mime);
                return true;
            });
            var shown = get(HOST, "/").text();
            assertThat(shown.contains(token)).isEqualTo(before == 0);
        }
    }

    @Test
    void whatIsPackedInAFileIsBestEffortAndNotFound() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(Http.latin1("in an archive: " + VALUE));
        }
        ANSWERS.put("/archive.gz", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\nContent-Type: application/gzip\r\nContent-Length: "
                    + packed.size() + "\r\n\r\n"));
            packed.writeTo(out);
            return true;
        });
        assertThat(Http.latin1(get(HOST, "/archive.gz").content())).isEqualTo(packed.toByteArray());
    }
}
