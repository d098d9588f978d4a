package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 on either side, with HTTP/1.1 or HTTP/2 on the other. */
class Http2ConversationTest {
    /** Upstreams that speak one protocol each. */
    private static final String ONE = "one.example.com";

    private static final String TWO = "two.example.com";
    private static final String FEW = "few.example.com";
    private static final String VALUE = "the-real-value";

    private final Map<String, TestHttp2Upstream.Answer> answers = new ConcurrentHashMap<>();
    private final Map<String, TestUpstream.Answer> oldAnswers = new ConcurrentHashMap<>();
    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream one = set.secure(ONE, this::answer);
    private final TestHttp2Upstream two = set.http2(TWO, this::answer);
    private final TestHttp2Upstream few = set.put(
            FEW,
            TestHttp2Upstream.answering(
                    set.certificates(), FEW, Http2Settings.defaultSettings().maxConcurrentStreams(2), this::answer));
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(ONE, TWO, FEW);
    private final String token = policy.secret("API_KEY", VALUE, ONE, TWO, FEW).value();

    private boolean answer(Http.Message request, OutputStream out) throws IOException {
        var answer = oldAnswers.get(request.target());
        if (answer != null) {
            return answer.to(request, out);
        }
        TestUpstream.respond(out, 200, "X-Key: " + request.field("X-Key").orElse("") + "\r\n", request.text());
        return true;
    }

