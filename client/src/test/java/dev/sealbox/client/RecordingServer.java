package dev.sealbox.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers what a test queued, in order, and keeps what it was asked. */
public final class RecordingServer implements AutoCloseable {

    /** A request as it arrived. */
    public record Asked(
            String method, String target, Optional<String> key, Optional<String> contentType, String body) {}

    private record Reply(int status, String body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Deque<Reply> replies = new ConcurrentLinkedDeque<>();
    private final Deque<Asked> asked = new ConcurrentLinkedDeque<>();

    public RecordingServer() throws IOException {
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public RecordingServer reply(int status, String body) {
        replies.add(new Reply(status, body));
        return this;
    }

    public Asked last() {
        return asked.getLast();
    }

    public Deque<Asked> all() {
        return new ArrayDeque<>(asked);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            asked.add(new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    Optional.ofNullable(headers.getFirst("X-API-Key")),
                    Optional.ofNullable(headers.getFirst("Content-Type")),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            var reply = replies.isEmpty() ? new Reply(599, "") : replies.removeFirst();
            exchange.getResponseHeaders().add("X-Request-Id", "request-7");
            var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
