package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.proxy.tls.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes back from an upstream that returns what it was sent. */
class ResealTest {
    private static final String HOST = "echo.example.com";
    private static final String OTHER = "other.example.com";
    private static final String VALUE = "sk-live/4eC39+HqLy \"x\"";

    private final Map<String, TestUpstream.Answer> answers = new ConcurrentHashMap<>();
    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = set.secure(HOST, this::answer);
    private final TestUpstream other = set.secure(OTHER, this::answer);
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST, OTHER);
    private final String token = policy.secret("API_KEY", VALUE, HOST).value();

    private boolean answer(Http.Message request, OutputStream out) throws IOException {
        var answer = answers.get(request.target());
        return answer != null && answer.to(request, out);
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void leavesResponsesAloneThatHoldAShortValueByChance() throws IOException {
        policy.secret("FLAG", "true", HOST);
        proxy.admit(TestProxy.SANDBOX, policy);
        answers.put("/", (request, out) -> {
            TestUpstream.respond(out, 200, "X-Cached: true\r\n", "{\"ok\": true}");
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var response = client.get(HOST, "/");

            assertThat(response.field("X-Cached")).hasValue("true");
            assertThat(response.text()).isEqualTo("{\"ok\": true}");
        }
    }

    @Test
    void putsTheTokenBackIntoHeadersAndBody() throws IOException {
        answers.put("/", (request, out) -> {
            TestUpstream.respond(
                    out, 200, "X-Echo: " + request.field("X-Key").orElse("") + "\r\n", "you sent " + VALUE + "!");
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var response = client.get(HOST, "/", "X-Key: " + token);

            assertThat(upstream.last().field("X-Key")).hasValue(VALUE);
            assertThat(response.field("X-Echo")).hasValue(token);
            assertThat(response.text()).isEqualTo("you sent " + token + "!");
            assertThat(response.field("Content-Length")).hasValue("" + ("you sent " + token + "!").length());
        }
    }

    @Test
    void searchesResponsesOfHostsWhereTheSecretMayNotBeUsed() throws IOException {
        answers.put("/", (request, out) -> {
            TestUpstream.respond(out, 200, "", VALUE);
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, OTHER)) {
            assertThat(client.get(OTHER, "/").text()).isEqualTo(token);
        }
    }

    @Test
    void putsTheTokenBackIntoReasonTrailersAndInterimResponses() throws IOException {
        answers.put("/", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 103 Early\r\nLink: <" + VALUE + ">\r\n\r\nHTTP/1.1 200 " + VALUE
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: " + VALUE + "\r\n\r\n"));
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            var early = Http.head(client.in);
            var response = client.receive();

            assertThat(early.status()).isEqualTo(103);
            assertThat(early.field("Link")).hasValue("<" + token + ">");
            assertThat(response.line()).isEqualTo("HTTP/1.1 200 " + token);
            assertThat(response.trailers()).containsExactly("X-Sum: " + token);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
    void searchesPackedResponses(String coding) throws IOException {
        answers.put("/", (request, out) -> {
            var packed = pack(coding, "packed " + VALUE + " packed");
            out.write(Http.latin1("HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\nContent-Length: "
                    + packed.length + "\r\n\r\n"));
            out.write(packed);
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var response = client.get(HOST, "/", "Accept-Encoding: gzip, deflate, br");

            assertThat(upstream.last().field("Accept-Encoding")).hasValue("identity");
            assertThat(response.field("Content-Encoding")).isEmpty();
            assertThat(response.text()).isEqualTo("packed " + token + " packed");
        }
    }

    @Test
    void refusesAResponsePackedInAWayThatCannotBeSearched() throws IOException {
        answers.put("/", (request, out) -> {
            TestUpstream.respond(out, 200, "Content-Encoding: compress\r\n", "?");
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var refusal = client.get(HOST, "/");

            assertThat(refusal.status()).isEqualTo(502);
            assertThat(refusal.field("x-sealbox-decision")).hasValue("upstream.unreadable-encoding");
        }
    }

    @Test
    void asksForNoRangesWhereAValueCouldBeCutInTwo() throws IOException {
        answers.put("/", (request, out) -> {
            TestUpstream.respond(out, 200, "", "whole");
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/", "Range: bytes=0-5");
            assertThat(upstream.last().field("Range")).isEmpty();
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, OTHER)) {
            client.get(OTHER, "/", "Range: bytes=0-5", "Accept-Encoding: gzip, br");
            assertThat(other.last().field("Range")).hasValue("bytes=0-5");
            assertThat(other.last().field("Accept-Encoding")).hasValue("gzip");
        }
    }

    /** A value that was stored by such a request as may use it must not be read in parts by one that may not. */
    @Test
    void asksForNoRangesOfAHostForSecretsAlsoWhereThisRequestMayUseNone() throws IOException {
        var set = new TestProxy.Builder();
        var clear = set.put("plain.example.com", TestUpstream.answering(set.certificates(), null, ResealTest::whole));
        var secure = set.secure(HOST, ResealTest::whole);
        try (var its = set.start()) {
            var holder = its.policy().allow(HOST, "plain.example.com");
            holder.secret("API_KEY", VALUE);
            holder.rules(
                    "API_KEY", new UseRule(UseRule.Effect.ALLOW, List.of(), List.of("POST"), List.of(), List.of()));
            its.admit(TestProxy.SANDBOX, holder);
            try (var client = its.tunnel(TestProxy.SANDBOX, HOST)) {
                client.get(HOST, "/", "Range: bytes=0-5");
            }
            try (var client = nameless(its)) {
                client.get(HOST, "/", "Range: bytes=0-5");
            }
            try (var client = its.explicit(TestProxy.SANDBOX)) {
                client.get("plain.example.com", "http://plain.example.com/", "Range: bytes=0-5");
            }
        }
        assertThat(secure.requests)
                .hasSize(2)
                .allMatch(request -> request.field("Range").isEmpty());
        assertThat(clear.last().field("Range")).isEmpty();
    }

    private static boolean whole(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", "whole");
        return true;
    }

    private static TestClient nameless(TestProxy proxy) throws IOException {
        var raw = proxy.connect(TestProxy.SANDBOX, proxy.proxy.ports().proxy());
        raw.getOutputStream().write(Http.latin1("CONNECT " + HOST + ":443 HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n"));
        assertThat(Http.head(raw.getInputStream()).status()).isEqualTo(200);
        var context = TestCertificates.client(proxy.anchor("default"));
        return new TestClient(context.getSocketFactory().createSocket(raw, null, raw.getPort(), true));
    }

    @Test
    void asksForNoRangesAtAllWhereTheOperatorWantsNone() throws IOException {
        var strict = new TestProxy.Builder().settings("sealbox.proxy.ranges = drop");
        var plain = strict.secure(OTHER, (request, out) -> {
            TestUpstream.respond(out, 200, "", "whole");
            return true;
        });
        try (var its = strict.start()) {
            var holder = its.policy().allow("*");
            holder.secret("API_KEY", VALUE, HOST);
            its.admit(TestProxy.SANDBOX, holder);
            try (var client = its.tunnel(TestProxy.SANDBOX, OTHER)) {
                client.get(OTHER, "/", "Range: bytes=0-5");
            }
            assertThat(plain.last().field("Range")).isEmpty();
        }
    }

    @Test
    void findsValuesThatAreSpelledDifferently() throws IOException {
        var basic = Base64.getEncoder().encodeToString(("user:" + VALUE).getBytes(StandardCharsets.UTF_8));
        answers.put("/", (request, out) -> {
            TestUpstream.respond(
                    out,
                    200,
                    "X-Basic: " + basic + "\r\n",
                    "sk-live\\/4eC39+HqLy \\\"x\\\" sk-live%2F4eC39%2BHqLy%20%22x%22 sk-live%2f4eC39%2bHqLy+%22x%22");
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var response = client.get(HOST, "/");

            assertThat(response.text()).isEqualTo(token + " " + token + " " + token);
            assertThat(response.field("X-Basic").orElseThrow()).contains(token).hasSizeLessThan(60);
        }
    }

    @Test
    void searchesAResponseThatTricklesByteByByte() throws IOException {
        answers.put("/", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
            for (var c : ("<" + VALUE + ">").toCharArray()) {
                out.write(Http.latin1("1\r\n" + c + "\r\n"));
                out.flush();
            }
            out.write(Http.latin1("0\r\n\r\n"));
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            // A few bytes may have gone before they were known to be the beginning of the value.
            assertThat(client.get(HOST, "/").text())
                    .doesNotContain(VALUE.substring(4))
                    .endsWith(token + ">");
        }
    }

    @Test
    void searchesAResponseThatEndsWithTheConnection() throws IOException {
        answers.put("/", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\n\r\nuntil the end: " + VALUE));
            return false;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/").text()).isEqualTo("until the end: " + token);
            assertThat(client.get(HOST, "/").text()).isEqualTo("until the end: " + token);
        }
    }

    @Test
    void passesEventsOnWhileTheStreamIsOpen() throws Exception {
        var seen = new java.util.concurrent.CountDownLatch(2);
        answers.put("/", (request, out) -> {
            out.write(Http.latin1(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"));
            out.write(Http.latin1("b\r\ndata: one\n\n\r\n"));
            out.flush();
            awaited(seen, 1);
            // Ends with what could be the beginning of the value.
            out.write(Http.latin1("3\r\n...\r\n1\r\ns\r\n"));
            out.flush();
            awaited(seen, 0);
            out.write(Http.latin1("0\r\n\r\n"));
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            Http.head(client.in);
            var first = new String(client.in.readNBytes("b\r\ndata: one\n\n\r\n".length()), StandardCharsets.US_ASCII);
            assertThat(first).isEqualTo("b\r\ndata: one\n\n\r\n");
            seen.countDown();
            // The upstream says no more before this has come, and breaks off when it waits in vain.
            var second = "";
            while (!second.endsWith("s\r\n")) {
                int next = client.in.read();
                assertThat(next).as(second).isNotNegative();
                second += (char) next;
            }
            seen.countDown();
        }
    }

    @Test
    void searchesALargeResponseInChunks() throws IOException {
        var text = ("lorem ipsum " + VALUE + " dolor ").repeat(20_000);
        answers.put("/", (request, out) -> {
            TestUpstream.respond(out, 200, "", text);
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var response = client.get(HOST, "/");

            assertThat(response.field("Transfer-Encoding")).hasValue("chunked");
            assertThat(response.text().equals(text.replace(VALUE, token))).isTrue();
        }
    }

    @Test
    void letsValuesThroughWhereTheOperatorSaysSo() throws IOException {
        var builder = new TestProxy.Builder().settings("sealbox.proxy.response-secrets = pass");
        builder.secure(HOST, (request, out) -> {
            TestUpstream.respond(out, 200, "", request.field("X").orElse(""));
            return true;
        });
        try (var lax = builder.start()) {
            var its = lax.policy().allow(HOST);
            var shown = its.secret("API_KEY", VALUE).value();
            lax.admit(TestProxy.SANDBOX, its);
            try (var client = lax.tunnel(TestProxy.SANDBOX, HOST)) {
                assertThat(client.get(HOST, "/", "X: " + shown).text()).isEqualTo(VALUE);
            }
        }
    }

    private static void awaited(java.util.concurrent.CountDownLatch latch, long count) {
        Eventually.holds(() -> latch.getCount() <= count);
    }

    private static byte[] pack(String coding, String text) throws IOException {
        var content = text.getBytes(StandardCharsets.UTF_8);
        if (coding.equals("zstd")) {
            return Zstd.compress(content);
        }
        if (coding.equals("br")) {
            Brotli4jLoader.ensureAvailability();
            return Encoder.compress(content);
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = coding.equals("gzip") ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }
}
