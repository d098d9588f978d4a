package dev.sealbox.benchmarks;

import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.demo.story.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What people who work in sandboxes wait for, at the HTTP API: one at a time and many at once, and what idle ones cost. */
final class SandboxSpeed {
    private static final int AT_ONCE = 20;
    private static final int CLIENTS = 32;
    private static final int SMALL_FILES = 1000;
    private static final int IDLE = 100;
    private static final double MIB = 1 << 20;

    private SandboxSpeed() {}

    static List<Samples> measure(World world) {
        var samples = new ArrayList<>(List.of(alone(world), together(world)));
        try (var sandbox = Sandbox.create(world.client(), SandboxOptions.defaults())) {
            samples.add(Samples.of("exec round trip, alone", 100, 500, () -> runTrue(sandbox)));
            samples.add(commands(sandbox));
            samples.add(Terminal.echo(world, sandbox));
            samples.addAll(LargeFile.measure(world, sandbox));
            samples.add(smallFiles(sandbox));
            samples.addAll(idle(world, sandbox));
        }
        return samples;
    }

    /** From the create request until the first command has been answered. */
    private static Samples alone(World world) {
        var nanos = new ArrayList<Long>();
        for (int i = 0; i < 110; i++) {
            long start = System.nanoTime();
            try (var sandbox = Sandbox.create(world.client(), SandboxOptions.defaults())) {
                runTrue(sandbox);
                if (i >= 10) {
                    nanos.add(System.nanoTime() - start);
                }
                sandbox.kill();
            }
        }
        return new Samples("create to first command, alone", nanos);
    }

    private static Samples together(World world) {
        Queue<Sandbox> made = new ConcurrentLinkedQueue<>();
        var nanos = new ArrayList<Long>();
        long elapsed = 0;
        for (int round = 0; round < 5; round++) {
            long start = System.nanoTime();
            nanos.addAll(parallel(AT_ONCE, AT_ONCE, () -> {
                var sandbox = Sandbox.create(world.client(), SandboxOptions.defaults());
                made.add(sandbox);
                runTrue(sandbox);
            }));
            elapsed += System.nanoTime() - start;
            made.forEach(Sandbox::kill);
            made.clear();
        }
        return new Samples("the same, " + AT_ONCE + " at once", nanos, Duration.ofNanos(elapsed));
    }

    private static Samples commands(Sandbox sandbox) {
        parallel(CLIENTS, 20 * CLIENTS, () -> runTrue(sandbox));
        long start = System.nanoTime();
        var nanos = parallel(CLIENTS, 100 * CLIENTS, () -> runTrue(sandbox));
        return new Samples("exec of true, " + CLIENTS + " clients", nanos, Duration.ofNanos(System.nanoTime() - start));
    }

    private static Samples smallFiles(Sandbox sandbox) {
        var content = new byte[1024];
        var next = new AtomicInteger();
        parallel(8, 200, () -> sandbox.files().write("small/" + next.getAndIncrement(), content));
        long start = System.nanoTime();
        var nanos = parallel(8, SMALL_FILES, () -> sandbox.files().write("small/" + next.getAndIncrement(), content));
        return new Samples("files of 1 KiB, 8 clients", nanos, Duration.ofNanos(System.nanoTime() - start));
    }

    /** What so many sandboxes that do nothing add, and what they do to one that works. */
    private static List<Samples> idle(World world, Sandbox working) {
        var all = new ArrayList<Sandbox>();
        try {
            var server = resident(world.node().pid());
            for (int i = 0; i < IDLE; i++) {
                all.add(Sandbox.create(world.client(), SandboxOptions.defaults()));
            }
            double each = (resident(world.node().pid()) - server) / MIB / IDLE;
            double agents = all.stream()
                            .mapToLong(sandbox -> groups(sandbox)
                                    .mapToLong(SandboxSpeed::resident)
                                    .sum())
                            .sum()
                    / MIB
                    / IDLE;
            var name = String.format(
                    Locale.ROOT,
                    "exec beside %d idle (each %.2f MiB of the server, %.2f of its agent)",
                    IDLE,
                    each,
                    agents);
            return List.of(Samples.of(name, 50, 300, () -> runTrue(working)));
        } finally {
            all.forEach(Sandbox::kill);
        }
    }

    /** The processes of a sandbox. */
    private static Stream<Long> groups(Sandbox sandbox) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> read(pid, "cgroup").contains("/" + sandbox.id()));
    }

    private static long resident(long pid) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException gone) {
            return "";
        }
    }

    private static void runTrue(Sandbox sandbox) {
        var result = sandbox.commands().run("true");
        if (result.exitCode() != 0) {
            throw new IllegalStateException("true has exit code " + result.exitCode());
        }
    }

    /** Does {@code work} so often, by so many threads; how long each took. */
    private static List<Long> parallel(int threads, int times, Runnable work) {
        var left = new AtomicInteger(times);
        Queue<Long> nanos = new ConcurrentLinkedQueue<>();
        Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
        var running = IntStream.range(0, threads)
                .mapToObj(thread -> Thread.ofPlatform().start(() -> {
                    while (left.getAndDecrement() > 0 && failures.isEmpty()) {
                        long start = System.nanoTime();
                        try {
                            work.run();
                        } catch (RuntimeException e) {
                            failures.add(e);
                        }
                        nanos.add(System.nanoTime() - start);
                    }
                }))
                .toList();
        running.forEach(Soak::join);
        if (!failures.isEmpty()) {
            throw failures.remove();
        }
        return List.copyOf(nanos);
    }
}
