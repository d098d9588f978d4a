package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What hostile code tries on HTTP/2; each test is named after what it proves. */
class Http2AttackTest {
    private static final String HOST = "one.example.com";
    private static final String OTHER = "other.example.com";
    private static final String TWO = "two.example.com";
    private static final String PACKED = "packed.example.com";
    private static final String LEAKING = "leaking.example.com";
    private static final String VALUE = "the-real-value";

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = set.secure(HOST, Http2AttackTest::echo);
    private final TestUpstream other = set.secure(OTHER, Http2AttackTest::echo);
    private final TestHttp2Upstream two = set.http2(TWO, (request, stream) -> {
        var body = request.field("x-key") + request.body();
        stream.head(false, ":status", "200", "location", "/?k=" + request.field("x-key"));
        for (int i = 0; i < body.length(); i++) {
            stream.data(false, body.substring(i, i + 1));
        }
        stream.head(true, "x-trailer", request.field("x-key"));
    });
    private final TestHttp2Upstream packed = set.http2(
            PACKED,
            (request, stream) -> stream.head(
                            false, ":status", "200", "content-type", "application/grpc", "grpc-encoding", "gzip")
                    .data(false, "packed")
                    .head(true, "grpc-status", "0"));
    private final TestProxy proxy = leaking(set)
            .settings("sealbox.proxy.http2.resets-per-half-minute = 50")
            .settings("sealbox.proxy.http2.client-windows-per-sandbox = 10 MiB")
            .settings("sealbox.proxy.http2.streams-per-sandbox = 170")
            .start();
    private final TestPolicy policy = proxy.policy().allow(HOST, OTHER, TWO, PACKED, LEAKING);
    private final String token = policy.secret("API_KEY", VALUE, HOST, TWO).value();

    private static TestProxy.Builder leaking(TestProxy.Builder set) {
        set.http2(LEAKING, (request, stream) -> {
            stream.head(false, ":status", "200", "content-type", "application/grpc+proto")
                    .data(false, "before " + VALUE.substring(0, 7));
            stream.data(false, VALUE.substring(7) + " after").head(true, "grpc-status", "0");
        });
        return set;
    }

