package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.proxy.tls.TestCertificates;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Upstreams that are not who they should be, or not there. */
class UpstreamTrustTest {
    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream stranger = set.put(
            "stranger.test", TestUpstream.answering(new TestCertificates(), "stranger.test", UpstreamTrustTest::ok));
    private final TestUpstream misnamed =
            set.put("misnamed.test", TestUpstream.answering(set.certificates(), "another.test", UpstreamTrustTest::ok));
    private final TestUpstream expired = set.put(
            "expired.test",
            TestUpstream.showing(
                    set.certificates().server("expired.test", Instant.now().minus(Duration.ofDays(40)))));
    private final TestUpstream early = set.put(
            "early.test",
            TestUpstream.showing(
                    set.certificates().server("early.test", Instant.now().plus(Duration.ofDays(10)))));
    private final TestUpstream clear =
            set.put("clear.test", TestUpstream.scripted(set.certificates(), null, (in, out) -> {
                in.read();
                out.write(Http.latin1("HTTP/1.1 400 Bad Request\r\n\r\n"));
            }));
    private final TestUpstream rude =
            set.put("rude.test", TestUpstream.scripted(set.certificates(), "rude.test", (in, out) -> {
                Http.request(in);
                out.write(Http.latin1(
                        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
                out.flush();
                in.read();
            }));
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow("*");
    private final String token = policy.secret("API_KEY", "the-real-value").value();

    private static boolean ok(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", "ok");
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

    @ParameterizedTest
    @CsvSource({
        "stranger.test, 502, upstream.certificate",
        "misnamed.test, 502, upstream.certificate",
        "expired.test, 502, upstream.certificate",
        "early.test, 502, upstream.certificate",
        "clear.test, 502, upstream.handshake",
        "rude.test, 502, upstream.bad-response",
        "does-not-exist.invalid, 502, upstream.unresolved",
        "localhost, 403, egress.address-not-allowed",
    })
    void saysWhatIsWrong(String host, int status, String code) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, host)) {
            var response = client.get(host, "/" + token, "Authorization: Bearer " + token);

            assertThat(response.field("x-sealbox-decision")).hasValue(code);
            assertThat(response.status()).isEqualTo(status);
        }
        assertThat(stranger.requests).isEmpty();
        assertThat(misnamed.requests).isEmpty();
        assertThat(clear.requests).isEmpty();
        assertThat(rude.port()).isPositive();
        assertThat(expired.requests).isEmpty();
        assertThat(early.requests).isEmpty();
    }

    @Test
    void saysSoWhenNobodyListens() throws IOException {
        // Bound, so that nobody else gets the port, but not listening.
        try (var bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            var builder = new TestProxy.Builder()
                    .settings("sealbox.proxy.upstream.overrides = \"closed.test=127.0.0.1:" + bound.getLocalPort()
                            + "\"");
            try (var its = builder.start()) {
                its.admit(TestProxy.SANDBOX, its.policy());
                try (var client = its.tunnel(TestProxy.SANDBOX, "closed.test")) {
                    var response = client.get("closed.test", "/");

                    assertThat(response.status()).isEqualTo(502);
                    assertThat(response.field("x-sealbox-decision")).hasValue("upstream.unreachable");
                }
            }
        }
    }

    @Test
    void saysSoWhenTheHandshakeNeverComes() throws IOException {
        try (var silent = new ServerSocket(0)) {
            var builder = new TestProxy.Builder()
                    .settings("sealbox.proxy.limits.handshake-timeout = 300 ms")
                    .settings("sealbox.proxy.upstream.overrides = \"silent.test=127.0.0.1:" + silent.getLocalPort()
                            + "\"");
            try (var impatient = builder.start()) {
                impatient.admit(TestProxy.SANDBOX, impatient.policy());
                try (var client = secured(impatient, "silent.test")) {
                    var response = client.get("silent.test", "/");
                    assertThat(response.status()).isEqualTo(504);
                    assertThat(response.field("x-sealbox-decision")).hasValue("upstream.timeout");
                }
            }
        }
    }

    /** The same limit holds for the client's handshake, which may be late for it on a slow machine. */
    private static TestClient secured(TestProxy impatient, String host) throws IOException {
        long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
        while (true) {
            try {
                return impatient.tunnel(TestProxy.SANDBOX, host);
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }
}
