package dev.sealbox.demo.upstream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A service on the internet, as far as a sandbox can tell: answers on any path with what it received, as JSON, so that a
 * secret that reached it is reflected in the answer. {@code GET /bytes/N} answers with N bytes instead. Thread-safe.
 */
public final class TestUpstream implements AutoCloseable {
    private static final int REMEMBERED = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] FILLING = new byte[16 * 1024];

    static {
        Arrays.fill(FILLING, (byte) 'x');
    }

    private final ArrayDeque<Received> received = new ArrayDeque<>();
    private final LoopbackServer server;
    private volatile Consumer<Received> listener = request -> {};

    /** Serves {@code hosts}, with certificates of {@code authority}, until closed. */
    public TestUpstream(TestAuthority authority, List<String> hosts) {
        server = LoopbackServer.tls(authority.server(hosts), this::answer);
    }

    public int port() {
        return server.port();
    }

    /** Tells {@code other} of each request from now on, before it is answered. */
    public void listen(Consumer<Received> other) {
        listener = other;
    }

    /** Every request since the start, oldest first; the last 10,000. */
    public List<Received> received() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    /** The latest request for a target, if one came. */
    public Optional<Received> latest(String target) {
        return received().reversed().stream()
                .filter(request -> request.target().equals(target))
                .findFirst();
    }

    @Override
    public void close() {
        server.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = read(exchange);
            remember(request);
            listener.accept(request);
            var path = exchange.getRequestURI().getPath();
            if (path.startsWith("/bytes/")) {
                fill(exchange, Long.parseLong(path.substring("/bytes/".length())));
            } else {
                echo(exchange, request);
            }
        }
    }

    private static Received read(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        var host = Optional.ofNullable(headers.getFirst("Host")).orElse("").replaceFirst(":\\d+$", "");
        var kept = new ByteArrayOutputStream();
        var length = drain(exchange.getRequestBody(), kept);
        return new Received(
                host,
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                headers,
                kept.toString(StandardCharsets.UTF_8),
                length);
    }

    private static long drain(InputStream body, ByteArrayOutputStream kept) throws IOException {
        var buffer = new byte[64 * 1024];
        long length = 0;
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            kept.write(buffer, 0, Math.min(count, Received.KEPT - kept.size()));
            length += count;
        }
        return length;
    }

    private void remember(Received request) {
        synchronized (received) {
            if (received.size() == REMEMBERED) {
                received.removeFirst();
            }
            received.addLast(request);
        }
    }

    private static void echo(HttpExchange exchange, Received request) throws IOException {
        var body = JSON.writeValueAsBytes(Map.of(
                "host", request.host(),
                "method", request.method(),
                "target", request.target(),
                "headers", request.headers(),
                "body", request.body(),
                "bodyBytes", request.bodyBytes()));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        var authorization = request.header("authorization");
        if (!authorization.isEmpty()) {
            exchange.getResponseHeaders().set("X-Echo-Authorization", authorization);
        }
        var withBody = !request.method().equals("HEAD");
        exchange.sendResponseHeaders(200, withBody ? body.length : -1);
        if (withBody) {
            exchange.getResponseBody().write(body);
        }
    }

    private static void fill(HttpExchange exchange, long length) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        exchange.sendResponseHeaders(200, length == 0 ? -1 : length);
        var out = exchange.getResponseBody();
        for (long left = length; left > 0; left -= FILLING.length) {
            out.write(FILLING, 0, (int) Math.min(left, FILLING.length));
        }
    }
}
