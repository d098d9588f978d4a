package dev.sealbox.demo.upstream;

import com.sun.net.httpserver.HttpExchange;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A git server over HTTPS with one repository, {@code /repo.git}, that lets in only who knows a real secret: git's own
 * {@code http-backend} behind Basic authentication. Thread-safe.
 */
public final class GitServer implements AutoCloseable {
    private final Set<String> admitted = ConcurrentHashMap.newKeySet();
    private final List<String> passwords = new CopyOnWriteArrayList<>();
    private final Path root;
    private final LoopbackServer server;

    /** Serves {@code host} out of {@code folder}, which it fills with a repository of one commit. */
    public GitServer(TestAuthority authority, String host, Path folder) {
        root = folder;
        Git.in(folder).run("init", "--quiet", "--bare", "--initial-branch=main", "repo.git");
        Git.in(folder).run("clone", "--quiet", "repo.git", "work");
        work().run("checkout", "--quiet", "-B", "main");
        commit("README.md", "kept on a git server that wants a password\n");
        server = LoopbackServer.tls(authority.server(List.of(host)), this::answer);
    }

    public int port() {
        return server.port();
    }

    /** From now on {@code password} opens the repository. */
    public void admit(String password) {
        admitted.add(password);
    }

    /** The passwords that were tried, oldest first. */
    public List<String> passwords() {
        return List.copyOf(passwords);
    }

    /** Adds a commit that (re)writes a file, as somebody else would. */
    public void commit(String file, String content) {
        try {
            Files.writeString(root.resolve("work").resolve(file), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        work().run("add", "--all");
        work().run("commit", "--quiet", "--message", "Write " + file);
        work().run("push", "--quiet", "origin", "main");
    }

    private Git work() {
        return Git.in(root.resolve("work"));
    }

    @Override
    public void close() {
        server.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var password = password(exchange);
            password.ifPresent(passwords::add);
            if (password.isPresent() && admitted.contains(password.get())) {
                backend(exchange);
            } else {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
                exchange.sendResponseHeaders(401, -1);
            }
        }
    }

    private static Optional<String> password(HttpExchange exchange) {
        var header = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("");
        if (!header.startsWith("Basic ")) {
            return Optional.empty();
        }
        var decoded =
                new String(Base64.getDecoder().decode(header.substring("Basic ".length())), StandardCharsets.UTF_8);
        return Optional.of(decoded.substring(decoded.indexOf(':') + 1));
    }

    /** Runs git's CGI program for one request; neither its arguments nor its environment hold the password. */
    private void backend(HttpExchange exchange) throws IOException {
        var builder = new ProcessBuilder("git", "http-backend");
        var uri = exchange.getRequestURI();
        var environment = builder.environment();
        Git.isolate(environment);
        environment.put("GIT_PROJECT_ROOT", root.toString());
        environment.put("GIT_HTTP_EXPORT_ALL", "1");
        environment.put("PATH_INFO", uri.getPath());
        environment.put("QUERY_STRING", Optional.ofNullable(uri.getQuery()).orElse(""));
        environment.put("REQUEST_METHOD", exchange.getRequestMethod());
        environment.put("REMOTE_USER", "x");
        pass(exchange, environment, "Content-Type", "CONTENT_TYPE");
        pass(exchange, environment, "Content-Encoding", "HTTP_CONTENT_ENCODING");
        pass(exchange, environment, "Git-Protocol", "GIT_PROTOCOL");
        var request = exchange.getRequestBody().readAllBytes();
        environment.put("CONTENT_LENGTH", Integer.toString(request.length));
        var process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var in = process.getOutputStream()) {
            in.write(request);
        }
        try (var out = new BufferedInputStream(process.getInputStream())) {
            respond(exchange, out);
        }
    }

    private static void pass(HttpExchange exchange, Map<String, String> to, String header, String variable) {
        var value = exchange.getRequestHeaders().getFirst(header);
        if (value != null) {
            to.put(variable, value);
        }
    }

    /** A CGI answer: header lines, an empty line, the body. */
    private static void respond(HttpExchange exchange, InputStream out) throws IOException {
        int status = 200;
        for (var line = line(out); !line.isEmpty(); line = line(out)) {
            int colon = line.indexOf(':');
            var name = line.substring(0, colon);
            var value = line.substring(colon + 1).strip();
            if (name.equalsIgnoreCase("Status")) {
                status = Integer.parseInt(value.substring(0, 3));
            } else {
                exchange.getResponseHeaders().add(name, value);
            }
        }
        exchange.sendResponseHeaders(status, 0);
        out.transferTo(exchange.getResponseBody());
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
