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

    @Test
    void servesASandboxThatHasNoOtherWayOut() throws Exception {
        var set = new TestProxy.Builder().namespace(NAMESPACE).settings("""
                        sealbox.proxy.listen {
                          address = "169.254.169.253", proxy-port = 3128, tls-port = 443, http-port = 80, dns-port = 53
                        }
                        """);
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

    /** A connection whose socket belongs to the sandbox's namespace. */
    private static Socket fromSandbox(int port) throws IOException {
        var channel = NamespaceSockets.in(Path.of("/run/netns", SANDBOX), () -> {
            try {
                return java.nio.channels.SocketChannel.open(java.net.StandardProtocolFamily.INET);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        var socket = channel.socket();
        socket.connect(new InetSocketAddress("169.254.169.253", port), 5000);
        socket.setSoTimeout(10_000);
        if (port == 3128) {
            socket.getOutputStream().write(Http.latin1("CONNECT " + HOST + ":443 HTTP/1.1\r\nHost: x\r\n\r\n"));
            assertThat(Http.head(socket.getInputStream()).status()).isEqualTo(200);
        }
        return socket;
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
        if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + output);
        }
        return output;
    }
}
