package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.proxy.transport.NamespaceSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The proxy listens in a router's namespace that has no way out, and dials from its own. A sandbox in a third one reaches
 * it over a veth pair. Needs root and iproute2.
 */
class NamespaceSocketsIT {
    private static final String ID = Long.toString(ProcessHandle.current().pid() % 100_000, 36);
    private static final String ROUTER = "sbxr" + ID;
    private static final String SANDBOX = "sbxs" + ID;
    private static final int PATIENCE_MILLIS = (int) Eventually.LIMIT.toMillis();
    private static final String HOST = "api.example.com";
    private static final Path NAMESPACE = Path.of("/run/netns", ROUTER);

    @BeforeEach
    void makeNamespaces() throws Exception {
        boolean root = "root".equals(System.getProperty("user.name"));
        Assumptions.assumeTrue(root, "NOT TESTED: network namespaces need root");
        removeNamespaces();
        run("ip", "netns", "add", ROUTER);
        run("ip", "netns", "add", SANDBOX);
        run("ip", "-n", ROUTER, "link", "add", "veth0", "type", "veth", "peer", "name", "eth0", "netns", SANDBOX);
        run("ip", "-n", ROUTER, "addr", "add", "169.254.169.253/32", "dev", "veth0");
        run("ip", "-n", ROUTER, "link", "set", "veth0", "up");
        run("ip", "-n", ROUTER, "link", "set", "lo", "up");
        run("ip", "-n", ROUTER, "route", "add", "10.201.0.2/32", "dev", "veth0");
        run("ip", "-n", SANDBOX, "addr", "add", "10.201.0.2/32", "dev", "eth0");
        run("ip", "-n", SANDBOX, "link", "set", "eth0", "up");
        run("ip", "-n", SANDBOX, "route", "add", "169.254.169.253/32", "dev", "eth0");
    }

    @AfterEach
    void removeNamespaces() throws Exception {
        for (var namespace : List.of(ROUTER, SANDBOX)) {
            if (Files.exists(Path.of("/run/netns", namespace))) {
                run("ip", "netns", "del", namespace);
            }
        }
    }

    private static TestProxy.Builder listening() {
        return new TestProxy.Builder().namespace(NAMESPACE).settings("""
                        sealbox.proxy.listen {
                          address = "169.254.169.253", proxy-port = 3128, tls-port = 443, http-port = 80, dns-port = 53, tcp-port = 3129
                        }
                        """);
    }

    @Test
    void servesASandboxThatHasNoOtherWayOut() throws Exception {
        var set = listening();
        var upstream = set.secure(HOST, (request, out) -> {
            TestUpstream.respond(out, 200, "", "ok");
            return true;
        });
        try (var proxy = set.start()) {
            var policy = proxy.policy().allow(HOST);
            var token = policy.secret("API_KEY", "the-real-value").value();
            proxy.admit("10.201.0.2", policy);

            for (int port : new int[] {3128, 443}) {
                try (var client = proxy.secured(fromSandbox(port), HOST, "default")) {
                    assertThat(client.get(HOST, "/", "X: " + token).status()).isEqualTo(200);
                    assertThat(upstream.last().field("X")).hasValue("the-real-value");
                }
            }
            assertThat(listening(ROUTER)).contains(":3128", ":443", ":80", ":53");
            assertThat(ownListening()).doesNotContain("169.254.169.253:");
        }
        assertThat(listening(ROUTER)).doesNotContain(":3128");
    }

