package dev.sealbox.demo.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node as a process of its own, started by {@code ./sealbox serve}, which can be killed and started again on the same
 * data folder and the same ports. Not thread-safe.
 */
public final class Node implements AutoCloseable {
    /** A first start unpacks PostgreSQL and builds the root filesystem. */
    private static final Duration FIRST_START = Duration.ofMinutes(8);

    /** A clean stop; after it the process is killed. */
    private static final Duration STOP = Duration.ofSeconds(40);

    private final Map<String, String> settings;
    private final Path log;
    private Process process;
    private URI api;

    /**
     * Starts a node and waits until it takes requests.
     *
     * @param settings environment variables; ports that they do not name are chosen free
     * @param log gets all that the node prints, over all its starts
     */
    public Node(Map<String, String> settings, Path log) {
        this.settings = new HashMap<>(settings);
        this.log = log;
        this.settings.putIfAbsent("SEALBOX_HTTP_PORT", freePort());
        this.settings.putIfAbsent("SEALBOX_CLUSTER_PORT", freePort());
        process = launch();
        api = awaitReady();
    }

    /** The API's address, as the node printed it. */
    public URI api() {
        return api;
    }

    /** The process id of the server. */
    public long pid() {
        return process.pid();
    }

    /** SIGKILL: nothing of the node can react. */
    public void kill() {
        process.destroyForcibly();
        await("die");
    }

    /** Starts it again after {@link #kill} or {@link #stop}, with the same settings. */
    public void start() {
        process = launch();
        api = awaitReady();
    }

    /**
     * SIGTERM, and waits.
     *
     * @return whether it went by itself, with exit status 0 or 143
     */
    public boolean stop() {
        process.destroy();
        try {
            if (process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                return process.exitValue() == 0 || process.exitValue() == 143;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
        return false;
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            stop();
        }
    }

    private Process launch() {
        var builder = new ProcessBuilder(Project.home().resolve("sealbox").toString(), "serve");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("SEALBOX_NO_BUILD", "1");
        builder.environment().putAll(settings);
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            return builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private URI awaitReady() {
        var ready = new CompletableFuture<URI>();
        Thread.ofVirtual().start(() -> follow(process, ready));
        try {
            return ready.get(FIRST_START.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new IllegalStateException("the node did not get ready; its last words:\n" + lastWords(), e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
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
        ready.completeExceptionally(new IllegalStateException("the node ended before it was ready"));
    }

    private String lastWords() {
        try {
            var lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return "(no log at " + log + ")";
        }
    }

    private void await(String what) {
        try {
            if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the node did not " + what);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the node to " + what, e);
        }
    }

    private static String freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
