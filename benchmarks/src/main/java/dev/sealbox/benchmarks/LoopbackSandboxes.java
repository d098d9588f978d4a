package dev.sealbox.benchmarks;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.LayerFiles;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.Launch;
import dev.sealbox.domain.sandbox.SandboxRuntime;
import dev.sealbox.domain.session.SandboxSessions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Sandboxes without containers: each is an address of this machine's loopback network, by which the proxy knows it. */
final class LoopbackSandboxes {
    private static final Map<SandboxId, String> ADDRESSES = new ConcurrentHashMap<>();
    private static final AtomicInteger COUNT = new AtomicInteger();

    static final List<String> WHERE = List.of("where");

    private LoopbackSandboxes() {}

    /** Nothing is packed or unpacked. */
    static LayerFiles layers() {
        return (LayerFiles) Proxy.newProxyInstance(
                LayerFiles.class.getClassLoader(), new Class<?>[] {LayerFiles.class}, (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    /**
     * Starts sandboxes, and runs two commands in them: {@code printenv}, and {@code where}, which tells their address and
     * {@code proxyPort}.
     */
    static SandboxRuntime runtime(int proxyPort) {
        return (SandboxRuntime) Proxy.newProxyInstance(
                SandboxRuntime.class.getClassLoader(),
                new Class<?>[] {SandboxRuntime.class},
                (proxy, method, arguments) -> CompletableFuture.completedFuture(
                        method.getName().equals("run")
                                ? run((SandboxId) arguments[0], (Command) arguments[1], proxyPort)
                                : done(method, arguments)));
    }

    private static CommandResult run(SandboxId sandbox, Command command, int proxyPort) {
        return command.argv().equals(WHERE)
                ? new CommandResult(0, ADDRESSES.get(sandbox) + " " + proxyPort, "")
                : variable(command);
    }

    /** None can be opened. */
    static SandboxSessions sessions() {
        return (SandboxSessions) Proxy.newProxyInstance(
                SandboxSessions.class.getClassLoader(),
                new Class<?>[] {SandboxSessions.class},
                (proxy, method, arguments) -> CompletableFuture.completedFuture(done(method, arguments)));
    }

    private static Object done(Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "start" -> started(((Launch) arguments[0]).sandbox());
            case "park" -> 4096L;
            case "limit" -> Unit.DONE;
            default -> throw new IllegalStateException("a sandbox without a container cannot " + method.getName());
        };
    }

    private static SandboxAddress started(SandboxId sandbox) {
        var address = ADDRESSES.computeIfAbsent(sandbox, id -> {
            int number = COUNT.incrementAndGet();
            return "127.1." + number / 250 + "." + (number % 250 + 1);
        });
        return new SandboxAddress(sandbox, address);
    }

    private static CommandResult variable(Command command) {
        return new CommandResult(
                0, command.environment().getOrDefault(command.argv().getLast(), ""), "");
    }

    /** A GET with a header, from a sandbox through the proxy, on a new connection; {@code where} is what the sandbox says. */
    static void get(String where, SSLContext trust, String host, String target, String header) {
        var space = where.indexOf(' ');
        var local = new InetSocketAddress(where.substring(0, space), 0);
        var proxyPort = Integer.parseInt(where.substring(space + 1));
        try (var socket = new Socket()) {
            socket.bind(local);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxyPort), 5000);
            socket.setSoTimeout(20_000);
            write(socket, "CONNECT " + host + ":443 HTTP/1.1\r\nHost: " + host + ":443\r\n\r\n");
            expectOk(socket);
            try (var tls = (SSLSocket) trust.getSocketFactory().createSocket(socket, host, 443, true)) {
                write(tls, "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + header + "\r\n\r\n");
                expectOk(tls);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void expectOk(Socket socket) throws IOException {
        var in = socket.getInputStream();
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the proxy ended the connection");
            }
            head.append((char) next);
        }
        if (!head.toString().startsWith("HTTP/1.1 200")) {
            throw new IOException(List.of(head.toString().split("\r\n")).getFirst());
        }
    }
}
