package dev.sealbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are told where to look, and not where the others are. */
class DiscoveryIT {
    private static final String NAME = "control.sealbox.test";

    private static final Queue<String> ASKED = new ConcurrentLinkedQueue<>();
    private static final List<Process> PODS = new ArrayList<>();

    @TempDir
    private static Path folder;

    private static @Nullable HttpsServer api;

    /** They begin while the other test goes on: it mostly waits, as they do. */
    @BeforeAll
    static void startPods() throws Exception {
        int port = freePort();
        var server = api(pod("127.78.0.2", port) + "," + pod("127.78.0.3", port));
        api = server;
        Files.writeString(folder.resolve("token"), "the-token");
        Files.writeString(folder.resolve("namespace"), "sandboxes");
        for (var address : List.of("127.78.0.2", "127.78.0.3")) {
            PODS.add(inPod(address, port, server.getAddress().getPort()));
        }
    }

    @AfterAll
    static void stopPods() {
        PODS.forEach(Process::destroyForcibly);
        if (api != null) {
            api.stop(0);
        }
    }

    /** An answer for each question for an address, and an empty one for other questions. */
    private static void answer(DatagramSocket socket, List<String> addresses) {
        var buffer = new byte[512];
        try {
            while (!socket.isClosed()) {
                var question = new DatagramPacket(buffer, buffer.length);
                socket.receive(question);
                int end = 12;
                while (buffer[end] != 0) {
                    end += buffer[end] + 1;
                }
                int type = ((buffer[end + 1] & 0xff) << 8) | (buffer[end + 2] & 0xff);
                var answer = new java.io.ByteArrayOutputStream();
                answer.write(buffer, 0, 2);
                var found = type == 1 ? addresses : List.<String>of();
                answer.write(new byte[] {(byte) 0x81, (byte) 0x80, 0, 1, 0, (byte) found.size(), 0, 0, 0, 0});
                answer.write(buffer, 12, end + 5 - 12);
                for (var address : found) {
                    answer.write(new byte[] {(byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4});
                    answer.write(InetAddress.getByName(address).getAddress());
                }
                socket.send(new DatagramPacket(answer.toByteArray(), answer.size(), question.getSocketAddress()));
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Two control nodes at a name begin one cluster, and a host that is not at it joins them. */
    @Test
    void findsControlNodesByTheirName() throws Exception {
        int port = freePort();
        try (var names = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(names, List.of("127.77.0.2", "127.77.0.3")));
            var settings = "sealbox.cluster { discovery = \"dns:" + NAME + "\", control-nodes = 3 }\n"
                    + "akka.io.dns.async-dns.nameservers = [\"127.0.0.1:" + names.getLocalPort() + "\"]\n";
            var nodes = new ArrayList<DiscoveredNode>();
            try {
                for (var address : List.of("127.77.0.4", "127.77.0.3", "127.77.0.2")) {
                    nodes.add(DiscoveredNode.at(address, port, settings));
                }
                // None is done before the others have begun.
                var entered = nodes.stream()
                        .map(node -> CompletableFuture.runAsync(
                                () -> node.enter(node.config()),
                                task -> Thread.ofVirtual().start(task)))
                        .toArray(CompletableFuture<?>[]::new);
                CompletableFuture.allOf(entered).get(120, TimeUnit.SECONDS);
                for (var node : nodes) {
                    Waiting.until(
                            "see all",
                            java.time.Duration.ofMinutes(1),
                            () -> node.members().size() == 3);
                }
            } finally {
                nodes.forEach(DiscoveredNode::close);
            }
        }
    }

    /** What a pod is to whoever looks for control nodes. */
    private static String pod(String address, int port) {
        return """
                {"metadata": {"name": "control"}, "status": {"podIP": "%s", "phase": "Running", "containerStatuses":
                    [{"name": "sealbox", "state": {}}]},
                 "spec": {"containers": [{"name": "sealbox", "ports": [{"name": "management", "containerPort": %d}]}]}}
                """.formatted(address, port);
    }

    private static void keystore(Path file) throws IOException, InterruptedException {
        var tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var process = new ProcessBuilder(
                        tool,
                        "-genkeypair",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit",
                        "-alias",
                        "api",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=api",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-ext",
                        "bc:critical=ca:true")
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
    }

    /** A server of the documented API, since there is no Kubernetes here: lists the pods with those labels. */
    private static HttpsServer api(String pods) throws IOException, GeneralSecurityException, InterruptedException {
        var file = folder.resolve("api.p12");
        keystore(file);
        var store = KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
        Files.writeString(
                folder.resolve("ca.crt"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(store.getCertificate("api").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "changeit".toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            ASKED.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + exchange.getRequestURI());
            var body = ("{\"items\": [" + pods + "]}").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        return server;
    }

    @Test
    void findsControlNodesAmongPods() throws IOException {
        for (var node : PODS) {
            assertThat(firstLine(node)).isEqualTo("[127.78.0.2, 127.78.0.3]");
        }
        assertThat(ASKED)
                .isNotEmpty()
                .allMatch(request -> request.equals(
                        "Bearer the-token /api/v1/namespaces/sandboxes/pods?labelSelector=role%3Dcontrol"));
    }

    private static Process inPod(String address, int port, int api) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var kubernetes = "-Dakka.discovery.kubernetes-api.";
        var builder = new ProcessBuilder(
                java,
                "-XX:TieredStopAtLevel=1",
                kubernetes + "api-ca-path=" + folder.resolve("ca.crt"),
                kubernetes + "api-token-path=" + folder.resolve("token"),
                kubernetes + "pod-namespace-path=" + folder.resolve("namespace"),
                "-cp",
                classes,
                DiscoveredNode.class.getName(),
                address,
                "" + port,
                "2");
        builder.environment()
                .putAll(Map.of(
                        "SEALBOX_CLUSTER_DISCOVERY", "kubernetes:role=control",
                        "SEALBOX_CLUSTER_CONTROL_NODES", "2",
                        "KUBERNETES_SERVICE_HOST", "127.0.0.1",
                        "KUBERNETES_SERVICE_PORT", "" + api));
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static String firstLine(Process process) {
        try {
            var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            return String.valueOf(lines.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
