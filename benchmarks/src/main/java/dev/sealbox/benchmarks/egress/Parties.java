package dev.sealbox.benchmarks.egress;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.demo.node.Project;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The processes that take part: upstream, load, and {@code ./sealbox proxy}. Closing it ends them. */
final class Parties implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** More than any scenario has; the limit itself is no matter of speed. */
    private static final String REPLACEMENTS = "1000000";

    private final Path folder;
    private final Process upstream;
    private final int upstreamPort;
    private final Process load;
    private final BufferedReader results;
    private @Nullable Process proxy;
    private int proxyPort;

    private Parties(Path folder) throws IOException {
        this.folder = folder;
        this.upstream = java(UpstreamProcess.class, folder.resolve("upstream.pem"));
        this.upstreamPort = Integer.parseInt(line(reader(upstream)));
        this.load = java(LoadProcess.class, secrets());
        this.results = reader(load);
        line(results);
    }

    /** Starts upstream and load, with a folder of their own. */
    static Parties start() throws IOException {
        return new Parties(Files.createTempDirectory("sealbox-bench"));
    }

    private Path secrets() {
        return folder.resolve("secrets");
    }

    private static Process java(Class<?> main, Path argument) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED"));
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of(
                "-Dlogback.configurationFile=dev/sealbox/benchmarks/logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                argument.toString()));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Has the load do it, on a fresh proxy if it asks for one. */
    Result measure(Work work) throws IOException, InterruptedException {
        if (proxy == null || work.fresh()) {
            startProxy();
        }
        var order = new LoadProcess.Order(
                work,
                proxyPort,
                proxy == null ? 0 : proxy.pid(),
                authority().toString(),
                secrets().toString());
        tell(JSON.writeValueAsString(order));
        return JSON.readValue(line(results), Result.class);
    }

    private Path authority() {
        return folder.resolve("proxy.pem");
    }

    private void startProxy() throws IOException, InterruptedException {
        stop(proxy);
        var builder = new ProcessBuilder(
                Project.home().resolve("sealbox").toString(),
                "proxy",
                "--listen",
                "127.0.0.1:0",
                "--secrets",
                secrets().toString(),
                "--ca-out",
                authority().toString());
        builder.environment()
                .putAll(Map.of(
                        "SEALBOX_NO_BUILD",
                        "1",
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "SEALBOX_REPLACEMENTS",
                        REPLACEMENTS,
                        "SEALBOX_UPSTREAM_CA_FILE",
                        folder.resolve("upstream.pem").toString(),
                        "SEALBOX_UPSTREAM_OVERRIDES",
                        "*." + UpstreamProcess.ZONE + "=127.0.0.1:" + upstreamPort));
        var log = folder.resolve("proxy.log").toFile();
        var started =
                builder.redirectError(ProcessBuilder.Redirect.appendTo(log)).start();
        proxy = started;
        var lines = reader(started);
        var ready = line(lines);
        if (!ready.startsWith("ready http://")) {
            throw new IOException("the proxy did not start: " + Files.readString(log.toPath()));
        }
        proxyPort = Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1));
        tell(LoadProcess.RELOADED);
        var listening = new Thread(() -> forward(lines), "proxy-output");
        listening.setDaemon(true);
        listening.start();
    }

    /** What the proxy says from now on is that it has read its secrets again. */
    private void forward(BufferedReader lines) {
        try {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(LoadProcess.RELOADED)) {
                    tell(LoadProcess.RELOADED);
                }
            }
        } catch (IOException e) {
            // The proxy has ended, or the load, and whoever waits for an answer will say so.
        }
    }

    private synchronized void tell(String line) throws IOException {
        var out = load.getOutputStream();
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static String line(BufferedReader reader) throws IOException {
        var line = reader.readLine();
        if (line == null) {
            throw new IOException("a process of the benchmark has ended early");
        }
        return line;
    }

    private static void stop(@Nullable Process process) throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    @Override
    public synchronized void close() {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            stop(proxy);
            stop(load);
            stop(upstream);
            try (var files = Files.list(folder)) {
                for (var file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
