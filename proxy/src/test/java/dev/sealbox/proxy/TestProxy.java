package dev.sealbox.proxy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.proxy.tls.TestCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A proxy on loopback with upstreams behind it; sandboxes are told apart by their loopback addresses. */
final class TestProxy implements AutoCloseable {
    static final String SANDBOX = "127.0.0.2";
    private static final int PATIENCE_MILLIS = (int) Eventually.LIMIT.toMillis();

    final TestVault vault = new TestVault();
    final TestLedger ledger = new TestLedger();
    final TestCertificates certificates;
    final EgressProxy proxy;
    private final ActorSystem<Void> system;
    private final List<AutoCloseable> resources;

    /** What the proxy is started with. */
    static final class Builder {
        private final Map<String, Integer> upstreams = new HashMap<>();
        private final List<AutoCloseable> resources = new ArrayList<>();
        private final TestCertificates certificates = new TestCertificates();
        private String settings = "";
        private @Nullable Path namespace;

        /** A TLS upstream for that host. */
        TestUpstream secure(String host, TestUpstream.Answer answer) {
            return put(host, TestUpstream.answering(certificates, host, answer));
        }

        TestUpstream put(String host, TestUpstream upstream) {
            upstreams.put(host, upstream.port());
            resources.add(upstream);
            return upstream;
        }

        /** An upstream for that host that speaks HTTP/2 only. */
        TestHttp2Upstream http2(String host, TestHttp2Upstream.Answer answer) {
            return put(host, TestHttp2Upstream.answering(certificates, host, answer));
        }

        TestHttp2Upstream put(String host, TestHttp2Upstream upstream) {
            upstreams.put(host, upstream.port());
            resources.add(upstream);
            return upstream;
        }

        /** An upstream for that host that somebody else runs. */
        void at(String host, int port) {
            upstreams.put(host, port);
        }

        TestCertificates certificates() {
            return certificates;
        }

        Builder settings(String hocon) {
            settings += hocon + "\n";
            return this;
        }

        Builder namespace(Path path) {
            namespace = path;
            return this;
        }

        TestProxy start() {
            return new TestProxy(this);
        }
    }

    private TestProxy(Builder builder) {
        certificates = builder.certificates;
        resources = List.copyOf(builder.resources);
        var caFile = written(certificates.pem());
        ActorSystem<Void> begun = null;
        try {
            var config = config(builder, caFile);
            begun = ActorSystem.create(Behaviors.empty(), "test", config);
            system = begun;
            proxy = started(config, builder.namespace);
        } catch (RuntimeException e) {
            if (begun != null) {
                begun.terminate();
            }
            throw e;
        } finally {
            // It is read at the start, and a test may end in any way after that.
            delete(caFile);
        }
    }

    private static Path written(String pem) {
        try {
            return Files.writeString(Files.createTempFile("upstream-ca", ".pem"), pem);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Config config(Builder builder, Path caFile) {
        var overrides = new ArrayList<String>();
        builder.upstreams.forEach((host, port) -> overrides.add(host + "=127.0.0.1:" + port));
        return ConfigFactory.parseString(builder.settings)
                .withFallback(ConfigFactory.parseString("""
                        sealbox.proxy {
                          listen { address = "127.0.0.1", proxy-port = 0, tls-port = 0, http-port = 0, dns-port = 0, tcp-port = 0 }
                          loops = 2
                          upstream { overrides = "%s", ca-file = "%s" }
                        }
                        akka.log-dead-letters = off
                        """.formatted(String.join(",", overrides), caFile)))
                .withFallback(ConfigFactory.load());
    }

    private EgressProxy started(Config config, @Nullable Path namespace) {
        var authorities = new ConcurrentHashMap<OrganizationId, byte[]>();
        return EgressProxy.start(
                system,
                ProxySettings.from(config),
                vault,
                (organization, fresh) ->
                        CompletableFuture.completedFuture(authorities.computeIfAbsent(organization, id -> fresh.get())),
                ledger,
                namespace);
    }

    TestPolicy policy() {
        return new TestPolicy(vault);
    }

    void admit(String ip, TestPolicy policy) {
        await(proxy.admit(new SandboxAddress(policy.sandbox(), ip), policy.next()));
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    String anchor(String organization) {
        return await(proxy.certificate(new OrganizationId(organization)));
    }

    /** A plain connection to one of the proxy's ports from that address. */
    Socket connect(String ip, int port) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(ip), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    TestClient explicit(String ip) throws IOException {
        return new TestClient(connect(ip, proxy.ports().proxy()));
    }

    /** Through CONNECT into TLS with that host. */
    TestClient tunnel(String ip, String host) throws IOException {
        return tunnel(ip, host, host);
    }

    TestClient tunnel(String ip, String host, String serverName) throws IOException {
        var socket = connect(ip, proxy.ports().proxy());
        socket.getOutputStream()
                .write(Http.latin1("CONNECT " + host + ":443 HTTP/1.1\r\nHost: " + host + ":443\r\n\r\n"));
        var answer = Http.head(socket.getInputStream());
        if (answer.status() != 200) {
            throw new IOException("CONNECT answered " + answer.status());
        }
        return secured(socket, serverName, "default");
    }

    /** To the port where TLS is intercepted. */
    TestClient transparent(String ip, String host) throws IOException {
        return secured(connect(ip, proxy.ports().tls()), host, "default");
    }

    /** Through CONNECT into TLS with that host, where HTTP/2 was chosen. */
    RawHttp2 http2(String ip, String host) throws IOException {
        return RawHttp2.greeting(http2Unspoken(ip, host));
    }

    /** As {@link #http2}, before the client's preface. */
    TestClient http2Unspoken(String ip, String host) throws IOException {
        var socket = connect(ip, proxy.ports().proxy());
        socket.getOutputStream()
                .write(Http.latin1("CONNECT " + host + ":443 HTTP/1.1\r\nHost: " + host + ":443\r\n\r\n"));
        if (Http.head(socket.getInputStream()).status() != 200) {
            throw new IOException("CONNECT was refused");
        }
        return secured(socket, host, "default", "h2");
    }

    TestClient secured(Socket socket, String serverName, String organization, String... protocols) throws IOException {
        var context = TestCertificates.client(anchor(organization));
        var secured = (SSLSocket)
                context.getSocketFactory().createSocket(new Unending(socket), serverName, socket.getPort(), true);
        var parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(protocols);
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return new TestClient(secured, socket);
    }

    @Override
    public void close() {
        await(proxy.stop());
        system.terminate();
        await(system.getWhenTerminated());
        try {
            for (var resource : resources) {
                resource.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
