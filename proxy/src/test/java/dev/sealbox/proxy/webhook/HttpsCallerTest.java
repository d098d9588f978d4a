package dev.sealbox.proxy.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.webhook.Caller.Reply;
import dev.sealbox.domain.webhook.WebhookUrl;
import dev.sealbox.proxy.tls.TestCertificates;
import dev.sealbox.proxy.upstream.Overrides;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of real endpoints over TLS, well-behaved and not. */
@Timeout(180)
class HttpsCallerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final byte[] BODY = "{\"type\":\"sandbox.test\"}".getBytes(StandardCharsets.UTF_8);
    private static final Map<String, String> FIELDS = Map.of("svix-id", "msg_1");

    private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    /** What an endpoint does when it has read a request. */
    private interface Answering {
        void to(OutputStream out) throws IOException, InterruptedException;
    }

    @AfterEach
    void close() throws Exception {
        for (var thing : opened) {
            thing.close();
        }
    }

    private int endpoint(Answering answering) throws IOException {
        var server = (SSLServerSocket) CERTIFICATES
                .server("hooks.test")
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        opened.add(server);
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (var socket = server.accept()) {
                    connections.incrementAndGet();
                    requests.add(request(socket.getInputStream()));
                    answering.to(socket.getOutputStream());
                } catch (IOException e) {
                    // The caller went away, or the test is over.
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        return server.getLocalPort();
    }

    private static String request(InputStream in) throws IOException {
        var read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.UTF_8).contains("}")) {
            var next = in.read();
            if (next < 0) {
                break;
            }
            read.write(next);
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    private static Answering says(String text) {
        return out -> out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private HttpsCaller caller(int port, Duration patience) {
        var caller = new HttpsCaller(
                Overrides.parse("hooks.test=127.0.0.1:" + port + ",other.test=127.0.0.1:" + port),
                HttpsCallerTest::lookUp,
                TestCertificates.client(CERTIFICATES.pem()),
                patience);
        opened.add(caller);
        return caller;
    }

    private static InetAddress[] lookUp(String host) throws UnknownHostException {
        return switch (host) {
            case "internal.test" ->
                new InetAddress[] {InetAddress.getByName("93.184.216.34"), InetAddress.getByName("10.0.0.1")};
            case "no-such-name.test" -> throw new UnknownHostException(host);
            default -> InetAddress.getAllByName(host);
        };
    }

    private Reply post(int port, String url, Duration patience) throws InterruptedException {
        return caller(port, patience).post(WebhookUrl.parse(url), FIELDS, BODY);
    }

    private Reply post(int port) throws InterruptedException {
        return post(port, "https://hooks.test/in?key=1", PATIENCE);
    }

    @Test
    void postsTheBodyAsItIs() throws Exception {
        var port = endpoint(says("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));

        assertThat(post(port)).isEqualTo(new Reply.Answered(204));

        assertThat(requests.getFirst())
                .startsWith("POST /in?key=1 HTTP/1.1\r\nHost: hooks.test\r\n")
                .contains("\r\nContent-Type: application/json\r\n", "\r\nsvix-id: msg_1\r\n")
                .contains("\r\nContent-Length: " + BODY.length + "\r\n")
                .endsWith("\r\n\r\n" + new String(BODY, StandardCharsets.UTF_8));
    }

    @Test
    void followsNoRedirect() throws Exception {
        var port = endpoint(says("HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/latest/\r\n\r\n"));

        assertThat(post(port)).isEqualTo(new Reply.Answered(302));
        assertThat(connections).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/",
                "https://10.1.2.3/",
                "https://169.254.169.254/latest/meta-data/",
                "https://[::1]/",
                "https://[::ffff:127.0.0.1]/",
                "https://[fd00:ec2::254]/",
                "https://0.0.0.0/",
                "https://localhost/",
                "https://internal.test/"
            })
    void dialsNoPrivateAddressByLiteralOrByName(String url) throws Exception {
        var port = endpoint(says("HTTP/1.1 200 OK\r\n\r\n"));
        var parsed = WebhookUrl.parse(url);
        var there = parsed.text().replaceFirst("/$", ":" + port + "/");

        assertThat(post(port, there, PATIENCE)).isEqualTo(new Reply.Failed("egress.address-not-allowed"));

        assertThat(connections).hasValue(0);
        assertThat(caller(port, Duration.ofSeconds(1)).forbids(parsed))
                .isEqualTo(parsed.host().isAddress());
    }

    @Test
    void verifiesWhoAnswers() throws Exception {
        var port = endpoint(says("HTTP/1.1 200 OK\r\n\r\n"));
        var untrusting = new HttpsCaller(
                Overrides.parse("hooks.test=127.0.0.1:" + port),
                InetAddress::getAllByName,
                TestCertificates.client(new TestCertificates().pem()),
                PATIENCE);
        opened.add(untrusting);

        assertThat(post(port, "https://other.test/", PATIENCE))
                .as("another name")
                .isEqualTo(new Reply.Failed("upstream.certificate"));
        assertThat(untrusting.post(WebhookUrl.parse("https://hooks.test/"), FIELDS, BODY))
                .as("another authority")
                .isEqualTo(new Reply.Failed("upstream.certificate"));
        assertThat(requests).allMatch(String::isEmpty);
    }

    @Test
    void waitsForAnAnswerOnlySoLong() throws Exception {
        var port = endpoint(out -> {
            while (true) {
                out.write("HTTP/1.1 100 Continue\r\n".charAt(0));
                out.flush();
                java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
            }
        });
        assertThat(post(port, "https://hooks.test/", Duration.ofMillis(700)))
                .isEqualTo(new Reply.Failed("upstream.timeout"));
    }

    @Test
    void waitsForAHandshakeOnlySoLong() throws Exception {
        try (var mute = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(post(mute.getLocalPort(), "https://hooks.test/", Duration.ofMillis(500)))
                    .isEqualTo(new Reply.Failed("upstream.timeout"));
        }
    }

    @Test
    void readsOnlySoMuch() throws Exception {
        var endless = endpoint(out -> {
            while (true) {
                out.write("x".repeat(1024).getBytes(StandardCharsets.US_ASCII));
            }
        });
        var interim = endpoint(out -> {
            while (true) {
                out.write("HTTP/1.1 100 Continue\r\nx: y\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        });
        var body = endpoint(out -> {
            out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write("1000\r\n".getBytes(StandardCharsets.US_ASCII));
                out.write(new byte[0x1000]);
            }
        });

        assertThat(post(endless)).isEqualTo(new Reply.Failed("upstream.no-answer"));
        assertThat(post(interim)).isEqualTo(new Reply.Failed("upstream.no-answer"));
        assertThat(post(body)).as("the status is enough").isEqualTo(new Reply.Answered(200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SSH-2.0-x\r\n", "HTTP/1.1 99 x\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 200"})
    void takesNothingElseForAnAnswer(String text) throws Exception {
        assertThat(post(endpoint(says(text)))).isEqualTo(new Reply.Failed("upstream.no-answer"));
    }

    @Test
    void tellsWhatCannotBeReached() throws Exception {
        // Bound, so that nobody else gets the port, but not listening.
        try (var bound = new java.net.Socket()) {
            bound.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int free = bound.getLocalPort();
            assertThat(post(free)).isEqualTo(new Reply.Failed("upstream.unreachable"));
            assertThat(post(free, "https://no-such-name.test/", PATIENCE))
                    .isEqualTo(new Reply.Failed("upstream.unresolved"));
        }
    }
}
