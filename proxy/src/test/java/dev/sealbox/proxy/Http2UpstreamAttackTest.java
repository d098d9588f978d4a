package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a hostile or broken upstream tries on HTTP/2; each test is named after what it proves. */
class Http2UpstreamAttackTest {
    private static final String HOST = "two.example.com";
    private static final String VALUE = "the-real-value";
    private static final int ALTSVC = 0xa;

    private final AtomicReference<Reaction> reaction = new AtomicReference<>((connection, stream) -> {});
    private final AtomicInteger table = new AtomicInteger(4096);
    private final List<byte[]> heads = new CopyOnWriteArrayList<>();
    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream =
            set.put(HOST, TestUpstream.speakingHttp2(set.certificates(), HOST, this::serve));
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST);
    private final String token = policy.secret("API_KEY", VALUE, HOST).value();

    /** What the upstream does when a request has come. */
    private interface Reaction {
        void to(RawHttp2 connection, int stream) throws IOException;
    }

    private void serve(RawHttp2 connection) throws IOException {
        connection.setting(1, table.get());
        while (true) {
            var head = connection.next(RawHttp2.HEADERS);
            heads.add(head.payload());
            reaction.get().to(connection, head.stream());
        }
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private void answers(Reaction next) {
        reaction.set(next);
    }

    private static void ok(RawHttp2 connection, int stream) throws IOException {
        connection.headers(stream, true, ":status", "204");
    }

    private int statusOverHttp1() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            return client.get(HOST, "/").status();
        }
    }

    @Test
    void aValueIsNeverIndexedOnTheConnection() throws IOException {
        answers(Http2UpstreamAttackTest::ok);
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            for (int i = 0; i < 3; i++) {
                client.get(HOST, "/a/" + token, "X-Key: " + token, "X-Plain: just-a-field");
            }
        }
        assertThat(upstream.connections()).isEqualTo(1);
        for (var head : heads) {
            var text = new String(head, StandardCharsets.ISO_8859_1);
            // A literal that is never indexed, with a name of its own.
            assertThat(text).contains("\u0010\u0005x-key\u000e" + VALUE);
            assertThat(text).contains("/a/" + VALUE);
        }
        assertThat(new String(heads.getLast(), StandardCharsets.ISO_8859_1)).doesNotContain("just-a-field");
    }

    @Test
    void whatAnUpstreamTellsOfOtherServicesInAFrameGoesNoFurther() throws IOException {
        var origin = ("https://" + VALUE).getBytes(StandardCharsets.US_ASCII);
        var service = ByteBuffer.allocate(2 + origin.length + 9)
                .putShort((short) origin.length)
                .put(origin)
                .put("h3=\":443\"".getBytes(StandardCharsets.US_ASCII))
                .array();
        answers((connection, stream) -> {
            connection.send(ALTSVC, 0, 0, service);
            connection.send(ALTSVC, 0, stream, service);
            connection.headers(stream, true, ":status", "200", "alt-svc", VALUE);
        });
        try (var client = proxy.http2(TestProxy.SANDBOX, HOST)) {
            client.get(1, HOST, "/");
            var frame = client.next();
            while (frame.type() != RawHttp2.HEADERS) {
                assertThat(frame.type()).isNotEqualTo(ALTSVC);
                frame = client.next();
            }
            assertThat(client.decoded(frame).get(":status")).hasToString("200");
            assertThat(new String(frame.payload(), StandardCharsets.ISO_8859_1)).doesNotContain("alt-svc", VALUE);
        }
    }

    @Test
    void aPushIsRefused() throws IOException {
        answers((connection, stream) -> {
            var promise = ByteBuffer.allocate(4).putInt(2).array();
            var block = RawHttp2.block(":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "/pushed");
            var payload = new byte[4 + block.length];
            System.arraycopy(promise, 0, payload, 0, 4);
            System.arraycopy(block, 0, payload, 4, block.length);
            connection.send(RawHttp2.PUSH_PROMISE, RawHttp2.END_HEADERS, stream, payload);
        });

        assertThat(statusOverHttp1()).isEqualTo(502);
        answers(Http2UpstreamAttackTest::ok);
        assertThat(statusOverHttp1()).isEqualTo(204);
    }

    @ParameterizedTest
    @CsvSource({
        "x-a, 'b\r\nset-cookie: evil=1'",
        "x-a, 'b\nc'",
        "'x-a: b\r\nx-b', c",
        "X-Upper, b",
        "transfer-encoding, chunked",
        "connection, close",
        ":path, /",
        ":status, 200"
    })
    void aFieldThatWouldSplitAResponseOfHttp1IsRefused(String name, String value) throws IOException {
        answers((connection, stream) -> connection.headers(stream, true, ":status", "200", name, value));

        assertThat(statusOverHttp1()).isEqualTo(502);
    }

    @Test
    void aBodyThatIsNotAsLongAsItSaysIsBrokenOff() throws IOException {
        answers((connection, stream) -> {
            connection.headers(stream, false, ":status", "200", "content-length", "3", "content-encoding", "identity");
            connection.data(stream, true, "123HTTP/1.1 200 OK\r\n\r\n");
        });

        assertThat(statusOverHttp1()).isEqualTo(502);
    }

    @Test
    void interimResponsesWithoutEndAreBrokenOff() throws IOException {
        answers((connection, stream) -> {
            for (int i = 0; i < 100; i++) {
                connection.headers(stream, false, ":status", "103");
            }
        });
        try (var client = proxy.http2(TestProxy.SANDBOX, HOST)) {
            var response = client.get(1, HOST, "/").response(1);
            assertThat(response.heads().getLast().status()).hasToString("502");
            assertThat(response.heads()).hasSizeLessThan(20);
        }
    }

    /** No window holds them back, and a client that takes nothing does not make the proxy keep them. */
    @Test
    void interimResponsesThatTheClientDoesNotTakeAreBrokenOff() throws IOException {
        var codes = new CopyOnWriteArrayList<Integer>();
        answers((connection, stream) -> {
            for (int i = 0; i < 50; i++) {
                connection.headers(stream, false, ":status", "103", "link", "x".repeat(1000));
            }
            codes.add(connection.next(RawHttp2.RST_STREAM).code());
        });
        try (var client = proxy.http2(TestProxy.SANDBOX, HOST)) {
            client.setting(4, 0);
            client.get(1, HOST, "/");
            Eventually.holds(() -> codes.equals(List.of((int) Http2Error.PROTOCOL_ERROR.code())));
        }
    }

    @Test
    void aTableOfFieldsIsNoLargerThanEveryPeerHas() throws IOException {
        var sizes = new CopyOnWriteArrayList<Integer>();
        answers((connection, stream) -> {
            sizes.add(RawHttp2.tableSize(heads.getLast()));
            ok(connection, stream);
        });
        table.set(1 << 30);
        try (var client = proxy.http2(TestProxy.SANDBOX, HOST)) {
            client.setting(1, 1 << 30);
            var head = client.get(1, HOST, "/").next(RawHttp2.HEADERS);
            assertThat(RawHttp2.tableSize(head.payload())).isEqualTo(4096);
            client.get(3, HOST, "/").next(RawHttp2.HEADERS);
        }
        // The first request does not wait for what the upstream says of itself.
        assertThat(sizes).hasSize(2).endsWith(4096);
    }

    @Test
    void aHeadThatIsTooLargeIsRefused() throws IOException {
        answers((connection, stream) ->
                connection.headers(stream, true, ":status", "200", "x-a", "a".repeat(15_000), "x-b", "b".repeat(400)));
        assertThat(statusOverHttp1()).isEqualTo(200);
        answers((connection, stream) -> {
            connection.send(RawHttp2.HEADERS, 0, stream, RawHttp2.block(":status", "200", "x-a", "a".repeat(15_000)));
            connection.send(RawHttp2.CONTINUATION, 0, stream, RawHttp2.block("x-b", "b".repeat(15_000)));
            connection.send(
                    RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, stream, RawHttp2.block("x-c", "c".repeat(15_000)));
        });
        assertThat(statusOverHttp1()).isEqualTo(502);
    }

    @Test
    void aFloodOfPingsEndsTheUpstreamsConnectionAndLeavesTheClients() throws IOException {
        answers((connection, stream) -> {
            connection.burst();
            for (int i = 0; i < 50_000; i++) {
                connection.send(RawHttp2.PING, 0, 0, new byte[8]);
            }
        });
        try (var client = proxy.http2(TestProxy.SANDBOX, HOST)) {
            var first = client.request(1, false, "POST", HOST, "/")
                    .data(1, true, "x")
                    .response(1);
            assertThat(first.status()).isEqualTo(502);
            answers(Http2UpstreamAttackTest::ok);
            assertThat(client.get(3, HOST, "/").response(3).status()).isEqualTo(204);
        }
    }

    @Test
    void dataWithoutAHeadIsBrokenOff() throws IOException {
        answers((connection, stream) -> connection.data(stream, true, VALUE));

        assertThat(statusOverHttp1()).isEqualTo(502);
    }

    @Test
    void manyUpstreamsMaySendNoMoreAheadTogetherThanTheSandboxMay() throws IOException {
        var windows = new CopyOnWriteArrayList<Integer>();
        var many = new TestProxy.Builder()
                .settings("sealbox.proxy { loops = 1, http2.upstream-windows-per-sandbox = 20 MiB }");
        var hosts = List.of("a.example.com", "b.example.com", "c.example.com", "d.example.com");
        for (var host : hosts) {
            many.put(host, TestUpstream.speakingHttp2(many.certificates(), host, connection -> {
                connection.send(RawHttp2.SETTINGS, 0, 0, new byte[0]);
                int window = 65_535;
                var frame = connection.next();
                for (; frame.type() != RawHttp2.HEADERS; frame = connection.next()) {
                    window += frame.type() == RawHttp2.WINDOW_UPDATE && frame.stream() == 0 ? frame.code() : 0;
                }
                windows.add(window);
                ok(connection, frame.stream());
                connection.next(RawHttp2.GOAWAY);
            }));
        }
        try (var its = many.start()) {
            its.admit(TestProxy.SANDBOX, its.policy().allow("*.example.com"));
            for (var host : hosts) {
                try (var client = its.tunnel(TestProxy.SANDBOX, host)) {
                    assertThat(client.get(host, "/").status()).isEqualTo(204);
                }
            }
        }
        assertThat(windows.getFirst()).isEqualTo(16 << 20);
        assertThat(windows.stream().mapToInt(Integer::intValue).sum())
                .isBetween(20 << 20, (20 << 20) + hosts.size() * 65_535);
    }
}
