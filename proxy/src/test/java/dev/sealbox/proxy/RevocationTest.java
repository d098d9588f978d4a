package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of open connections when a policy takes away what they carry. */
class RevocationTest {
    private static final String HOST = "api.example.com";
    private static final String VALUE = "the-real-value";

    private final Semaphore more = new Semaphore(0);
    private final Semaphore ended = new Semaphore(0);
    private final List<Http.Message> requests = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = set.put(HOST, TestUpstream.scripted(set.certificates(), HOST, this::serve));
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST, "other.example.com");
    private final String token = policy.secret("API_KEY", VALUE).value();

    @AfterEach
    void stop() {
        proxy.close();
    }

    private void serve(InputStream in, OutputStream out) throws IOException {
        try {
            while (true) {
                var head = Http.head(in);
                requests.add(head);
                switch (head.target()) {
                    case "/stream" -> stream(out);
                    case "/flood" -> flood(out);
                    case "/upload" -> upload(in);
                    case "/ws" -> {
                        out.write(Http.latin1(
                                "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"));
                        out.flush();
                        upload(in);
                    }
                    default -> TestUpstream.respond(out, 200, "", "ok");
                }
                out.flush();
            }
        } finally {
            ended.release();
        }
    }

    /** A piece each time the test says so. */
    private void stream(OutputStream out) throws IOException {
        out.write(Http.latin1("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
        for (int i = 0; i < 3; i++) {
            out.write(Http.latin1("5\r\npiece\r\n"));
            out.flush();
            more.acquireUninterruptibly();
        }
        out.write(Http.latin1("0\r\n\r\n"));
    }

    private static void flood(OutputStream out) throws IOException {
        out.write(Http.latin1("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"));
        var piece = new byte[64 * 1024];
        for (int i = 0; i < 15_000; i++) {
            out.write(piece);
        }
    }

    private void upload(InputStream in) throws IOException {
        for (int next = in.read(); next >= 0; next = in.read()) {
            received.write(next);
        }
        throw new IOException("ended");
    }

    private void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    private TestClient client() throws IOException {
        return proxy.tunnel(TestProxy.SANDBOX, HOST);
    }

    private TestClient begin(String target, String... fields) throws IOException {
        var client = client();
        client.send("GET " + target + " HTTP/1.1\r\nHost: " + HOST + "\r\n" + String.join("", fields) + "\r\n");
        assertThat(Http.head(client.in).status()).isBetween(101, 200);
        return client;
    }

    private String carrying() {
        return "X-Key: " + token + "\r\n";
    }

    private void assertCut(TestClient client) throws IOException {
        var rest = new StringBuilder();
        try {
            for (int next = client.in.read(); next >= 0; next = client.in.read()) {
                rest.append((char) next);
            }
        } catch (java.net.SocketException | javax.net.ssl.SSLException e) {
            // As good as an end.
        }
        assertThat(rest.toString()).doesNotContain("0\r\n\r\n");
        assertUpstreamEnded();
    }

    private void assertUpstreamEnded() {
        more.release(10);
        try {
            assertThat(ended.tryAcquire(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("the upstream's connection has ended")
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void cutsADownloadThatUsedARemovedSecret() throws IOException {
        admit();
        try (var client = begin("/stream", carrying())) {
            policy.remove("API_KEY");
            admit();

            assertCut(client);
        }
    }

    @Test
    void cutsADownloadWhenTheHostIsTakenFromItsSecret() throws IOException {
        admit();
        try (var client = begin("/stream", carrying())) {
            policy.secret("API_KEY", VALUE, "other.example.com");
            admit();

            assertCut(client);
        }
    }

    @Test
    void cutsWhateverGoesToAHostThatIsTakenFromTheAllowlist() throws IOException {
        admit();
        try (var client = begin("/stream")) {
            policy.allow("other.example.com");
            admit();

            assertCut(client);
        }
    }

    @Test
    void cutsAnUpgradedConnectionThatUsedARemovedSecret() throws IOException {
        admit();
        try (var client = begin("/ws", "Connection: Upgrade\r\nUpgrade: websocket\r\n", carrying())) {
            client.send(new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'});
            Eventually.holds(() -> received.size() == 8);
            policy.remove("API_KEY");
            admit();

            assertCut(client);
        }
    }

    @Test
    void cutsAtOnceAlsoWhenTheClientReadsNothing() throws IOException {
        admit();
        try (var client = begin("/flood", carrying())) {
            client.in.skipNBytes(1000);
            policy.remove("API_KEY");
            // It would wait for the client, and this not so long.
            admit();

            assertUpstreamEnded();
        }
    }

    @Test
    void sparesADownloadThatUsedNoSecret() throws IOException {
        admit();
        try (var client = begin("/stream")) {
            policy.remove("API_KEY");
            admit();
            more.release(3);

            client.in.skipNBytes(3 * 10);
            assertThat(Http.line(client.in)).isEqualTo("0");
        }
    }

    @Test
    void letsADownloadFinishWhenItsSecretGetsANewValueAndLeavesItsConnectionToNobody() throws IOException {
        admit();
        try (var client = begin("/stream", carrying())) {
            policy.secret("API_KEY", "another-value");
            admit();
            more.release(3);
            client.in.skipNBytes(3 * 10);
            assertThat(Http.line(client.in)).isEqualTo("0");
            Http.line(client.in);

            client.get(HOST, "/", "X-Key: " + token);

            assertThat(requests.getLast().field("X-Key")).contains("another-value");
            assertThat(upstream.connections()).isEqualTo(2);
            assertUpstreamEnded();
        }
    }

    @Test
    void neverSendsARevokedSecretLaterInABodyThatWasUnderWay() throws IOException {
        admit();
        try (var client = client()) {
            client.send(
                    "POST /upload HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            Eventually.holds(
                    () -> received.toString(StandardCharsets.ISO_8859_1).contains("first"));
            policy.remove("API_KEY");
            admit();
            client.send("2b\r\n" + token + "\r\n");

            assertCut(client);
        }
        assertThat(received.toString(StandardCharsets.ISO_8859_1)).doesNotContain(VALUE);
    }

    @Test
    void closesConnectionsThatAreKeptWhenTheirSecretIsRemovedOrReplaced() throws IOException {
        admit();
        for (var change :
                List.<Runnable>of(() -> policy.secret("API_KEY", "another-value"), () -> policy.remove("API_KEY"))) {
            try (var client = client()) {
                client.get(HOST, "/", "X-Key: " + token);
            }
            change.run();
            admit();

            assertUpstreamEnded();
        }
    }

    @Test
    void keepsTheConnectionOfAClientThatOnlyWaits() throws IOException {
        admit();
        try (var client = client()) {
            client.get(HOST, "/", "X-Key: " + token);
            policy.remove("API_KEY");
            admit();
            client.get(HOST, "/", "X-Key: " + token);
        }
        assertThat(requests.getLast().field("X-Key")).contains(token);
        assertThat(upstream.connections()).isEqualTo(2);
    }

    @Test
    void keepsConnectionsThatCarriedASecretForTheirSandbox() throws IOException {
        admit();
        var neighbour = proxy.policy().allow(HOST);
        proxy.admit("127.0.0.3", neighbour);
        // Each client may land on another loop, and every loop keeps connections of its own.
        for (int i = 0; i < 4; i++) {
            try (var client = client()) {
                client.get(HOST, "/", "X-Key: " + token);
            }
        }
        int before = upstream.connections();
        try (var client = proxy.tunnel("127.0.0.3", HOST)) {
            client.get(HOST, "/");
        }

        assertThat(upstream.connections()).isEqualTo(before + 1);
    }

    @Test
    void endsWhatIsKeptWhenASandboxIsExpelled() throws IOException {
        admit();
        try (var client = client()) {
            client.get(HOST, "/", "X-Key: " + token);
        }
        TestProxy.await(proxy.proxy.expel(policy.sandbox()));

        assertUpstreamEnded();
    }
}
