package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.proxy.tls.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Upstreams behind a proxy of the operator's own, which is not trusted with any secret. */
class OutgoingProxyTest {
    private static final String ONE = "one.corp.invalid";
    private static final String TWO = "two.corp.invalid";
    private static final String SOCKET = "socket.corp.invalid";
    private static final String PLAIN = "plain.corp.invalid";
    private static final String VALUE = "the-real-value";
    private static final String PASSWORD = "hunter2:with-a-colon";
    private static final String BASIC =
            Base64.getEncoder().encodeToString(("sealbox:" + PASSWORD).getBytes(StandardCharsets.UTF_8));

    @TempDir
    private Path folder;

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestConnectProxy corporate = new TestConnectProxy("sealbox:" + PASSWORD);
    private final TestUpstream one = TestUpstream.answering(set.certificates(), ONE, OutgoingProxyTest::echo);
    private final TestUpstream plain = TestUpstream.answering(set.certificates(), null, OutgoingProxyTest::echo);
    private final TestHttp2Upstream two = TestHttp2Upstream.answering(
            set.certificates(),
            TWO,
            (request, stream) -> stream.head(false, ":status", "200").data(true, request.field("x-key")));

    private static boolean echo(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", request.field("X-Key").orElse("none") + request.text());
        return true;
    }

    @AfterEach
    void close() {
        corporate.close();
        one.close();
        two.close();
        plain.close();
    }

    private TestProxy started(int port, String... more) throws IOException {
        set.settings("sealbox.proxy.upstream.proxy = \"http://127.0.0.1:" + port + "\"");
        set.settings("sealbox.proxy.upstream.proxy-credentials-file = \"" + credentials("rw-------") + "\"");
        List.of(more).forEach(set::settings);
        return set.start();
    }