    private void answer(TestHttp2Upstream.Received request, TestHttp2Upstream.Stream stream) {
        var answer = answers.get(request.field(":path"));
        if (answer != null) {
            answer.to(request, stream);
            return;
        }
        stream.head(false, ":status", "200", "x-key", request.field("x-key")).data(true, request.body());
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void substitutesAndResealsForAClientOfHttp2(String host) throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, host)) {
            client.request(1, false, "POST", host, "/", "x-key", token, "content-type", "text/plain")
                    .data(1, false, "a " + token.substring(0, 20))
                    .data(1, true, token.substring(20) + " b");

            var response = client.response(1);

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.field("x-key")).isEqualTo(token);
            assertThat(response.body()).isEqualTo("a " + token + " b");
        }
        assertThat(host.equals(ONE) ? one.last().text() : two.last().body()).isEqualTo("a " + VALUE + " b");
        assertThat(
                        host.equals(ONE)
                                ? one.last().field("x-key").orElse("")
                                : two.last().field("x-key"))
                .isEqualTo(VALUE);
    }

    @Test
    void substitutesAndResealsForAClientOfHttp1() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, TWO)) {
            for (int i = 0; i < 3; i++) {
                var response = client.post(TWO, "/a?k=" + i, "a " + token, "X-Key: " + token, "Connection: keep-alive");

                assertThat(response.text()).isEqualTo("a " + token);
                assertThat(response.field("x-key")).hasValue(token);
            }
        }
        assertThat(two.last().body()).isEqualTo("a " + VALUE);
        assertThat(two.last().field("x-key")).isEqualTo(VALUE);
        assertThat(two.last().field(":path")).isEqualTo("/a?k=2");
        assertThat(two.last().field(":authority")).isEqualTo(TWO);
        assertThat(two.last().head().contains("connection")).isFalse();
        assertThat(two.last().head().contains("host")).isFalse();
        assertThat(two.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void servesManyStreamsAtOnceEachWithItsOwnAnswer(String host) throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, host)) {
            for (int i = 0; i < 90; i++) {
                client.request(2 * i + 1, false, "POST", host, "/", "x-key", "n" + i)
                        .data(2 * i + 1, true, "body " + i);
            }
            var seen = new HashSet<Integer>();
            while (seen.size() < 90) {
                var frame = client.next();
                if (frame.ends()) {
                    seen.add(frame.stream());
                    assertThat(new String(frame.payload(), StandardCharsets.US_ASCII))
                            .isEqualTo(frame.payload().length == 0 ? "" : "body " + (frame.stream() - 1) / 2);
                }
            }
        }
        if (host.equals(TWO)) {
            assertThat(two.connections()).isEqualTo(1);
        }
    }

    @Test
    void waitsForRoomWhereAnUpstreamAllowsFewStreams() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, FEW)) {
            for (int i = 0; i < 60; i++) {
                client.get(2 * i + 1, FEW, "/" + i);
            }
            for (int ended = 0; ended < 60; ) {
                ended += client.next().ends() ? 1 : 0;
            }
        }
        assertThat(few.requests).hasSize(60);
        assertThat(few.connections()).isBetween(1, 4);
    }

    @Test
    void passesTrailersBothWays() throws IOException {
        answers.put(
                "/t",
                (request, stream) -> stream.head(false, ":status", "200")
                        .data(false, "x")
                        .head(true, "x-sum", request.trailers().get("x-sum").toString(), "x-leak", VALUE));
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.request(1, false, "POST", TWO, "/t", "te", "trailers")
                    .data(1, false, "x")
                    .headers(1, true, "x-sum", token);

            var response = client.response(1);

            assertThat(two.last().trailers().get("x-sum")).hasToString(VALUE);
            assertThat(two.last().field("te")).isEqualTo("trailers");
            assertThat(response.heads()).hasSize(2);
            assertThat(response.field("x-sum")).isEqualTo(token);
            assertThat(response.field("x-leak")).isEqualTo(token);
        }
    }

    @Test
    void passesTrailersToAnUpstreamOfHttp1() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, ONE)) {
            client.request(1, false, "POST", ONE, "/t").data(1, false, "x").headers(1, true, "x-sum", token);

            assertThat(client.response(1).body()).isEqualTo("x");
            assertThat(one.last().trailers()).contains("x-sum: " + VALUE);
        }
    }

    @Test
    void passesInterimResponses() throws IOException {
        answers.put(
                "/i",
                (request, stream) -> stream.head(false, ":status", "103", "link", "<" + VALUE + ">")
                        .head(true, ":status", "204"));
        oldAnswers.put("/i", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 103 Early\r\nLink: <x>\r\n\r\nHTTP/1.1 204 None\r\n\r\n"));
            return true;
        });
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            var response = client.get(1, TWO, "/i").response(1);
            assertThat(response.heads())
                    .extracting(head -> head.status().toString())
                    .containsExactly("103", "204");
            assertThat(response.field("link")).isEqualTo("<" + token + ">");
        }
        try (var client = proxy.http2(TestProxy.SANDBOX, ONE)) {
            var response = client.get(1, ONE, "/i").response(1);
            assertThat(response.heads())
                    .extracting(head -> head.status().toString())
                    .containsExactly("103", "204");
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, TWO)) {
            client.send("GET /i HTTP/1.1\r\nHost: " + TWO + "\r\n\r\n");
            assertThat(Http.head(client.in).status()).isEqualTo(103);
            assertThat(Http.head(client.in).status()).isEqualTo(204);
        }
    }

    @Test
    void answersAnExpectationAtOnce() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.request(1, false, "POST", TWO, "/", "expect", "100-continue", "content-length", "1");
            var head = client.decoded(client.next(RawHttp2.HEADERS));
            assertThat(head.status()).hasToString("100");

            assertThat(client.data(1, true, "x").response(1).body()).isEqualTo("x");
            assertThat(two.last().head().contains("expect")).isFalse();
        }
    }

    @Test
    void passesResponsesWithoutBodies() throws IOException {
        answers.put("/head", (request, stream) -> stream.head(true, ":status", "200", "content-length", "1234"));
        answers.put("/304", (request, stream) -> stream.head(true, ":status", "304", "etag", "\"x\""));
        answers.put("/empty", (request, stream) -> stream.head(true, ":status", "200"));
        oldAnswers.put("/head", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"));
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, TWO)) {
            client.send("HEAD /head HTTP/1.1\r\nHost: " + TWO + "\r\n\r\n");
            assertThat(Http.head(client.in).field("content-length")).hasValue("1234");
            client.send("GET /304 HTTP/1.1\r\nHost: " + TWO + "\r\n\r\n");
            assertThat(Http.head(client.in).status()).isEqualTo(304);
            assertThat(client.get(TWO, "/empty").field("content-length")).hasValue("0");
            assertThat(client.get(TWO, "/x").status()).isEqualTo(200);
        }
        try (var client = proxy.http2(TestProxy.SANDBOX, ONE)) {
            var head = client.request(1, true, "HEAD", ONE, "/head").response(1);
            assertThat(head.field("content-length")).isEqualTo("1234");
            assertThat(head.body()).isEmpty();
        }
    }

    @Test
    void breaksOffTheUpstreamsStreamWhenTheClientCancelsItsOwn() throws IOException {
        answers.put(
                "/slow",
                (request, stream) -> stream.head(false, ":status", "200").data(false, "x"));
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.get(1, TWO, "/slow");
            client.next(RawHttp2.DATA);
            client.reset(1, (int) Http2Error.CANCEL.code());

            Eventually.holds(() -> two.resets.contains(Http2Error.CANCEL.code()));
            assertThat(client.get(3, TWO, "/").response(3).status()).isEqualTo(200);
            assertThat(two.connections()).isEqualTo(1);
        }
    }

    @Test
    void tellsTheClientWhenTheUpstreamBreaksOff() throws IOException {
        answers.put("/early", (request, stream) -> stream.reset(Http2Error.INTERNAL_ERROR));
        answers.put("/late", (request, stream) -> {
            stream.head(false, ":status", "200").data(false, "x");
            stream.reset(Http2Error.INTERNAL_ERROR);
        });
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            var early = client.request(1, false, "POST", TWO, "/early")
                    .data(1, true, "x")
                    .response(1);
            assertThat(early.status()).isEqualTo(502);
            assertThat(client.get(3, TWO, "/late").response(3).reset())
                    .isEqualTo((int) Http2Error.INTERNAL_ERROR.code());
            assertThat(client.get(5, TWO, "/").response(5).status()).isEqualTo(200);
        }
    }

    @Test
    void triesAgainWhatTheUpstreamRefusedUnseen() throws IOException {
        var refusals = new java.util.concurrent.atomic.AtomicInteger();
        answers.put("/refused", (request, stream) -> {
            if (refusals.incrementAndGet() == 1) {
                stream.reset(Http2Error.REFUSED_STREAM);
            } else {
                stream.head(false, ":status", "200").data(true, request.body());
            }
        });
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.request(1, false, "POST", TWO, "/refused", "content-length", "1")
                    .data(1, true, "x");

            assertThat(client.response(1).body()).isEqualTo("x");
            assertThat(refusals).hasValue(2);
        }
    }

    @Test
    void opensAnotherConnectionAfterTheUpstreamGoesAway() throws IOException {
        answers.put("/leave", (request, stream) -> {
            stream.goAway(0);
            stream.head(false, ":status", "200").data(true, "last");
        });
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            assertThat(client.get(1, TWO, "/leave").response(1).body()).isEqualTo("last");
            assertThat(client.get(3, TWO, "/").response(3).status()).isEqualTo(200);
            assertThat(two.connections()).isEqualTo(2);
        }
    }

    @Test
    void answersEveryStreamWhenTheUpstreamDies() throws IOException {
        answers.put("/die", (request, stream) -> two.dropConnections());
        answers.put("/wait", (request, stream) -> {});
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.request(1, false, "POST", TWO, "/wait").data(1, true, "x");
            Eventually.holds(() -> two.requests.size() == 1);
            client.request(3, false, "POST", TWO, "/die").data(3, true, "x");

            assertThat(client.response(1).status()).isEqualTo(502);
            assertThat(client.get(5, TWO, "/").response(5).status()).isEqualTo(200);
        }
    }

    @Test
    void holdsBackOnlyTheStreamThatNobodyReads() throws IOException {
        var big = 8 * 1024 * 1024;
        answers.put(
                "/big",
                (request, stream) ->
                        stream.head(false, ":status", "200").data(true, Unpooled.wrappedBuffer(new byte[big])));
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.window(0, 1024 * 1024);
            client.get(1, TWO, "/big");
            int got = 0;
            while (got < 65535) {
                got += client.next(RawHttp2.DATA).payload().length;
            }
            for (int i = 3; i < 40; i += 2) {
                assertThat(client.get(i, TWO, "/").response(i).status()).isEqualTo(200);
            }
            client.window(0, big).window(1, big);
            while (got < big) {
                got += client.next(RawHttp2.DATA).payload().length;
            }
            assertThat(got).isEqualTo(big);
        }
    }

    @Test
    void servesOthersWhileManyStreamsAreNotRead() throws IOException {
        answers.put(
                "/big",
                (request, stream) -> stream.head(false, ":status", "200")
                        .data(true, Unpooled.wrappedBuffer(new byte[2 * 1024 * 1024])));
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO);
                var second = proxy.http2(TestProxy.SANDBOX, TWO)) {
            // Nothing of these is ever taken: their windows are empty.
            client.setting(4, 0);
            for (int i = 1; i < 50; i += 2) {
                client.get(i, TWO, "/big");
            }
            Eventually.holds(() -> two.requests.size() == 25);
            for (int i = 1; i < 20; i += 2) {
                assertThat(second.get(i, TWO, "/").response(i).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void usesANewValueFromTheNextStreamOn() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.get(1, TWO, "/", "x-key", token).response(1);
            assertThat(two.last().field("x-key")).isEqualTo(VALUE);

            policy.secret("API_KEY", "another-value", TWO);
            proxy.admit(TestProxy.SANDBOX, policy);
            client.get(3, TWO, "/", "x-key", token).response(3);
            assertThat(two.last().field("x-key")).isEqualTo("another-value");

            policy.remove("API_KEY");
            proxy.admit(TestProxy.SANDBOX, policy);
            client.get(5, TWO, "/", "x-key", token).response(5);
            assertThat(two.last().field("x-key")).isEqualTo(token);
            // A connection that a former value went over serves nobody any more.
            assertThat(two.connections()).isEqualTo(3);
        }
    }

    @Test
    void carriesLargeBodiesInBothDirections() throws IOException {
        var text = "0123456789abcdef".repeat(128 * 1024);
        try (var client = proxy.tunnel(TestProxy.SANDBOX, TWO)) {
            assertThat(client.post(TWO, "/", text, "Content-Type: application/octet-stream")
                            .content())
                    .isEqualTo(text);
        }
        assertThat(two.last().body()).isEqualTo(text);
    }

    @Test
    void serializesCookieCrumbsForAnUpstreamOfHttp1() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, ONE)) {
            client.get(1, ONE, "/", "cookie", "a=1", "x-other", "y", "cookie", "b=2")
                    .response(1);

            assertThat(one.last().field("cookie")).hasValue("a=1; b=2");
        }
    }

    @Test
    void upgradesToAWebSocketOnAConnectionOfHttp1() throws IOException {
        oldAnswers.put("/ws", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                    + "\u0081\u0005hello"));
            return true;
        });
        proxy.admit("127.0.0.3", proxy.policy().allow(ONE));
        try (var client = proxy.tunnel("127.0.0.3", ONE)) {
            client.send("GET /ws HTTP/1.1\r\nHost: " + ONE + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(Http.head(client.in).status()).isEqualTo(101);
            assertThat(new String(client.in.readNBytes(7), StandardCharsets.ISO_8859_1))
                    .isEqualTo("\u0081\u0005hello");
        }
    }
}
