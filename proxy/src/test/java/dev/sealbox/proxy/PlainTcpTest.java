package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.proxy.tls.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ports that a policy names, by CONNECT; how a sandbox dials them directly is in {@code NamespaceSocketsIT}. */
@SuppressWarnings("NullAway.Init") // Each test starts the proxy that it needs.
class PlainTcpTest {
    private static final String HOST = "db.example.com";
    private static final String VALUE = "the-real-value";
    private static final int MIB = 1024 * 1024;

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final CompletableFuture<String> heard = new CompletableFuture<>();
    private TestProxy proxy;
    private TestPolicy policy;

    private void start(TestUpstream.Script script, String... settings) {
        for (var setting : settings) {
            set.settings(setting);
        }
        set.put(HOST, TestUpstream.scripted(new TestCertificates(), null, script));
        proxy = set.start();
        policy = proxy.policy().allow("web.example.com").pass(HOST + ":5432", "*.example.com:22");
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    /** Greets, and says everything again. */
    private static void echo(InputStream in, OutputStream out) throws IOException {
        out.write(Http.latin1("hello\n"));
        out.flush();
        in.transferTo(out);
    }

    private TestClient ask(String authority) throws IOException {
        return proxy.explicit(TestProxy.SANDBOX)
                .send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    }

    private TestClient opened(String authority) throws IOException {
        var client = ask(authority);
        assertThat(Http.head(client.in).status()).isEqualTo(200);
        return client;
    }

    @Test
    void passesEveryByteAsItIsAndNotesIt() throws IOException {
        start(PlainTcpTest::echo);
        var token = policy.secret("API_KEY", VALUE).value();
        proxy.admit(TestProxy.SANDBOX, policy);

        try (var client = opened(HOST + ":5432")) {
            assertThat(Http.line(client.in)).isEqualTo("hello");
            var said = "\0\1\r\nGET / HTTP/1.1 " + token + "\n";
            client.send(said);
            assertThat(new String(client.in.readNBytes(said.length()), StandardCharsets.ISO_8859_1))
                    .isEqualTo(said);
            client.socket.shutdownOutput();
            assertThat(client.in.read()).isNegative();
        }

        var record = proxy.ledger.only();
        assertThat(record.ruling()).isEqualTo(Ruling.PASSED);
        assertThat(record.rule()).isEqualTo(HOST + ":5432");
        assertThat(record.asked()).hasToString("Asked[method=TCP, host=" + HOST + ", path=:5432]");
        assertThat(record.secret()).isEmpty();
        assertThat(record.effect().received()).isEqualTo(record.effect().sent() + 6);
        assertThat(record.effect().took()).isPositive();
        assertThat(record.sender().sandbox()).isEqualTo(policy.sandbox());
    }

    @Test
    void lastsUntilBothSidesHaveEnded() throws Exception {
        start((in, out) -> {
            heard.complete(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
            out.write(Http.latin1("the answer to all that"));
        });
        try (var client = opened(HOST + ":5432")) {
            client.send("all that").socket.shutdownOutput();

            assertThat(heard.get(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo("all that");
            assertThat(new String(client.in.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("the answer to all that");
        }
    }

    @Test
    void hearsTheClientOutWhenTheUpstreamHasNoMoreToSay() throws Exception {
        var upstream = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        set.at(HOST, upstream.getLocalPort());
        proxy = set.start();
        proxy.admit(TestProxy.SANDBOX, proxy.policy().pass(HOST + ":22"));
        try (upstream;
                var client = opened(HOST + ":22");
                var peer = upstream.accept()) {
            peer.setSoTimeout((int) Eventually.LIMIT.toMillis());
            peer.getOutputStream().write(Http.latin1("bye"));
            peer.shutdownOutput();
            assertThat(new String(client.in.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("bye");

            client.send("still here").socket.shutdownOutput();
            assertThat(new String(peer.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("still here");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "db.example.com:5433, 403, egress.port-not-allowed",
        "web.example.com:5432, 403, egress.port-not-allowed",
        "example.com:22, 403, egress.port-not-allowed",
        "db.example.com:80, 403, egress.port-not-allowed",
        "db.example.com:443, 403, egress.host-not-allowed",
        "db.example.com:0, 403, egress.port-not-allowed",
        "db.example.com:70962, 403, egress.port-not-allowed",
        "169.254.169.254:22, 403, egress.address-not-allowed",
        "127.0.0.1:22, 403, egress.address-not-allowed",
        "localhost:22, 403, egress.address-not-allowed",
        "gone.example.invalid:22, 502, upstream.unresolved",
    })
    void opensNothingElse(String authority, int status, String code) throws IOException {
        start(PlainTcpTest::echo);
        policy.pass(
                HOST + ":5432",
                "*.example.com:22",
                "169.254.169.254:22",
                "127.0.0.1:22",
                "localhost:22",
                "*.invalid:22");
        proxy.admit(TestProxy.SANDBOX, policy);
        try (var client = ask(authority)) {
            var answer = client.receive();
            assertThat(answer.field("x-sealbox-decision")).hasValue(code);
            assertThat(answer.status()).isEqualTo(status);
        }
        if (status == 403) {
            var record = proxy.ledger.only();
            assertThat(record.ruling()).isEqualTo(Ruling.REFUSED);
            assertThat(record.rule()).isEqualTo(code);
        }
    }

    @Test
    void endsWhenThePolicyTakesItAwayAndLeavesOthers() throws Exception {
        start((in, out) -> in.transferTo(out));
        try (var staying = opened(HOST + ":22");
                var going = opened(HOST + ":5432")) {
            staying.send("x");
            going.send("x");
            assertThat(staying.in.read()).isEqualTo('x');
            assertThat(going.in.read()).isEqualTo('x');

            proxy.admit(TestProxy.SANDBOX, policy.pass("*.example.com:22"));

            assertThat(going.isAtEnd()).isTrue();
            staying.send("y");
            assertThat(staying.in.read()).isEqualTo('y');
        }
    }

    @Test
    void endsWithTheSandbox() throws Exception {
        start((in, out) -> {
            in.transferTo(out);
            heard.complete("ended");
        });
        try (var client = opened(HOST + ":5432")) {
            client.send("x");
            assertThat(client.in.read()).isEqualTo('x');
            TestProxy.await(proxy.proxy.expel(policy.sandbox()));

            assertThat(client.isAtEnd()).isTrue();
            assertThat(heard.get(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo("ended");
        }
    }

    @Test
    void endsWhenTheUpstreamBreaksOff() throws Exception {
        var upstream = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        set.at(HOST, upstream.getLocalPort());
        proxy = set.start();
        proxy.admit(TestProxy.SANDBOX, proxy.policy().pass(HOST + ":22"));
        try (upstream;
                var client = opened(HOST + ":22")) {
            try (var peer = upstream.accept()) {
                peer.setSoLinger(true, 0);
            }

            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void endsWhenNothingMoves() throws Exception {
        start(PlainTcpTest::echo, "sealbox.proxy.limits.tcp-idle-timeout = 300 ms");
        try (var client = opened(HOST + ":5432")) {
            // On a slow machine it may end before the greeting is there.
            while (!client.isAtEnd()) {}
        }
    }

    @Test
    void countsAsAConnectionOfTheSandbox() throws Exception {
        start(PlainTcpTest::echo, "sealbox.proxy.limits.connections-per-sandbox = 2");
        try (var one = opened(HOST + ":5432");
                var two = opened(HOST + ":5432");
                var three = ask(HOST + ":5432")) {
            assertThat(three.receive().status()).isEqualTo(429);
            assertThat(Http.line(one.in) + Http.line(two.in)).isEqualTo("hellohello");
        }
    }

    @Test
    void holdsAFastSenderBackToThePaceOfASlowReader() throws Exception {
        var written = new AtomicLong();
        var block = new byte[MIB];
        new Random(1).nextBytes(block);
        start((in, out) -> {
            for (int i = 0; i < 64; i++) {
                out.write(block);
                written.addAndGet(block.length);
            }
        });
        try (var client = opened(HOST + ":5432")) {
            long before = -1;
            while (written.get() != before || before == 0) {
                before = written.get();
                // Long enough for a sender that is not held back to write more.
                java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
            }
            assertThat(before).isLessThan(40L * MIB);

            for (int i = 0; i < 64; i++) {
                assertThat(Arrays.equals(client.in.readNBytes(MIB), block)).isTrue();
            }
            assertThat(client.in.read()).isNegative();
        }
    }
}
