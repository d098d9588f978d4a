package dev.sealbox.benchmarks;

import dev.sealbox.domain.identity.HostId;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Three nodes on one database, each a host and a control node: this process and two more, which speak over loopback, without
 * the TLS of a real cluster. Closing it ends them.
 */
final class RotationCluster implements AutoCloseable {
    static final String READY = "ready";
    private static final int NODES = 3;
    private static final long PATIENCE_SECONDS = 30;

    private final Path folder = Files.createTempDirectory("sealbox-bench-");
    private final List<Process> others = new ArrayList<>();
    private final EmbeddedPostgres postgres;
    private final RotationNode first;

    RotationCluster() throws IOException {
        postgres = EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("postgres"))
                .start();
        var database = """
                sealbox.persistence.database { url = "%s", user = "postgres", password = "postgres" }
                """.formatted(postgres.getJdbcUrl("postgres", "postgres"));
        first = RotationNode.open(Files.createDirectory(folder.resolve("1")), database);
        var upstream = """
                sealbox.proxy.upstream { overrides = "%s=127.0.0.1:%d", ca-file = "%s" }
                """.formatted(RotationNode.HOST, first.upstream.port(), first.folder.resolve("upstreams.pem"));
        for (int number = 2; number <= NODES; number++) {
            others.add(started(number, database + upstream));
        }
        for (int number = 2; number <= NODES; number++) {
            awaitReady(others.get(number - 2));
            first.awaitHost(host(number));
        }
    }

    private static HostId host(int number) {
        return new HostId("host-" + number);
    }

    private Process started(int number, String settings) throws IOException {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                RotationMember.class.getName(),
                Files.createDirectory(folder.resolve(Integer.toString(number))).toString(),
                host(number).value(),
                first.folder.resolve("master.json").toString(),
                first.address(),
                settings));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void awaitReady(Process process) throws IOException {
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (var line = out.readLine(); !READY.equals(line); line = out.readLine()) {
            if (line == null) {
                throw new IllegalStateException("a node of the benchmark ended");
            }
        }
    }

    /** The one with the API that is asked. */
    RotationNode first() {
        return first;
    }

    @Override
    public synchronized void close() {
        try {
            for (var other : others) {
                other.getOutputStream().close();
            }
            for (var other : others) {
                if (!other.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    other.destroyForcibly();
                }
            }
            others.clear();
            first.close();
            postgres.close();
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
