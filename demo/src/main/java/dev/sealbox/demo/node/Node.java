package dev.sealbox.demo.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A node as a process of its own, started by {@code ./sealbox serve}, which can be killed and started again on the same
 * data folder and the same ports. Used by one thread, but closed by any.
 */
public final class Node implements AutoCloseable {
    /** A first start unpacks PostgreSQL and builds the root filesystem. */
    private static final Duration FIRST_START = Duration.ofMinutes(8);

    /** A clean stop; after it the process is killed. */
    private static final Duration STOP = Duration.ofSeconds(40);

    private final Map<String, String> settings;
    private final List<String> inside;
    private final Path log;
    private final URI api;
    private volatile @Nullable Process process;
    private volatile Build build = Build.here();
    private boolean closed;

    /**
     * A node that is not started yet, with free ports of its own.
     *
     * @param settings environment variables
     * @param log gets all that the node prints, over all its starts
     */
    public Node(Map<String, String> settings, Path log) {
        this(settings, log, "127.0.0.1", freePort(), List.of());
        this.settings.put("SEALBOX_CLUSTER_PORT", freePort());
    }

    private Node(Map<String, String> settings, Path log, String address, String port, List<String> inside) {
        this.log = log;
        this.api = URI.create("http://" + address + ":" + port);
        this.inside = inside;
        this.settings = new HashMap<>(settings);
        this.settings.put("SEALBOX_HTTP_HOST", address);
        this.settings.put("SEALBOX_HTTP_PORT", port);
    }

    /** A node in the network namespace {@code namespace}, where {@code address} is its own. */
    public static Node in(String namespace, String address, Map<String, String> settings, Path log) {
        return new Node(settings, log, address, "8080", List.of("nsenter", "--net=/run/netns/" + namespace));
    }

    /** From its next start on it is of that build. */
    public void of(Build other) {
        build = other;
    }

    /** From its next start on it has none of these settings. */
    public void without(Set<String> names) {
        settings.keySet().removeAll(names);
    }

    /** Of which it is, when it is started again. */
    public Build build() {
        return build;
    }

    /** Where the API is, once started. */
    public URI api() {
        return api;
    }

    /** The process id of the server, or 0 while it is not started. */
    public long pid() {
        var running = process;
        return running == null ? 0 : running.pid();
    }

    /** Starts it, for the first time or again, and waits until it takes requests. */
    public void start() {
        var said = awaitReady(launch());
        if (!said.equals(api)) {
            throw new IllegalStateException("the node says that it listens at " + said + ", not at " + api);
        }
    }

    /** Whether its process is there. */
    public boolean isAlive() {
        var running = process;
        return running != null && running.isAlive();
    }

    /** SIGKILL: nothing of the node can react. */
    public void kill() {
        var running = process;
        if (running != null) {
            running.destroyForcibly();
            await(running);
        }
    }

    /**
     * SIGTERM, and waits.
     *
     * @return whether it went by itself, with exit status 0
     */
    public boolean stop() {
        var running = process;
        if (running == null) {
            return true;
        }
        running.destroy();
        try {
            if (running.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                return running.exitValue() == 0;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
        return false;
    }

    /** Stops it, and for good: it does not start any more. May be called by another thread while it starts. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        var running = process;
        if (running != null && running.isAlive()) {
            stop();
        }
    }

    private synchronized Process launch() {
        if (closed) {
            throw new IllegalStateException("the node was closed");
        }
        var command = new ArrayList<>(inside);
        command.addAll(List.of(build.launcher().toString(), "serve"));
        var builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("SEALBOX_NO_BUILD", "1");
        builder.environment().putAll(settings);
        build.says()
                .ifPresent(version -> builder.environment()
                        .merge("SEALBOX_JAVA_OPTS", " -Dsealbox.node.version=" + version, String::concat));
        try {
            // What libraries unpack is left behind by a node that is killed; here it goes with the rest.
            var temporary = log.toAbsolutePath().resolveSibling("tmp");
            Files.createDirectories(temporary);
            builder.environment().merge("SEALBOX_JAVA_OPTS", " -Djava.io.tmpdir=" + temporary, String::concat);
            var started = builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            process = started;
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private URI awaitReady(Process started) {
        var ready = new CompletableFuture<URI>();
        Thread.ofVirtual().start(() -> follow(started, ready));
        try {
            return ready.get(FIRST_START.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            started.destroyForcibly();
            throw new IllegalStateException(
                    "the node did not get ready (" + e.getMessage() + "); its last words:\n" + lastWords(), e);
        } catch (InterruptedException e) {
            started.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the node started", e);
        }
    }

    /** Copies the node's standard output to the log, and sees the line that says where the API is. */
    private void follow(Process started, CompletableFuture<URI> ready) {
        try (var out = new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
                OutputStream copy = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (var line = out.readLine(); line != null; line = out.readLine()) {
                copy.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                if (line.startsWith("ready ")) {
                    ready.complete(URI.create(line.substring("ready ".length()).strip()));
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(new IllegalStateException("it ended with exit status " + status(started)));
    }

    private static String status(Process ending) {
        try {
            return ending.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)
                    ? Integer.toString(ending.exitValue())
                    : "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }

    private String lastWords() {
        try {
            var lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return "(no log at " + log + ")";
        }
    }

    private static void await(Process ending) {
        try {
            if (!ending.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the node did not die");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the node to die", e);
        }
    }

    private static String freePort() {
        return Integer.toString(Ports.free());
    }
}
