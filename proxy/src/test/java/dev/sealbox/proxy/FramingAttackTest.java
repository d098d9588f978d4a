package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How hostile code, or an upstream, has a message read in two ways; each test is named after what becomes of it. */
class FramingAttackTest {
    private static final String HOST = "api.example.com";
    private static final String PLAIN = "plain.example.com";
    private static final String RAW = "raw.example.com";
    private static final String POST = "POST / HTTP/1.1\r\nHost: " + HOST + "\r\n";
    private static final String CHUNKS = POST + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String NEXT = "GET /smuggled HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";
    private static final Map<String, String> RESPONSES = new ConcurrentHashMap<>();

    private static final TestProxy.Builder SET =
            new TestProxy.Builder().settings("sealbox.proxy.limits.max-head = 8 KiB");
    private static final TestUpstream UPSTREAM = SET.secure(HOST, FramingAttackTest::ok);
    private static final TestUpstream CLEAR =
            SET.put(PLAIN, TestUpstream.answering(SET.certificates(), null, FramingAttackTest::ok));

    static {
        SET.put(RAW, TestUpstream.scripted(SET.certificates(), RAW, FramingAttackTest::raw));
    }

    private static final TestProxy PROXY = SET.start();

    private static boolean ok(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", request.target());
        return true;
    }

    /** Answers each request with the bytes that are set for its target. */
    private static void raw(InputStream in, OutputStream out) throws IOException {
        while (true) {
            var request = Http.request(in);
            out.write(Http.latin1(RESPONSES.getOrDefault(request.target(), "HTTP/1.1 204 None\r\n\r\n")));
            out.flush();
        }
    }

    @BeforeAll
    static void admit() {
        var policy = PROXY.policy().allow(HOST, PLAIN, RAW);
        policy.secret("API_KEY", "the-real-value", HOST);
        PROXY.admit(TestProxy.SANDBOX, policy);
    }

    @AfterAll
    static void stop() {
        PROXY.close();
    }