    /** The kernel directs what the sandbox dials, and remembers where it was going. */
    @Test
    void passesPlainTcpToWhatAnAddressMeansToTheSandbox() throws Exception {
        run("ip", "-n", SANDBOX, "route", "add", "198.18.0.0/15", "via", "169.254.169.253", "dev", "eth0");
        run(
                "ip",
                "netns",
                "exec",
                ROUTER,
                "nft",
                "table ip directed { chain prerouting { type nat hook prerouting priority dstnat;"
                        + " ip daddr 198.18.0.0/15 meta l4proto tcp dnat to 169.254.169.253:3129; }; }");
        var set = listening();
        set.put("db.example.com", TestUpstream.scripted(set.certificates(), null, (in, out) -> {
            out.write(Http.latin1("SSH-2.0-echo\r\n"));
            out.flush();
            in.transferTo(out);
        }));
        try (var proxy = set.start()) {
            var policy = proxy.policy().allow(HOST).pass("db.example.com:5432", "*.example.net:22");
            proxy.admit("10.201.0.2", policy);
            var address = resolved("db.example.com");

            assertThat(address).startsWith("198.1").isEqualTo(resolved("DB.example.com"));
            assertThat(resolved(HOST)).isEqualTo("198.18.0.1");
            assertThat(resolved("x.example.net")).startsWith("198.1").isNotIn(address, "198.18.0.1");
            try (var client = new TestClient(fromSandbox(address, 5432))) {
                assertThat(Http.line(client.in)).isEqualTo("SSH-2.0-echo");
                client.send("all of it").socket.shutdownOutput();
                assertThat(new String(client.in.readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII))
                        .isEqualTo("all of it");
            }
            Eventually.holds(() -> proxy.ledger.records.size() == 1);
            assertThat(proxy.ledger.only().asked()).hasToString("Asked[method=TCP, host=db.example.com, path=:5432]");

            for (var refused : List.of(
                    new InetSocketAddress(address, 22),
                    new InetSocketAddress("198.18.0.1", 5432),
                    new InetSocketAddress("198.19.77.77", 5432),
                    new InetSocketAddress("169.254.169.253", 3129))) {
                assertThat(isReset(refused.getHostString(), refused.getPort())).isTrue();
            }
            Eventually.holds(() -> proxy.ledger.records.size() == 5);
            assertThat(proxy.ledger.records.subList(1, 5))
                    .allMatch(record -> record.rule().equals("egress.port-not-allowed"));

            try (var client = new TestClient(fromSandbox(address, 5432))) {
                assertThat(Http.line(client.in)).isEqualTo("SSH-2.0-echo");
                proxy.admit("10.201.0.2", policy.pass());
                assertThat(client.isAtEnd()).isTrue();
            }
        }
    }

    /** Sooner or later: the reset may come before the connection is known to stand. */
    private static boolean isReset(String address, int port) throws IOException {
        try (var client = new TestClient(fromSandbox(address, port))) {
            return client.isAtEnd();
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    private static String resolved(String name) throws IOException {
        try (var client = new TestClient(fromSandbox("169.254.169.253", 53))) {
            client.send(TestDns.framed(TestDns.query(name, 1)));
            int length = client.in.read() << 8 | client.in.read();
            var reply = client.in.readNBytes(length);
            assertThat(TestDns.code(reply)).isZero();
            return java.net.InetAddress.getByAddress(java.util.Arrays.copyOfRange(reply, length - 4, length))
                    .getHostAddress();
        }
    }

    private static Socket fromSandbox(String address, int port) throws IOException {
        var socket = unconnected();
        socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** A connection whose socket belongs to the sandbox's namespace. */
    private static Socket fromSandbox(int port) throws IOException {
        var socket = unconnected();
        socket.connect(new InetSocketAddress("169.254.169.253", port), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        if (port == 3128) {
            socket.getOutputStream().write(Http.latin1("CONNECT " + HOST + ":443 HTTP/1.1\r\nHost: x\r\n\r\n"));
            assertThat(Http.head(socket.getInputStream()).status()).isEqualTo(200);
        }
        return socket;
    }

    private static Socket unconnected() {
        return NamespaceSockets.in(Path.of("/run/netns", SANDBOX), () -> {
                    try {
                        return java.nio.channels.SocketChannel.open(java.net.StandardProtocolFamily.INET);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .socket();
    }

    @Test
    void saysWhichNamespaceIsMissing() {
        assertThatThrownBy(() -> NamespaceSockets.in(Path.of("/run/netns/nowhere"), () -> "made"))
                .isInstanceOf(NamespaceSockets.NoNamespace.class)
                .hasMessageContaining("/run/netns/nowhere");
    }

    @Test
    void leavesTheCallersThreadInItsOwnNamespace() throws Exception {
        var before = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
        var inside = NamespaceSockets.in(NAMESPACE, NamespaceSocketsIT::namespace);

        assertThat(inside).isNotEqualTo(before);
        assertThat(Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"))).isEqualTo(before);
    }

    private static Path namespace() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String listening(String namespace) throws Exception {
        return run("ip", "netns", "exec", namespace, "ss", "-Hltn");
    }

    private static String ownListening() throws Exception {
        return run("ss", "-Hltn");
    }

    private static String run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + output);
        }
        return output;
    }
}