    private static boolean echo(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", request.text());
        return true;
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private RawHttp2 client() throws IOException {
        return proxy.http2(TestProxy.SANDBOX, HOST);
    }

    /** The connection is alive and well. */
    private static void assertServes(RawHttp2 client, int stream) throws IOException {
        assertThat(client.get(stream, HOST, "/").response(stream).status()).isEqualTo(200);
    }

    @Test
    void aValueThatIsEchoedByteByByteInDataFramesComesBackAsTheToken() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            var response = client.request(1, false, "POST", TWO, "/", "x-key", token)
                    .data(1, true, "-" + token)
                    .response(1);

            assertThat(two.last().field("x-key")).isEqualTo(VALUE);
            // Where a machine is so slow that a moment passes between two bytes, up to three of a value may go before.
            var begun =
                    "(?:" + VALUE.substring(0, 1) + "|" + VALUE.substring(0, 2) + "|" + VALUE.substring(0, 3) + ")?";
            assertThat(response.body()).matches(begun + token + "-" + begun + token);
            assertThat(response.field("location")).isEqualTo("/?k=" + token);
            assertThat(response.field("x-trailer")).isEqualTo(token);
        }
    }

    @Test
    void aMessageOfGrpcThatCannotBeSearchedIsRefused() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, PACKED)) {
            var response = client.request(
                            1,
                            true,
                            "POST",
                            PACKED,
                            "/",
                            "content-type",
                            "application/grpc",
                            "grpc-accept-encoding",
                            "gzip")
                    .response(1);

            assertThat(response.status()).isEqualTo(502);
            assertThat(response.field("x-sealbox-decision")).isEqualTo("upstream.unreadable-encoding");
            assertThat(packed.last().head().contains("grpc-accept-encoding")).isFalse();
        }
    }

    @Test
    void aValueInAMessageOfGrpcEndsTheCallBeforeIt() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, LEAKING)) {
            var response = client.request(1, true, "POST", LEAKING, "/", "content-type", "application/grpc")
                    .response(1);

            assertThat(response.body()).isIn("", "before ");
            assertThat(response.field("grpc-status")).isEqualTo("13");
            assertThat(response.field("x-sealbox-decision")).isEqualTo("upstream.value-in-message");
        }
    }

    @Test
    void aTokenSplitOverDataFramesIsReplacedWhole() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.request(1, false, "POST", TWO, "/", "content-type", "text/plain");
            for (int i = 0; i < token.length(); i++) {
                client.data(1, false, token.substring(i, i + 1));
            }
            client.data(1, true, "!").response(1);

            assertThat(two.last().body()).isEqualTo(VALUE + "!");
        }
    }

    @Test
    void aTokenSplitOverContinuationsIsReplacedWhole() throws IOException {
        var block =
                RawHttp2.block(":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "/", "x-key", token);
        int cut = block.length - 10;
        try (var client = client()) {
            client.send(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, java.util.Arrays.copyOf(block, cut))
                    .send(
                            RawHttp2.CONTINUATION,
                            RawHttp2.END_HEADERS,
                            1,
                            java.util.Arrays.copyOfRange(block, cut, block.length));

            assertThat(client.response(1).status()).isEqualTo(200);
            assertThat(upstream.last().field("x-key")).hasValue(VALUE);
        }
    }

    @Test
    void anAuthorityOtherThanThatOfTheConnectionIsMisdirectedOnItsStreamOnly() throws IOException {
        try (var client = client()) {
            var coalesced = client.get(1, OTHER, "/", "x-key", token).response(1);
            assertThat(coalesced.status()).isEqualTo(421);
            assertThat(coalesced.field("x-sealbox-decision")).isEqualTo("egress.host-mismatch");
            var conflicting = client.get(3, HOST, "/", "host", OTHER).response(3);
            assertThat(conflicting.status()).isEqualTo(421);
            assertThat(client.get(5, HOST, "/", "host", HOST).response(5).status())
                    .isEqualTo(200);
            assertThat(client.get(7, HOST + ":443", "/").response(7).status()).isEqualTo(200);
            assertThat(client.get(9, HOST + ":8443", "/").response(9).status()).isEqualTo(403);
            assertThat(client.get(11, "user@" + HOST, "/").response(11).status())
                    .isBetween(400, 421);
            assertServes(client, 13);
        }
        assertThat(other.requests).isEmpty();
    }

    @Test
    void theRequestsOfATunnelWhoseServerNameIsAnotherAreMisdirected() throws IOException {
        var socket = proxy.connect(TestProxy.SANDBOX, proxy.proxy.ports().proxy());
        socket.getOutputStream().write(Http.latin1("CONNECT " + HOST + ":443 HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n"));
        Http.head(socket.getInputStream());
        try (var client = RawHttp2.greeting(proxy.secured(socket, OTHER, "default", "h2"))) {
            assertThat(client.get(1, OTHER, "/").response(1).status()).isEqualTo(421);
            assertThat(client.get(3, HOST, "/").response(3).status()).isEqualTo(421);
        }
        assertThat(upstream.requests).isEmpty();
        assertThat(other.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ HTTP/1.1\r\nHost: evil",
                "/a b",
                "/\u0000",
                "/a\r\nX: y",
                "/a#b",
                "/a\\b",
                "",
                "http://evil.example/",
                "*"
            })
    void aPathThatIsNoneIsRefused(String path) throws IOException {
        try (var client = client()) {
            var response = client.get(1, HOST, path, "x-key", token).response(1);

            assertThat(response.heads().isEmpty() ? 400 : response.status()).isEqualTo(400);
            assertServes(client, 3);
        }
        assertThat(upstream.requests).hasSize(1);
    }

    @Test
    void aFieldThatWouldSmuggleOnHttp1IsRefused() throws IOException {
        var bad = List.of(
                List.of("x-a", "b\r\nx-injected: yes"),
                List.of("x-a", "b\nc"),
                List.of("x-a", "b\u0000c"),
                List.of("x-a", " padded"),
                List.of("x-a: b\r\nx-b", "c"),
                List.of("x a", "b"),
                List.of("X-Upper", "b"),
                List.of("", "b"),
                List.of("transfer-encoding", "chunked"),
                List.of("connection", "x-key"),
                List.of("keep-alive", "1"),
                List.of("proxy-connection", "close"),
                List.of("upgrade", "websocket"),
                List.of("te", "gzip"),
                List.of(":path", "/second"),
                List.of(":protocol", "websocket"),
                List.of(":status", "200"),
                List.of("content-length", "5"),
                List.of("content-length", "+0"),
                List.of("content-length", "0, 1"));
        try (var client = client()) {
            int stream = 1;
            for (var field : bad) {
                var response = client.get(stream, HOST, "/", field.getFirst(), field.getLast())
                        .response(stream);
                assertThat(response.heads().isEmpty() || response.status() == 400)
                        .as(field.toString())
                        .isTrue();
                stream += 2;
            }
            assertServes(client, stream);
        }
        assertThat(upstream.requests).hasSize(1);
    }

    @Test
    void aRequestWithoutItsPseudoFieldsIsRefused() throws IOException {
        try (var client = client()) {
            int stream = 1;
            for (var block : List.of(
                    List.of(":scheme", "https", ":authority", HOST, ":path", "/"),
                    List.of(":method", "GET", ":authority", HOST, ":path", "/"),
                    List.of(":method", "GET", ":scheme", "https", ":authority", HOST),
                    List.of(":method", "GET", ":scheme", "https", ":path", "/"),
                    List.of(":method", "GET", ":scheme", "http", ":authority", HOST, ":path", "/"),
                    List.of(":method", "GET", "x-a", "b", ":scheme", "https", ":authority", HOST, ":path", "/"))) {
                var response = client.headers(stream, true, block.toArray(String[]::new))
                        .response(stream);
                assertThat(response.heads().isEmpty() || response.status() == 400)
                        .as(block.toString())
                        .isTrue();
                stream += 2;
            }
            assertServes(client, stream);
        }
        assertThat(upstream.requests).hasSize(1);
    }

    @Test
    void aBodyThatIsNotAsLongAsItSaysNeverBecomesARequest() throws IOException {
        try (var client = client()) {
            client.request(1, false, "POST", HOST, "/", "content-length", "5").data(1, true, "1234");
            assertThat(client.response(1).reset()).isEqualTo((int) Http2Error.PROTOCOL_ERROR.code());
            client.request(3, false, "POST", HOST, "/", "content-length", "3")
                    .data(3, true, "123GET /smuggled HTTP/1.1\r\n\r\n");
            assertThat(client.response(3).reset()).isEqualTo((int) Http2Error.PROTOCOL_ERROR.code());
            assertServes(client, 5);
        }
        assertThat(upstream.requests).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "TRACK", "CONNECT"})
    void methodsThatReflectOrTunnelAreRefused(String method) throws IOException {
        try (var client = client()) {
            if (method.equals("CONNECT")) {
                client.headers(1, true, ":method", method, ":authority", HOST);
            } else {
                client.request(1, true, method, HOST, "/");
            }
            assertThat(client.response(1).status()).isEqualTo(405);
        }
        assertThat(upstream.requests).isEmpty();
    }

    @Test
    void anHpackBombEndsItsStreamOrItsConnectionAndNothingElse() throws IOException {
        // One large field in the table, then thousands of references to it.
        var block = new ByteArrayOutputStream();
        block.writeBytes(RawHttp2.block(":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "/"));
        block.write(0x40);
        block.write(1);
        block.write('a');
        block.write(127);
        block.write(((3000 - 127) & 127) | 128);
        block.write((3000 - 127) >> 7);
        block.writeBytes("x".repeat(3000).getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 10_000; i++) {
            block.write(0x80 | 62);
        }
        try (var client = client()) {
            client.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, 1, block.toByteArray());
            assertThat(statusOrEnd(client, 1)).isIn(431, -1);
        }
        assertThat(upstream.requests).isEmpty();
        assertStillServes();
    }

    private static int statusOrEnd(RawHttp2 client, int stream) {
        try {
            var response = client.response(stream);
            return response.heads().isEmpty() ? -1 : response.status();
        } catch (IOException e) {
            return -1;
        }
    }

    private void assertStillServes() throws IOException {
        try (var client = client()) {
            assertServes(client, 1);
        }
    }

    @Test
    void aHeaderListThatIsTooLargeIsRefused() throws IOException {
        try (var client = client()) {
            var many = new ArrayList<String>();
            for (int i = 0; i < 300; i++) {
                many.add("x-" + i);
                many.add("v");
            }
            assertThat(statusOrEnd(client.get(1, HOST, "/", many.toArray(String[]::new)), 1))
                    .isEqualTo(431);
            assertServes(client, 3);
        }
    }

    @Test
    void continuationsWithoutEndCloseTheConnection() throws IOException {
        assertEnds(client -> {
            client.send(RawHttp2.HEADERS, 0, 1, RawHttp2.block(":method", "GET"));
            for (int i = 0; i < 100_000; i++) {
                client.send(RawHttp2.CONTINUATION, 0, 1, RawHttp2.block("a", "b"));
            }
        });
    }

    @Test
    void emptyContinuationsWithoutEndCloseTheConnection() throws IOException {
        assertEnds(client -> {
            client.send(RawHttp2.HEADERS, 0, 1, RawHttp2.block(":method", "GET"));
            for (int i = 0; i < 100_000; i++) {
                client.send(RawHttp2.CONTINUATION, 0, 1, new byte[0]);
            }
        });
    }

    @Test
    void streamsThatAreCancelledAsFastAsTheyAreOpenedCloseTheConnection() throws IOException {
        assertEnds(client -> {
            for (int i = 1; i < 20_000; i += 2) {
                client.get(i, HOST, "/").reset(i, (int) Http2Error.CANCEL.code());
            }
        });
    }

    @Test
    void streamsThatWeAreMadeToCancelCloseTheConnection() throws IOException {
        assertEnds(client -> {
            for (int i = 1; i < 20_000; i += 2) {
                // An increment of nothing is an error of the stream.
                client.get(i, HOST, "/").window(i, 0);
            }
        });
    }

    @Test
    void aFloodOfPingsClosesTheConnection() throws IOException {
        assertEnds(client -> {
            for (int i = 0; i < 100_000; i++) {
                client.send(RawHttp2.PING, 0, 0, new byte[8]);
            }
        });
    }

    @Test
    void aFloodOfSettingsClosesTheConnection() throws IOException {
        assertEnds(client -> {
            for (int i = 0; i < 100_000; i++) {
                client.setting(4, 65535);
            }
        });
    }

    @Test
    void aFloodOfPrioritiesClosesTheConnection() throws IOException {
        assertEnds(client -> {
            for (int i = 0; i < 100_000; i++) {
                client.send(RawHttp2.PRIORITY, 0, 1, new byte[] {0, 0, 0, 0, 16});
            }
        });
    }

    @Test
    void aFloodOfEmptyDataClosesTheConnection() throws IOException {
        assertEnds(client -> {
            client.request(1, false, "POST", HOST, "/");
            for (int i = 0; i < 100_000; i++) {
                client.data(1, false, "");
            }
        });
    }

    @Test
    void moreStreamsThanAllowedAreRefused() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            for (int i = 1; i < 2 * 140; i += 2) {
                client.request(i, false, "POST", TWO, "/");
            }
            int refused = 0;
            while (refused < 40) {
                var frame = client.next(RawHttp2.RST_STREAM);
                assertThat(frame.code()).isEqualTo((int) Http2Error.REFUSED_STREAM.code());
                refused++;
            }
        }
    }

    @Test
    void manyConnectionsHaveNoMoreStreamsTogetherThanTheSandboxMay() throws IOException {
        try (var first = proxy.http2(TestProxy.SANDBOX, TWO);
                var second = proxy.http2(TestProxy.SANDBOX, TWO)) {
            for (int i = 1; i < 2 * 100; i += 2) {
                first.request(i, false, "POST", TWO, "/");
                second.request(i, false, "POST", TWO, "/");
            }
            // What begins later is looked at later, on either connection.
            int refused = 0;
            for (var connection : List.of(first, second)) {
                connection.send(RawHttp2.PING, 0, 0, new byte[8]);
                for (var frame = connection.next(); frame.type() != RawHttp2.PING; frame = connection.next()) {
                    refused += frame.type() == RawHttp2.RST_STREAM
                                    && frame.code() == (int) Http2Error.REFUSED_STREAM.code()
                            ? 1
                            : 0;
                }
            }
            assertThat(refused).isEqualTo(30);
        }
        // Who has left makes room.
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            var asked = new AtomicInteger(-1);
            Eventually.holds(() -> isServed(client, asked.addAndGet(2)));
        }
    }

    private static boolean isServed(RawHttp2 client, int stream) {
        try {
            return client.get(stream, TWO, "/").response(stream).reset() < 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void manyConnectionsMaySendNoMoreAheadTogetherThanTheSandboxMay() throws IOException {
        var open = new ArrayList<RawHttp2>();
        int first = 0;
        int all = 0;
        for (int i = 0; i < 8; i++) {
            open.add(client());
            int window = window(open.getLast());
            first = i == 0 ? window : first;
            all += window;
        }
        assertThat(first).isEqualTo(8 << 20);
        assertThat(all).isBetween(10 << 20, (10 << 20) + 8 * 65_535);
        for (var client : open) {
            assertServes(client, 1);
            client.close();
        }
        Eventually.holds(() -> {
            try (var next = client()) {
                return window(next) == 8 << 20;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** How much it may send ahead: the proxy says so before it acknowledges the client's settings. */
    private static int window(RawHttp2 client) throws IOException {
        int window = 65_535;
        while (true) {
            var frame = client.next();
            if (frame.type() == RawHttp2.WINDOW_UPDATE && frame.stream() == 0) {
                window += frame.code();
            }
            if (frame.type() == RawHttp2.SETTINGS && frame.payload().length == 0) {
                return window;
            }
        }
    }

    @Test
    void moreDataThanTheWindowClosesTheConnectionOrTheStream() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.request(1, false, "POST", HOST, "/");
            var large = "x".repeat(16_384);
            for (int i = 0; i < 1000; i++) {
                client.data(1, false, large);
            }
            assertThat(client.awaitEnd()).isIn(-1, (int) Http2Error.FLOW_CONTROL_ERROR.code());
        } catch (IOException e) {
            // Closed while it was still sending.
        }
        assertStillServes();
    }

    @Test
    void aWindowOfOneByteHoldsBackItsOwnStreamOnly() throws IOException {
        try (var client = client()) {
            client.setting(4, 1);
            client.request(1, false, "POST", HOST, "/").data(1, true, "0123456789");
            assertThat(client.next(RawHttp2.DATA).payload()).hasSize(1);
            client.setting(4, 65535);
            assertServes(client, 3);
        }
    }

    @Test
    void aPrefaceOnAConnectionOfHttp1IsRefused() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(400);
        }
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(400);
        }
    }

    @Test
    void aCorruptPrefaceClosesTheConnection() throws IOException {
        try (var client = proxy.http2Unspoken(TestProxy.SANDBOX, HOST)) {
            client.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n").send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            while (client.in.read() >= 0) {
                // Until the end.
            }
        } catch (java.net.SocketException | javax.net.ssl.SSLException e) {
            // As good as an end.
        }
        assertThat(upstream.requests).isEmpty();
        assertStillServes();
    }

    @Test
    void anUpgradeToHttp2InTheClearIsNotMade() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var response = client.get(
                    HOST,
                    "/",
                    "Connection: Upgrade, HTTP2-Settings",
                    "Upgrade: h2c",
                    "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA");
            assertThat(response.status()).isEqualTo(200);
            assertThat(upstream.last().field("Upgrade")).isEmpty();
            assertThat(upstream.last().field("HTTP2-Settings")).isEmpty();
        }
    }

    @Test
    void extendedConnectIsNotOffered() throws IOException {
        try (var client = client()) {
            var settings = client.next(RawHttp2.SETTINGS);
            for (int i = 0; i < settings.payload().length; i += 6) {
                assertThat(settings.payload()[i + 1]).isNotEqualTo((byte) 8);
            }
        }
    }

    @Test
    void anExpelledSandboxLosesItsStreamsAtOnce() throws IOException {
        try (var client = client()) {
            assertServes(client, 1);
            TestProxy.await(proxy.proxy.expel(policy.sandbox()));
            assertThat(client.awaitEnd()).isEqualTo(-1);
        }
    }

    private interface Attack {
        void on(RawHttp2 client) throws IOException;
    }

    private void assertEnds(Attack attack) throws IOException {
        try (var client = client()) {
            try {
                client.burst();
                attack.on(client);
            } catch (IOException e) {
                // Closed while it was still sending.
            }
            assertThat(client.awaitEnd())
                    .isIn(-1, (int) Http2Error.ENHANCE_YOUR_CALM.code(), (int) Http2Error.PROTOCOL_ERROR.code());
        }
        assertStillServes();
    }
}
