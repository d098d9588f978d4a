package dev.sealbox.demo.story;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the upstreams received, for a test in another language: a small HTTP service on loopback. */
final class Witness implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final World world;
    private final HttpServer server;

    Witness(World world) {
        this.world = world;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var answer = JSON.writeValueAsBytes(
                    switch (exchange.getRequestURI().getPath()) {
                        case "/received" -> world.upstream().received();
                        case "/passwords" -> world.git().passwords();
                        case "/admit" -> done(() -> world.git().admit(body));
                        case "/commit" -> done(() -> world.git().commit("NEWS.md", body + "\n"));
                        default -> List.of();
                    });
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private static List<String> done(Runnable what) {
        what.run();
        return List.of();
    }
}
