package dev.sealbox.benchmarks;

import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.demo.story.World;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * {@code ./sealbox bench soak [--cycles N] [--clients N]}: sandboxes are created, used and deleted over and over. Fails
 * when a cycle does, or when the machine or the server has more of anything afterwards.
 */
final class Soak {
    /** What fills pools and caches, loads code and lets the heap find its size. */
    private static final int UNMEASURED = 100;

    /** Entities of sandboxes that are gone leave the memory after that, sooner than on other nodes. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    private static final Duration SETTLING = Duration.ofMinutes(2);

    private static final int TOLD = 10;

    private final World world;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();

    private Soak(World world) {
        this.world = world;
    }

    /** The exit status. */
    static int run(List<String> arguments) {
        int cycles = number(arguments, "--cycles", 2000);
        int clients = number(arguments, "--clients", 4);
        if (cycles < 1 || clients < 1) {
            System.err.println("usage: bench soak [--cycles N] [--clients N]");
            return 2;
        }
        try (var world = World.open(Map.of("SEALBOX_RATE_LIMIT", "0", "SEALBOX_JAVA_OPTS", options()))) {
            Runtime.getRuntime().addShutdownHook(new Thread(world::close));
            System.out.println("Machine: " + Machine.description());
            return new Soak(world).run(cycles, clients);
        }
    }

    private static String options() {
        return Census.COUNTABLE + " -Dsealbox.persistence.idle-timeout=" + IDLE.toSeconds() + "s";
    }

    private static int number(List<String> arguments, String name, int otherwise) {
        int at = arguments.indexOf(name);
        if (at < 0) {
            return arguments.isEmpty() || arguments.getFirst().startsWith("--") ? otherwise : 0;
        }
        try {
            return Integer.parseInt(arguments.get(at + 1));
        } catch (RuntimeException e) {
            return 0;
        }
    }

    private int run(int cycles, int clients) {
        repeat(Math.min(UNMEASURED, cycles), clients);
        nanos.clear();
        settle(Map.of());
        // The trash is emptied a moment later.
        LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
        var before = Census.of(world);
        long start = System.nanoTime();
        repeat(cycles, clients);
        var took = Duration.ofNanos(System.nanoTime() - start);
        settle(before);
        var after = Census.of(world);
        System.out.println(Samples.header());
        var samples = new Samples("create, exec, delete; " + clients + " at once", List.copyOf(nanos), took);
        System.out.println(samples.row());
        System.out.printf(Locale.ROOT, "%n%-48s %10s %10s%n", "", "before", "after");
        after.forEach(
                (what, count) -> System.out.printf(Locale.ROOT, "%-48s %10d %10d%n", what, before.get(what), count));
        var leaks = Census.leaks(before, after);
        leaks.forEach(leak -> System.err.println("leak: " + leak));
        failures.stream().limit(TOLD).forEach(failure -> System.err.println("failed cycle: " + failure));
        System.out.printf(Locale.ROOT, "%n%d cycles, %d failed, %d leaks%n", cycles, failures.size(), leaks.size());
        Bench.write(
                "soak",
                List.of(Map.of(
                        "cycles", cycles,
                        "clients", clients,
                        "failed", failures.size(),
                        "seconds", took.toSeconds(),
                        "before", before,
                        "after", after)));
        var left = world.stop();
        left.forEach(trace -> System.err.println("left behind: " + trace));
        return failures.isEmpty() && leaks.isEmpty() && left.isEmpty() ? 0 : 1;
    }

    private void repeat(int cycles, int clients) {
        var next = new AtomicInteger();
        var threads = IntStream.range(0, clients)
                .mapToObj(client -> Thread.ofPlatform().start(() -> {
                    while (next.getAndIncrement() < cycles) {
                        cycle();
                    }
                }))
                .toList();
        threads.forEach(Soak::join);
    }

    private void cycle() {
        long start = System.nanoTime();
        try (var sandbox = Sandbox.create(world.client(), SandboxOptions.defaults())) {
            sandbox.files().write("file", new byte[4096]);
            var said = sandbox.commands().run("wc -c <file").stdout().strip();
            if (!said.equals("4096")) {
                failures.add("4096 was expected, and it said " + said);
            }
            sandbox.kill();
            nanos.add(System.nanoTime() - start);
        } catch (RuntimeException e) {
            failures.add(String.valueOf(e.getMessage()));
        }
    }

    /** Waits for what is done behind the answers: disks go from the trash, processes are reaped. */
    private void settle(Map<String, Long> before) {
        long deadline = System.nanoTime() + SETTLING.toNanos();
        while (System.nanoTime() < deadline && !settled(before, Census.of(world))) {
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        }
    }

    private static boolean settled(Map<String, Long> before, Map<String, Long> now) {
        return before.isEmpty() ? now.getOrDefault(Census.PROCESSES, 0L) == 0 : Census.isAsBefore(before, now);
    }

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
