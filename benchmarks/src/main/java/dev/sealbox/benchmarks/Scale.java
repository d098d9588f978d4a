package dev.sealbox.benchmarks;

import static dev.sealbox.benchmarks.RotationNode.now;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sealing.Plaintext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code ./sealbox bench scale [--stores N] [--sandboxes N]}: what a control node costs when there is much that is not used:
 * stores with ten secrets each, and sandboxes that sleep. The sandboxes have no containers; everything else is real.
 */
final class Scale {
    private static final int SECRETS = 10;
    private static final int CLIENTS = 8;
    private static final int TIMES = 100;

    /** Shorter than ever in use, so that the benchmark need not wait for it. */
    private static final Duration IDLE = Duration.ofSeconds(15);

    private static final Origin ORIGIN = Origin.system(RotationNode.ORGANIZATION);

    private RotationNode node;
    private final AtomicInteger numbers = new AtomicInteger();

    private Scale(RotationNode node) {
        this.node = node;
    }

    /** The exit status. */
    static int run(List<String> arguments) {
        var stores = number(arguments, "--stores", 1000);
        var sandboxes = number(arguments, "--sandboxes", 1000);
        if (stores < 1 || sandboxes < 1 || arguments.size() % 2 != 0) {
            System.err.println("usage: bench scale [--stores N] [--sandboxes N]");
            return 2;
        }
        System.out.println("Machine: " + Machine.description());
        var scale = new Scale(RotationNode.open("""
                sealbox.persistence { idle-timeout = %d s, max-stores = 1000000, max-sandboxes = 1000000 }
                """.formatted(IDLE.toSeconds())));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> scale.node.close()));
        try {
            scale.measure(stores, sandboxes);
            return 0;
        } finally {
            scale.node.close();
        }
    }

    private static int number(List<String> arguments, String name, int otherwise) {
        var at = arguments.indexOf(name);
        try {
            return at < 0 ? otherwise : Integer.parseInt(arguments.get(at + 1));
        } catch (RuntimeException e) {
            return 0;
        }
    }

    private void measure(int stores, int sandboxes) {
        fill("10 stores", 10, this::store);
        settle();
        var heap = heap();
        System.out.println(Samples.header());
        probes("with 10 stores").forEach(samples -> System.out.println(samples.row()));
        grown("stores with " + SECRETS + " secrets", stores, this::store);
        grown("sandboxes that sleep", sandboxes, this::sleeper);
        settle();
        System.out.printf(Locale.ROOT, "heap in use: %d MiB before, %d MiB after%n", heap, heap());
        System.out.println(Samples.header());
        probes("with all of them").forEach(samples -> System.out.println(samples.row()));
        LedgerSpeed.measure(node.database, node.folder.resolve("uses"));
        var start = System.nanoTime();
        node = node.again();
        now(node.persistence.recover());
        System.out.printf(Locale.ROOT, "stopped and started again: %.1f s%n", (System.nanoTime() - start) / 1e9);
    }

    private List<Samples> probes(String when) {
        return List.of(
                Samples.of("create a store, " + when, 50, TIMES, () -> create()),
                Samples.of(
                        "list 100 stores, " + when,
                        20,
                        TIMES,
                        () -> now(node.persistence.stores().page(ORIGIN, Optional.empty(), 100))),
                Samples.of("create a sandbox, " + when, 20, TIMES, () -> sandbox()));
    }

    private StoreId create() {
        return done(node.persistence
                        .stores()
                        .create(
                                ORIGIN,
                                new StoreName("scale-" + numbers.incrementAndGet()),
                                HostPattern.parseAll(List.of(RotationNode.HOST))))
                .id();
    }

    private void store() {
        var store = create();
        for (var secret = 0; secret < SECRETS; secret++) {
            done(node.persistence
                    .stores()
                    .set(
                            ORIGIN,
                            store,
                            new SecretName("SECRET_" + secret),
                            Plaintext.of("value " + secret),
                            List.of(),
                            Optional.empty()));
        }
    }

    private dev.sealbox.domain.identity.SandboxId sandbox() {
        var wanted = new NewSandbox("base", Optional.empty(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
        return done(node.persistence.sandboxes().create(ORIGIN, wanted)).id();
    }

    private void sleeper() {
        done(node.persistence.sandboxes().hibernate(ORIGIN, sandbox()));
    }

    private static void fill(String what, int times, Runnable work) {
        var start = System.nanoTime();
        Parallel.run(CLIENTS, times, work);
        System.out.printf(Locale.ROOT, "%s: %.1f s%n", what, (System.nanoTime() - start) / 1e9);
    }

    private void grown(String what, int times, Runnable work) {
        var before = bytes();
        fill(times + " " + what, times, work);
        System.out.printf(Locale.ROOT, "  in the database, for each: %.1f KiB%n", (bytes() - before) / 1024.0 / times);
    }

    private long bytes() {
        return node.database.now("weigh the database", connection -> {
            try (var query = connection.prepareStatement("SELECT pg_database_size(current_database())");
                    var rows = query.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    /** Until what nobody asks for has left the memory. */
    private static void settle() {
        var until = System.nanoTime() + IDLE.multipliedBy(2).plusSeconds(5).toNanos();
        for (var left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static long heap() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
    }

    private static <T> T done(CompletionStage<Outcome<T>> stage) {
        return switch (now(stage)) {
            case Outcome.Done<T>(var value) -> value;
            case Outcome.Refused<T>(var reason) -> throw new IllegalStateException(reason.message());
        };
    }
}
