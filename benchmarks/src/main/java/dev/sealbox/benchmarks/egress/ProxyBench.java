package dev.sealbox.benchmarks.egress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The egress proxy alone under load: every answer is checked, and memory and processor time are the kernel's figures. */
public final class ProxyBench {
    private static final int WANTED_IDLE = 9000;
    /** The proxy has two descriptors for an idle connection, and some hundred for itself. */
    private static final int DESCRIPTORS = 2;

    private static final int OWN_DESCRIPTORS = 400;

    private ProxyBench() {}

    /**
     * Measures everything.
     *
     * @param quick a few seconds long, to see that all of it works
     * @param rows is told the table, line by line, as it comes to be
     */
    public static List<Result> measure(boolean quick, Consumer<String> rows) {
        var results = new ArrayList<Result>();
        try (var parties = Parties.start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(parties::close));
            rows.accept(Result.header());
            for (var work : quick ? Plan.quick() : Plan.whole(idle(rows))) {
                var result = parties.measure(work);
                rows.accept(result.row());
                results.add(result);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the proxy was measured", e);
        }
        return results;
    }

    private static int idle(Consumer<String> rows) throws IOException {
        try (var limits = Files.lines(Path.of("/proc/self/limits"))) {
            var hard = limits.filter(line -> line.startsWith("Max open files"))
                    .map(line -> line.split(" +", -1)[4])
                    .findFirst()
                    .orElse("unlimited");
            long most = hard.equals("unlimited")
                    ? WANTED_IDLE
                    : Math.min(WANTED_IDLE, (Long.parseLong(hard) - OWN_DESCRIPTORS) / DESCRIPTORS);
            if (most < WANTED_IDLE) {
                rows.accept("only " + most + " idle connections: a process may open " + hard + " files here");
            }
            return (int) most;
        }
    }
}
