package dev.sealbox.benchmarks;

import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.demo.story.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What people who work in sandboxes wait for, at the HTTP API: one at a time and many at once, and what idle ones cost. */
final class SandboxSpeed {
    private static final int TIMES = 100;
    private static final int AT_ONCE = 20;
    private static final int CLIENTS = 32;
    private static final int WRITERS = 8;
    private static final int SMALL_FILES = 1000;

    /** One after the other, on one node. */
    static final List<Benchmark> PARTS = List.of(
            world -> List.of(alone(world)),
            world -> List.of(together(world)),
            SandboxSpeed::work,
            IdleSandboxes::measure,
            PlainRunc::measure);

    private SandboxSpeed() {}

    private static List<Samples> work(World world) {
        try (var sandbox = Sandbox.create(world.client(), SandboxOptions.defaults())) {
            var samples = new ArrayList<Samples>();
            samples.add(Samples.of("exec round trip, alone", 200, 500, () -> runTrue(sandbox))
                    .atMost(8, 25));
            samples.add(commands(sandbox));
            samples.add(Terminal.echo(world, sandbox).p99AtMost(10));
            samples.addAll(LargeFile.measure(world, sandbox));
            samples.add(smallFiles(sandbox));
            sandbox.kill();
            return samples;
        }
    }

    /** From the create request until the first command has been answered; each sandbox is killed before the next. */
    private static Samples alone(World world) {
        var nanos = new ArrayList<Long>();
        for (int i = -TIMES / 5; i < TIMES; i++) {
            long start = System.nanoTime();
            try (var sandbox = Sandbox.create(world.client(), SandboxOptions.defaults())) {
                runTrue(sandbox);
                if (i >= 0) {
                    nanos.add(System.nanoTime() - start);
                }
                sandbox.kill();
            }
        }
        return new Samples("create to first command, alone", nanos).atMost(150, 400);
    }

    private static Samples together(World world) {
        Queue<Sandbox> made = new ConcurrentLinkedQueue<>();
        var nanos = new ArrayList<Long>();
        long elapsed = 0;
        for (int round = 0; round < 5; round++) {
            long start = System.nanoTime();
            nanos.addAll(Parallel.run(AT_ONCE, AT_ONCE, () -> {
                var sandbox = Sandbox.create(world.client(), SandboxOptions.defaults());
                made.add(sandbox);
                runTrue(sandbox);
            }));
            elapsed += System.nanoTime() - start;
            Parallel.run(2, made.size(), () -> made.remove().kill());
        }
        return new Samples("  " + AT_ONCE + " at once", nanos, Duration.ofNanos(elapsed)).p99AtMost(2000);
    }

    private static Samples commands(Sandbox sandbox) {
        Parallel.run(CLIENTS, 40 * CLIENTS, () -> runTrue(sandbox));
        long start = System.nanoTime();
        var nanos = Parallel.run(CLIENTS, 100 * CLIENTS, () -> runTrue(sandbox));
        return new Samples("  " + CLIENTS + " clients at once", nanos, Duration.ofNanos(System.nanoTime() - start))
                .perSecondAtLeast(500);
    }

    private static Samples smallFiles(Sandbox sandbox) {
        var content = new byte[1024];
        var next = new AtomicInteger();
        Runnable write = () -> sandbox.files().write("small/" + next.getAndIncrement(), content);
        Parallel.run(WRITERS, SMALL_FILES, write);
        long start = System.nanoTime();
        var nanos = Parallel.run(WRITERS, 2 * SMALL_FILES, write);
        return new Samples(
                        "write of a file of 1 KiB, " + WRITERS + " clients",
                        nanos,
                        Duration.ofNanos(System.nanoTime() - start))
                .perSecondAtLeast(SMALL_FILES);
    }

    static void runTrue(Sandbox sandbox) {
        var result = sandbox.commands().run("true");
        if (result.exitCode() != 0) {
            throw new IllegalStateException("true has exit code " + result.exitCode());
        }
    }
}