    private Path credentials(String mode) throws IOException {
        var file = folder.resolve("credentials");
        Files.writeString(file, "sealbox:" + PASSWORD + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    void reachesEveryKindOfUpstreamAndShowsTheProxyNothing() throws IOException {
        var socket = new WebSocketUpstream();
        corporate.leads(ONE + ":443", one.port());
        corporate.leads(TWO + ":443", two.port());
        corporate.leads(PLAIN + ":80", plain.port());
        try (var proxy = started(corporate.port());
                var messages = socket.start(set.certificates(), SOCKET)) {
            corporate.leads(SOCKET + ":443", messages.port());
            var policy = proxy.policy().allow("*.corp.invalid");
            var token = policy.secret("API_KEY", VALUE).value();
            proxy.admit(TestProxy.SANDBOX, policy);

            for (var host : List.of(ONE, TWO)) {
                try (var client = proxy.tunnel(TestProxy.SANDBOX, host)) {
                    var response = client.get(host, "/", "X-Key: " + token);
                    assertThat(response.status()).isEqualTo(200);
                    assertThat(response.text()).isEqualTo(token);
                }
                try (var client = proxy.http2(TestProxy.SANDBOX, host)) {
                    assertThat(client.get(1, host, "/", "x-key", token)
                                    .response(1)
                                    .body())
                            .isEqualTo(token);
                }
            }
            try (var client = proxy.explicit(TestProxy.SANDBOX)) {
                var response = client.get(PLAIN, "http://" + PLAIN + "/", "X-Key: " + token);
                assertThat(response.text()).isEqualTo(token);
            }
            try (var client = proxy.tunnel(TestProxy.SANDBOX, SOCKET)) {
                var response = client.get(
                        SOCKET, "/", "Connection: Upgrade", "Upgrade: websocket", "Authorization: Bearer " + token);
                assertThat(response.status()).isEqualTo(101);
            }

            assertThat(socket.handshakes.getFirst().field("Authorization")).hasValue("Bearer " + VALUE);
            assertThat(one.last().field("X-Key")).hasValue(VALUE);
            assertThat(two.last().field("x-key")).isEqualTo(VALUE);
            assertThat(plain.last().field("X-Key")).hasValue(token);
            for (var upstream : List.of(one.last(), plain.last(), socket.handshakes.getFirst())) {
                assertThat(upstream.field("Proxy-Authorization")).isEmpty();
            }
            assertThat(two.last().head().contains("proxy-authorization")).isFalse();
            assertThat(corporate.asked).allMatch(asked -> asked.startsWith("CONNECT "));
            assertThat(corporate.seen()).contains("GET / HTTP/1.1").doesNotContain(VALUE, BASIC);
        }
    }

    @Test
    void passesPlainTcpThroughIt() throws IOException {
        try (var database = TestUpstream.scripted(set.certificates(), null, (in, out) -> in.transferTo(out));
                var proxy = started(corporate.port())) {
            corporate.leads("db.corp.invalid:5432", database.port());
            proxy.admit(TestProxy.SANDBOX, proxy.policy().pass("db.corp.invalid:5432"));
            try (var client = proxy.explicit(TestProxy.SANDBOX)) {
                client.send("CONNECT db.corp.invalid:5432 HTTP/1.1\r\nHost: x\r\n\r\nearly");

                assertThat(Http.head(client.in).status()).isEqualTo(200);
                assertThat(new String(client.in.readNBytes(5), StandardCharsets.US_ASCII))
                        .isEqualTo("early");
            }
            assertThat(corporate.asked).containsExactly("CONNECT db.corp.invalid:5432");
        }
    }

    @Test
    void dialsItselfWhatTheOperatorSays() throws IOException {
        set.secure("given.test", OutgoingProxyTest::echo);
        try (var proxy = started(
                corporate.port(),
                "sealbox.proxy.upstream { proxy-direct = \"*.near.invalid, localhost\", proxy-lookup = off }")) {
            proxy.admit(TestProxy.SANDBOX, proxy.policy().allow("*", "169.254.169.254"));

            assertThat(decision(proxy, "given.test")).isEqualTo("200");
            assertThat(decision(proxy, "x.near.invalid")).isEqualTo("upstream.unresolved");
            assertThat(decision(proxy, "localhost")).isEqualTo("egress.address-not-allowed");
            assertThat(corporate.asked).isEmpty();
        }
    }

    @Test
    void refusesWhatLeadsToSpecialAddressesHere() throws IOException {
        try (var proxy = started(corporate.port())) {
            proxy.admit(TestProxy.SANDBOX, proxy.policy().allow("*", "169.254.169.254", "10.0.0.1"));

            assertThat(decision(proxy, "localhost")).isEqualTo("egress.address-not-allowed");
            for (var literal : List.of("169.254.169.254", "10.0.0.1")) {
                try (var client = proxy.explicit(TestProxy.SANDBOX)) {
                    assertThat(client.get(literal, "http://" + literal + "/").field("x-sealbox-decision"))
                            .hasValue("egress.address-not-allowed");
                }
            }
            assertThat(corporate.asked).isEmpty();
        }
    }

    /** Without a look-up of one's own the proxy is asked, and it is for it to refuse. */
    @Test
    void leavesNamesToTheProxyWhereTheOperatorSaysSo() throws IOException {
        try (var proxy = started(corporate.port(), "sealbox.proxy.upstream.proxy-lookup = off")) {
            proxy.admit(TestProxy.SANDBOX, proxy.policy());

            assertThat(decision(proxy, "localhost")).isEqualTo("upstream.proxy-refused");
            assertThat(corporate.asked).containsExactly("CONNECT localhost:443");
        }
    }

    /** One that intercepts shows a certificate that nobody here trusts. */
    @Test
    void speaksToNobodyElseThanTheUpstream() throws IOException {
        try (var interceptor = TestUpstream.answering(new TestCertificates(), ONE, OutgoingProxyTest::echo);
                var proxy = started(corporate.port())) {
            corporate.leads(ONE + ":443", interceptor.port());
            proxy.admit(TestProxy.SANDBOX, proxy.policy());

            assertThat(decision(proxy, ONE)).isEqualTo("upstream.certificate");
            assertThat(interceptor.requests).isEmpty();
        }
    }

    @Test
    void tellsItsCredentialsToNobodyElse() throws IOException {
        var log = new ByteArrayOutputStream();
        var appender = LogTest.appender(log);
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var ours = (Logger) LoggerFactory.getLogger("dev.sealbox");
        root.addAppender(appender);
        ours.setLevel(Level.TRACE);
        try (var other = new TestConnectProxy("somebody:else");
                var proxy = started(other.port())) {
            proxy.admit(TestProxy.SANDBOX, proxy.policy());
            try (var client = proxy.tunnel(TestProxy.SANDBOX, ONE)) {
                var response = client.get(ONE, "/");
                assertThat(response.status()).isEqualTo(502);
                assertThat(response.field("x-sealbox-decision")).hasValue("upstream.proxy-credentials");
                assertThat(response.toString()).doesNotContain(BASIC, "hunter2", "Proxy-Auth");
            }
        } finally {
            ours.setLevel(Level.INFO);
            root.detachAppender(appender);
        }
        assertThat(log.toString(StandardCharsets.UTF_8))
                .contains("upstream.proxy-credentials")
                .doesNotContain(BASIC, "hunter2");
    }

    /** What a proxy may do instead of opening a tunnel; nothing of the request reaches it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 407 Please%Proxy-Authenticate: Basic%%|upstream.proxy-credentials",
                "HTTP/1.1 403 No%%|upstream.proxy-refused",
                "HTTP/1.1 302 Found%Location: http://evil.test/%%|upstream.proxy-refused",
                "HTTP/1.1 101 Switching%%|upstream.proxy-refused",
                "HTTP/1.1 100 Continue%%HTTP/1.1 200 OK%%|upstream.proxy-refused",
                "HTTP/1.1 200 OK%%and more|upstream.proxy-failed",
                "HTTP/1.1 200 OK%Content-Length: 2%%ok|upstream.proxy-failed",
                "HTTP/2 200%%|upstream.proxy-failed",
                "SSH-2.0-OpenSSH_9%%|upstream.proxy-failed",
                "HTTP/1.1 200 OK%folded:%  yes%%|upstream.proxy-failed",
                "\u0016\u0003\u0001\n|upstream.proxy-failed",
                "''|upstream.proxy-failed",
            })
    void saysWhatTheProxyDidInstead(String answer, String code) throws IOException {
        var later = new ByteArrayOutputStream();
        try (var hostile = TestUpstream.scripted(set.certificates(), null, (in, out) -> {
                    Http.head(in);
                    out.write(Http.latin1(answer.replace("%", "\r\n")));
                    out.flush();
                    if (!answer.isEmpty()) {
                        later.writeBytes(in.readAllBytes());
                    }
                });
                var proxy = started(hostile.port())) {
            proxy.admit(TestProxy.SANDBOX, proxy.policy());

            assertThat(decision(proxy, ONE)).isEqualTo(code);
        }
        assertThat(later.size()).isZero();
    }

    /** Neither silence nor a trickle nor a flood lasts. */
    @ParameterizedTest
    @CsvSource({
        "silent, 400 ms, upstream.proxy-timeout",
        "trickling, 400 ms, upstream.proxy-timeout",
        "endless, 60 s, upstream.proxy-failed"
    })
    void waitsAndReadsOnlySoMuch(String manner, String patience, String code) throws IOException {
        try (var hostile = TestUpstream.scripted(set.certificates(), null, (in, out) -> {
                    Http.head(in);
                    out.write(Http.latin1("HTTP/1.1 200 OK\r\n"));
                    for (int i = 0; i < 100_000 && !manner.equals("silent"); i++) {
                        out.write(Http.latin1("x: y\r\n"));
                        out.flush();
                        if (manner.equals("trickling")) {
                            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                        }
                    }
                    in.read();
                });
                var proxy = started(hostile.port(), "sealbox.proxy.limits.dial-timeout = " + patience)) {
            proxy.admit(TestProxy.SANDBOX, proxy.policy());

            assertThat(decision(proxy, ONE)).isEqualTo(code);
        }
    }

    @Test
    void saysSoWhenTheProxyIsNotThere() throws IOException {
        // Bound, so that nobody else gets the port, but not listening.
        try (var bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (var proxy = started(bound.getLocalPort())) {
                proxy.admit(TestProxy.SANDBOX, proxy.policy());

                assertThat(decision(proxy, ONE)).isEqualTo("upstream.proxy-unreachable");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
    void refusesCredentialsThatOthersCanRead(String mode) throws IOException {
        var file = credentials(mode);
        set.settings("sealbox.proxy.upstream.proxy = \"http://127.0.0.1:1\"")
                .settings("sealbox.proxy.upstream.proxy-credentials-file = \"" + file + "\"");

        assertThatThrownBy(set::start)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(mode)
                .message()
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-separator", "two:lines\nX-Injected: yes", ":no-user", ""})
    void refusesWhatIsNoUserAndPassword(String text) throws IOException {
        var file = Files.writeString(credentials("rw-------"), text);
        set.settings("sealbox.proxy.upstream.proxy = \"http://127.0.0.1:1\"")
                .settings("sealbox.proxy.upstream.proxy-credentials-file = \"" + file + "\"");

        assertThatThrownBy(set::start)
                .hasMessageContaining(file.toString())
                .message()
                .doesNotContain("lines");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proxy.example:3128",
                "https://proxy.example:3128",
                "http://proxy.example",
                "http://proxy.example:0",
                "http://proxy.example:66000",
                "http://a b:3128",
                "http://user:hunter2@proxy.example:3128"
            })
    void refusesAnAddressThatIsNone(String address) {
        var config = ConfigFactory.parseString("sealbox.proxy.upstream.proxy = \"" + address + "\"")
                .withFallback(ConfigFactory.load());

        assertThatThrownBy(() -> ProxySettings.from(config))
                .isInstanceOf(InvalidValue.class)
                .message()
                .startsWith("an outgoing proxy is http://host:port")
                .doesNotContain("hunter2");
    }

    /** The code with which the proxy itself answers, or the status of the upstream's answer. */
    private static String decision(TestProxy proxy, String host) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, host)) {
            var response = client.get(host, "/");
            var code = response.field("x-sealbox-decision");
            assertThat(response.status()).isIn(200, 403, 502);
            assertThat(code.orElse(""))
                    .satisfiesAnyOf(
                            it -> assertThat(it).isEmpty(),
                            it -> assertThat(response.status()).isEqualTo(it.startsWith("upstream.") ? 502 : 403));
            return code.orElseGet(() -> Integer.toString(response.status()));
        }
    }
}
