package dev.sealbox.proxy;

import dev.sealbox.proxy.tls.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/** A real server on loopback, over TLS or not, that answers as a test wants and remembers what it was sent. */
final class TestUpstream implements AutoCloseable {
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    final List<Http.Message> requests = new CopyOnWriteArrayList<>();

    /** Answers one request; false ends the connection. */
    @FunctionalInterface
    interface Answer {
        boolean to(Http.Message request, OutputStream out) throws IOException;
    }

    /** Takes a connection over from its first byte. */
    @FunctionalInterface
    interface Script {
        void run(InputStream in, OutputStream out) throws IOException;
    }

    private TestUpstream(ServerSocket server, Script script) {
        this.server = server;
        Thread.ofVirtual().start(() -> accept(script));
    }

    /** A server with a certificate for {@code host}; in the clear if that is null. */
    static TestUpstream scripted(TestCertificates certificates, @Nullable String host, Script script) {
        try {
            var loopback = InetAddress.getLoopbackAddress();
            var server = host == null
                    ? new ServerSocket(0, 50, loopback)
                    : certificates.server(host).getServerSocketFactory().createServerSocket(0, 50, loopback);
            return new TestUpstream(server, script);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A server that ends each connection after its handshake. */
    static TestUpstream showing(SSLContext certificate) {
        try {
            var server =
                    certificate.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            return new TestUpstream(server, (in, out) -> in.read());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A server that speaks HTTP/2 as the script does; the client's preface has been read. */
    static TestUpstream speakingHttp2(TestCertificates certificates, String host, Http2Script script) {
        try {
            var server = (SSLServerSocket) certificates
                    .server(host)
                    .getServerSocketFactory()
                    .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            var parameters = server.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            server.setSSLParameters(parameters);
            return new TestUpstream(server, (in, out) -> {
                in.readNBytes(24);
                script.run(new RawHttp2(in, out));
            });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes a connection of HTTP/2 over. */
    @FunctionalInterface
    interface Http2Script {
        void run(RawHttp2 connection) throws IOException;
    }

    static TestUpstream answering(TestCertificates certificates, @Nullable String host, Answer answer) {
        var holder = new TestUpstream[1];
        var ready = new java.util.concurrent.CountDownLatch(1);
        holder[0] = scripted(certificates, host, (in, out) -> {
            awaited(ready);
            boolean more = true;
            while (more) {
                var request = Http.request(in);
                holder[0].requests.add(request);
                more = answer.to(request, out);
                out.flush();
            }
        });
        ready.countDown();
        return holder[0];
    }

    private static void awaited(java.util.concurrent.CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A complete response with that body. */
    static void respond(OutputStream out, int status, String fields, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        out.write(Http.latin1(
                "HTTP/1.1 " + status + " Fine\r\n" + fields + "Content-Length: " + bytes.length + "\r\n\r\n"));
        out.write(bytes);
    }

    private void accept(Script script) {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                socket.setTcpNoDelay(true);
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(script, socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Script script, Socket socket) {
        try (socket) {
            script.run(socket.getInputStream(), socket.getOutputStream());
        } catch (IOException e) {
            // The proxy may end a connection at any time.
        } finally {
            open.remove(socket);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    Http.Message last() {
        return requests.getLast();
    }

    /** Closes connections that the proxy keeps, as a restarted server does. */
    void dropConnections() {
        open.forEach(TestUpstream::quietly);
    }

    private static void quietly(AutoCloseable thing) {
        try {
            thing.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        quietly(server);
        dropConnections();
    }
}
