package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of streams, and of the connections that they share, when a policy takes away what they carry. */
class Http2RevocationTest {
    private static final String TWO = "two.example.com";
    private static final String ONE = "one.example.com";
    private static final String VALUE = "the-real-value";
    private static final int CANCEL = (int) Http2Error.CANCEL.code();

    private final Map<String, TestHttp2Upstream.Stream> streams = new ConcurrentHashMap<>();
    private final CountDownLatch oneGoesOn = new CountDownLatch(1);
    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestHttp2Upstream two = set.http2(TWO, this::answer);
    private final TestUpstream one = set.secure(ONE, this::answer);
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(TWO, ONE);
    private final String token = policy.secret("API_KEY", VALUE).value();

    /** Streams stay open until the test ends them. */
    private void answer(TestHttp2Upstream.Received request, TestHttp2Upstream.Stream stream) {
        var path = request.field(":path");
        streams.put(path, stream);
        if (path.startsWith("/stream")) {
            stream.head(false, ":status", "200").data(false, "piece");
        } else if (path.equals("/flood")) {
            stream.head(false, ":status", "200").data(false, Unpooled.wrappedBuffer(new byte[8 * 1024 * 1024]));
        } else {
            stream.head(false, ":status", "200").data(true, "ok");
        }
    }

    private boolean answer(Http.Message request, OutputStream out) throws IOException {
        if (request.target().equals("/")) {
            TestUpstream.respond(out, 200, "", "ok");
            return true;
        }
        out.write(Http.latin1("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npiece\r\n"));
        out.flush();
        try {
            oneGoesOn.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        out.write(Http.latin1("0\r\n\r\n"));
        return true;
    }

    private void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    private RawHttp2 client(String host) throws IOException {
        return proxy.http2(TestProxy.SANDBOX, host);
    }

    private void goOn(String path) {
        Objects.requireNonNull(streams.get(path)).data(true, "the end");
    }

    private void assertGoesOn(RawHttp2 client, int stream, String path) throws IOException {
        goOn(path);
        var response = client.response(stream);
        assertThat(response.reset()).isEqualTo(-1);
        assertThat(response.body()).endsWith("the end");
    }

    @AfterEach
    void stop() {
        oneGoesOn.countDown();
        proxy.close();
    }

    @Test
    void cutsTheStreamThatCarriesARevokedSecretAndNotTheOneBesideIt() throws IOException {
        admit();
        try (var client = client(TWO)) {
            client.get(1, TWO, "/stream/carrying", "x-key", token).next(RawHttp2.DATA);
            client.get(3, TWO, "/stream/beside").next(RawHttp2.DATA);
            assertThat(two.connections()).isEqualTo(1);

            policy.remove("API_KEY");
            admit();

            assertThat(client.response(1).reset()).isEqualTo(CANCEL);
            Eventually.holds(() -> two.resets.equals(List.of(Http2Error.CANCEL.code())));
            // What has carried the secret serves who is there, and nobody else.
            assertThat(client.get(5, TWO, "/", "x-key", token).response(5).status())
                    .isEqualTo(200);
            assertThat(two.last().field("x-key")).isEqualTo(token);
            assertThat(two.connections()).isEqualTo(2);
            assertThat(two.open()).isEqualTo(2);
            assertGoesOn(client, 3, "/stream/beside");
            Eventually.holds(() -> two.open() == 1);
        }
    }

    @Test
    void cutsEveryStreamToAHostThatIsTakenFromTheAllowlist() throws IOException {
        admit();
        try (var client = client(TWO)) {
            client.get(1, TWO, "/stream/a").next(RawHttp2.DATA);
            policy.allow(ONE);
            admit();

            assertThat(client.response(1).reset()).isEqualTo(CANCEL);
            assertThat(client.get(3, TWO, "/").response(3).status()).isEqualTo(403);
        }
        Eventually.holds(() -> two.resets.equals(List.of(Http2Error.CANCEL.code())));
    }

    @Test
    void cutsAClientOfHttp1FromItsStream() throws IOException {
        admit();
        try (var client = proxy.tunnel(TestProxy.SANDBOX, TWO)) {
            client.send("GET /stream HTTP/1.1\r\nHost: " + TWO + "\r\nX-Key: " + token + "\r\n\r\n");
            assertThat(Http.head(client.in).status()).isEqualTo(200);
            policy.remove("API_KEY");
            admit();

            assertThatThrownBy(() -> client.in.skipNBytes(1000)).isInstanceOf(IOException.class);
        }
        // The connection has nobody else to serve.
        Eventually.holds(() -> two.open() == 0);
    }

    @Test
    void cutsAStreamFromItsUpstreamOfHttp1AndNotTheOneBesideIt() throws IOException {
        admit();
        try (var client = client(ONE)) {
            client.get(1, ONE, "/stream/carrying", "x-key", token).next(RawHttp2.DATA);
            client.get(3, ONE, "/stream/beside").next(RawHttp2.DATA);
            policy.remove("API_KEY");
            admit();

            assertThat(client.response(1).reset()).isEqualTo(CANCEL);
            oneGoesOn.countDown();
            assertThat(client.response(3).reset()).isEqualTo(-1);
            client.get(5, ONE, "/", "x-key", token).response(5);
        }
        assertThat(one.last().field("x-key")).hasValue(token);
    }

    @Test
    void letsAStreamFinishWithTheFormerValueWhileTheNextUsesTheNewOneOnAConnectionOfItsOwn() throws IOException {
        admit();
        try (var client = client(TWO)) {
            client.get(1, TWO, "/stream", "x-key", token).next(RawHttp2.DATA);
            policy.secret("API_KEY", "another-value");
            admit();

            assertThat(client.get(3, TWO, "/", "x-key", token).response(3).status())
                    .isEqualTo(200);
            assertThat(two.last().field("x-key")).isEqualTo("another-value");
            assertThat(two.connections()).isEqualTo(2);

            assertGoesOn(client, 1, "/stream");
            assertThat(two.requests.getFirst().field("x-key")).isEqualTo(VALUE);
            Eventually.holds(() -> two.open() == 1);
            assertThat(client.get(5, TWO, "/", "x-key", token).response(5).status())
                    .isEqualTo(200);
            assertThat(two.connections()).isEqualTo(2);
        }
        assertThat(two.resets).isEmpty();
    }

    @Test
    void closesAConnectionThatIsKeptWhenItsSecretIsRemovedOrReplaced() throws IOException {
        admit();
        for (var change :
                List.<Runnable>of(() -> policy.secret("API_KEY", "another-value"), () -> policy.remove("API_KEY"))) {
            try (var client = client(TWO)) {
                client.get(1, TWO, "/", "x-key", token).response(1);
            }
            change.run();
            admit();

            Eventually.holds(() -> two.open() == 0);
        }
    }

    @Test
    void sparesAConnectionThatTookAFormerValueLateForThoseThatAreOnIt() throws IOException {
        admit();
        try (var client = client(TWO)) {
            client.request(1, false, "POST", TWO, "/", "content-type", "text/plain")
                    .data(1, false, "begun");
            Eventually.holds(() -> two.bodies().contains("begun"));
            policy.secret("API_KEY", "another-value");
            admit();
            client.get(3, TWO, "/stream", "x-key", token).next(RawHttp2.DATA);
            client.data(1, true, token).response(1);
            assertThat(two.bodies()).isEqualTo("begun" + VALUE);
            assertThat(two.connections()).isEqualTo(1);

            client.get(5, TWO, "/", "x-key", token).response(5);

            assertThat(two.connections()).isEqualTo(2);
            assertGoesOn(client, 3, "/stream");
        }
    }

    @Test
    void neverSendsARevokedSecretLaterInABodyThatWasUnderWay() throws IOException {
        admit();
        try (var client = client(TWO)) {
            client.request(1, false, "POST", TWO, "/", "content-type", "text/plain")
                    .data(1, false, "begun");
            client.get(3, TWO, "/stream").next(RawHttp2.DATA);
            Eventually.holds(() -> two.bodies().contains("begun"));
            policy.remove("API_KEY");
            admit();
            client.data(1, true, token);

            assertThat(client.response(1).reset()).isEqualTo(CANCEL);
            Eventually.holds(() -> two.resets.equals(List.of(Http2Error.CANCEL.code())));
            assertGoesOn(client, 3, "/stream");
        }
        assertThat(two.bodies()).isEqualTo("begun");
    }

    @Test
    void cutsWithinAMomentAlsoWhenTheClientReadsNothing() throws IOException {
        admit();
        try (var client = client(TWO)) {
            client.window(0, 1 << 30).setting(4, 1 << 30);
            client.get(1, TWO, "/flood", "x-key", token).next(RawHttp2.DATA);
            policy.remove("API_KEY");
            // It would wait for the client, and this not so long.
            admit();

            Eventually.holds(() -> two.open() == 0);
        }
    }

    @Test
    void endsWhatIsSharedWhenASandboxIsExpelled() throws IOException {
        admit();
        try (var client = client(TWO)) {
            client.get(1, TWO, "/", "x-key", token).response(1);
            assertThat(two.open()).isEqualTo(1);
            TestProxy.await(proxy.proxy.expel(policy.sandbox()));

            Eventually.holds(() -> two.open() == 0);
        }
    }
}
