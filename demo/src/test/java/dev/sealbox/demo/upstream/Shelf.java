package dev.sealbox.demo.upstream;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A server of files by their paths, such as a package registry is, perhaps for those only who know a real secret. */
public final class Shelf implements AutoCloseable {
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Optional<String> authorization;
    private final LoopbackServer server;

    private Shelf(Optional<String> authorization, Optional<TestAuthority> authority, String host) {
        this.authorization = authorization;
        this.server = authority
                .map(of -> LoopbackServer.tls(of.server(List.of(host)), this::answer))
                .orElseGet(() -> LoopbackServer.plain(this::answer));
    }

    /** Over TLS, for requests whose Authorization is exactly that; others are answered 401. */
    public static Shelf locked(TestAuthority authority, String host, String authorization) {
        return new Shelf(Optional.of(authorization), Optional.of(authority), host);
    }

    /** Without TLS, for everybody. */
    public static Shelf open() {
        return new Shelf(Optional.empty(), Optional.empty(), "");
    }

    public Shelf put(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            var presented = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"));
            var file = Optional.ofNullable(files.get(exchange.getRequestURI().getPath()));
            if (authorization.isPresent() && !authorization.equals(presented)) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"shelf\"");
                exchange.sendResponseHeaders(401, -1);
            } else if (file.isEmpty()) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                if (exchange.getRequestURI().getPath().endsWith("/")) {
                    // An index of packages is a page, which pip wants to be told.
                    exchange.getResponseHeaders().set("Content-Type", "text/html");
                }
                boolean head = exchange.getRequestMethod().equals("HEAD");
                exchange.sendResponseHeaders(200, head ? -1 : file.get().length);
                exchange.getResponseBody().write(head ? new byte[0] : file.get());
            }
        }
    }
}