    @BeforeEach
    void forget() {
        UPSTREAM.requests.clear();
        CLEAR.requests.clear();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                POST + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
                POST + "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                POST + "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                POST + "Content-Length: 0\r\nContent-Length: 6\r\n\r\n",
                POST + "Content-Length: 0, 6\r\n\r\n",
                POST + "Content-Length: 6, 6\r\n\r\nabcdef",
                POST + "Content-Length: +6\r\n\r\nabcdef",
                POST + "Content-Length: -6\r\n\r\n",
                POST + "Content-Length: 0x6\r\n\r\nabcdef",
                POST + "Content-Length: 6 \u00006\r\n\r\nabcdef",
                POST + "Content-Length: 6;\r\n\r\nabcdef",
                POST + "Content-Length: \u00b2\r\n\r\nab",
            })
    void aLengthThatCouldBeReadInTwoWaysIsRefused(String request) throws IOException {
        assertRefused(request, 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nX: a\r\n\tX-Admin: yes\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: " + HOST + "\r\n X-Admin: yes\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nX: a\rX-Admin: yes\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: " + HOST + "\nX-Admin: yes\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nX: a\u0000b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nHost: evil.example\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET /\r\n",
                "GET / HTTP/1.1 \r\nHost: " + HOST + "\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: " + HOST + "\r\n\r\n",
                "\r\nGET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "PRI * HTTP/1.1\r\nHost: " + HOST + "\r\n\r\nSM\r\n\r\n",
            })
    void aHeadThatBreaksTheGrammarIsRefused(String request) throws IOException {
        assertRefused(request, 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0\n\r\n",
                "1\nx\r\n0\r\n\r\n",
                "1\r\nx\n0\r\n\r\n",
                "1\r\nxy\r\n0\r\n\r\n",
                "1\rx\r\n0\r\n\r\n",
                "-1\r\n",
                "+1\r\nx\r\n0\r\n\r\n",
                "0x1\r\nx\r\n0\r\n\r\n",
                "1 \r\nx\r\n0\r\n\r\n",
                " 1\r\nx\r\n0\r\n\r\n",
                "1_0\r\nx\r\n0\r\n\r\n",
                "10000000000000000\r\nx",
                "fffffffffffffffff\r\nx",
                "1;a\rb\r\nx\r\n0\r\n\r\n",
                "1;a\nb\r\nx\r\n0\r\n\r\n",
                "1;a=\u0000\r\nx\r\n0\r\n\r\n",
                "0\r\nX : y\r\n\r\n",
                "0\r\nX: y\r\n folded\r\n\r\n",
                "0\r\nX: y\n\r\n",
            })
    void aChunkThatBreaksTheGrammarIsRefused(String chunks) throws IOException {
        assertRefused(CHUNKS + chunks, 400);
    }

    @Test
    void anEndlessHeadIsRefused() throws IOException {
        assertRefused("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n" + "X: y\r\n".repeat(2000), 431);
        assertRefused("GET /" + "x".repeat(10_000), 431);
    }

    @Test
    void anEndlessChunkExtensionOrTrailerIsRefused() throws IOException {
        assertRefused(CHUNKS + "1;" + "x".repeat(5000), 400);
        assertRefused(CHUNKS + "0\r\n" + "X: y\r\n".repeat(2000), 431);
    }

    private static void assertRefused(String request, int status) throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            var refusal = client.send(request + NEXT).receive();

            assertThat(refusal.status()).isEqualTo(status);
            assertThat(refusal.field("Connection")).hasValue("close");
            assertThat(client.isAtEnd()).isTrue();
        }
        assertThat(UPSTREAM.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5\r\nhello\r\n", "5\r\nhel", "5", "0\r\n", "0\r\nX: y\r\n", "fffffffffffffff\r\nhello"})
    void aBodyWithoutItsLastChunkNeverBecomesARequest(String chunks) throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send(CHUNKS + chunks);
        }
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send(CHUNKS + "1ffff\r\n" + "x".repeat(0x1ffff) + "\r\n" + chunks);
        }
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/after").text()).isEqualTo("/after");
        }
        assertThat(UPSTREAM.requests).extracting(Http.Message::target).containsExactly("/after");
    }

    @Test
    void chunkExtensionsGoNoFurther() throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send(CHUNKS + "1;a=b;c=\"d e\"\r\nx\r\n0;last\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(200);
        }
        // The upstream reads sizes and nothing else.
        assertThat(UPSTREAM.last().text()).isEqualTo("x");
    }

    @Test
    void eachPipelinedRequestInTheClearIsDecidedByItself() throws IOException {
        try (var client = PROXY.explicit(TestProxy.SANDBOX)) {
            for (var host : new String[] {PLAIN, "evil.example", "169.254.169.254", PLAIN}) {
                client.send("GET http://" + host + "/" + host + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            }
            assertThat(client.receive().text()).isEqualTo("/" + PLAIN);
            assertThat(client.receive().status()).isEqualTo(403);
            assertThat(client.receive().field("x-sealbox-decision")).hasValue("egress.address-not-allowed");
            assertThat(client.receive().text()).isEqualTo("/" + PLAIN);
        }
        assertThat(CLEAR.requests).hasSize(2);
    }

    @Test
    void whatFollowsAConnectIsTlsOrNothing() throws IOException {
        try (var client = PROXY.explicit(TestProxy.SANDBOX)) {
            client.send("CONNECT " + HOST + ":443 HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n" + NEXT);
            assertThat(Http.head(client.in).status()).isEqualTo(200);
            assertThat(client.in.read()).isEqualTo(0x15);
        }
        try (var client = PROXY.explicit(TestProxy.SANDBOX)) {
            client.send("CONNECT " + HOST + ":443 HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 5\r\n\r\nhello");
            assertThat(client.receive().status()).isEqualTo(400);
        }
        assertThat(UPSTREAM.requests).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "TRACE, 405",
        "trace, 405",
        "TRACK, 405",
        "CONNECT, 405",
        "connect, 405",
        "PURGE, 200",
        "PROPFIND, 200",
        "G\u00cbT, 400",
        "'', 400",
    })
    void methodsThatReflectOrTunnelAreRefusedAndUnknownOnesPass(String method, int status) throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send(method + " /m HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(status);
        }
        assertThat(UPSTREAM.requests).hasSize(status == 200 ? 1 : 0);
    }

    @Test
    void anExpectationOfAnythingElseIsRefused() throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.post(HOST, "/", "x", "Expect: 200-maybe").status())
                    .isEqualTo(417);
        }
        assertThat(UPSTREAM.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n",
                "HTTP/1.1 200 OK\nX: a\n\n",
                "HTTP/1.1 200 OK\r\nX : a\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
                "HTTP/1.1 099 Odd\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "hello\r\n\r\n",
            })
    void aResponseThatCouldBeReadInTwoWaysIsReplaced(String response) throws IOException {
        RESPONSES.put("/bad", response);
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, RAW)) {
            var refusal = client.get(RAW, "/bad");
            assertThat(refusal.status()).isEqualTo(502);
            assertThat(refusal.field("x-sealbox-decision")).hasValue("upstream.bad-response");
        }
    }

    @Test
    void aResponseThatNobodyAskedForIsGivenToNobody() throws IOException {
        var poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
        RESPONSES.put("/two", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none" + poison);
        RESPONSES.put("/head", "HTTP/1.1 200 OK\r\nContent-Length: " + poison.length() + "\r\n\r\n" + poison);
        RESPONSES.put("/304", "HTTP/1.1 304 Not Modified\r\n\r\n" + poison);
        RESPONSES.put("/next", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, RAW)) {
            assertThat(client.get(RAW, "/two").text()).isEqualTo("one");
            assertThat(client.get(RAW, "/next").text()).isEqualTo("next");
            client.send("HEAD /head HTTP/1.1\r\nHost: " + RAW + "\r\n\r\n");
            assertThat(Http.response(client.in, true).status()).isEqualTo(200);
            assertThat(client.get(RAW, "/next").text()).isEqualTo("next");
            assertThat(client.get(RAW, "/304").status()).isEqualTo(304);
            assertThat(client.get(RAW, "/next").text()).isEqualTo("next");
        }
    }

    @Test
    void aChunkedResponseThatBreaksOffIsBrokenOff() {
        RESPONSES.put("/broken", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX");
        assertThatThrownBy(() -> {
                    try (var client = PROXY.tunnel(TestProxy.SANDBOX, RAW)) {
                        client.get(RAW, "/broken");
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void aHeadThatTricklesIsEndedInTime() throws IOException {
        try (var proxy = new TestProxy.Builder()
                .settings("sealbox.proxy.limits.head-timeout = 1 s")
                .start()) {
            proxy.admit(TestProxy.SANDBOX, proxy.policy());
            try (var client = proxy.explicit(TestProxy.SANDBOX)) {
                client.send("GET / HTTP/1.1\r\n");
                client.socket.setSoTimeout(100);
                long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
                while (!hasAnswer(client) && System.nanoTime() < deadline) {
                    client.send("X");
                }
                assertThat(client.receive().status()).isEqualTo(408);
            }
        }
    }

    /** Waits a moment for it. */
    private static boolean hasAnswer(TestClient client) throws IOException {
        client.in.mark(1);
        try {
            boolean there = client.in.read() >= 0;
            client.in.reset();
            return there;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @Test
    void aBodyOfAToldLengthThatTricklesIsEndedAndOneThatIsStillBeingMadeIsNot() throws IOException {
        var set = new TestProxy.Builder().settings("sealbox.proxy.limits.body-rate-span = 1 s");
        set.secure(HOST, (request, out) -> {
            TestUpstream.respond(out, 200, "", request.text());
            return true;
        });
        try (var proxy = set.start()) {
            proxy.admit(TestProxy.SANDBOX, proxy.policy().allow(HOST));
            try (var made = proxy.tunnel(TestProxy.SANDBOX, HOST);
                    var told = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
                made.send(POST + "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n");
                told.send(POST + "Content-Length: 1000\r\n\r\nbody");
                assertThat(told.receive().status()).isEqualTo(408);
                assertThat(told.isAtEnd()).isTrue();
                made.send("4\r\nmore\r\n0\r\n\r\n");
                assertThat(made.receive().text()).isEqualTo("bodymore");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100", "Transfer-Encoding: chunked"})
    void aBodyThatStopsIsEndedInTime(String framing) throws IOException {
        var set = new TestProxy.Builder().settings("sealbox.proxy.limits.idle-timeout = 1 s");
        var upstream = set.secure(HOST, FramingAttackTest::ok);
        try (var proxy = set.start()) {
            proxy.admit(TestProxy.SANDBOX, proxy.policy().allow(HOST));
            try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
                client.send(POST + framing + "\r\n\r\n4\r\nbody\r\n");
                assertThat(client.receive().status()).isEqualTo(504);
                assertThat(client.isAtEnd()).isTrue();
            }
        }
        assertThat(upstream.requests).isEmpty();
    }
}
