package dev.sealbox.benchmarks;

import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.RunOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.story.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Checkpoints and forks by the size of what was written since the base, with each storage driver: how long a sandbox
 * stands still, as a process in it sees it; from a fork's request until its first command has run; with many secrets; and
 * many forks at once. Each driver has a node of its own.
 */
final class ForkSpeed {
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final int SECRETS = 50;
    private static final long MIB = 1L << 20;

    /** A process that does nothing but look at the clock; prints the longest time that it could not, in nanoseconds. */
    private static final String PROBE = """
            cat > probe.py <<'END'
            import os, time
            last, longest = time.monotonic_ns(), 0
            while True:
                now = time.monotonic_ns()
                longest, last = max(longest, now - last), now
                if os.path.exists('ask'):
                    os.unlink('ask')
                    open('.longest', 'w').write(str(longest))
                    os.rename('.longest', 'longest')
                    longest, last = 0, time.monotonic_ns()
                time.sleep(0.0005)
            END
            nohup python3 probe.py > /dev/null 2>&1 &
            """;

    private static final String LONGEST =
            "rm -f longest; touch ask; until test -f longest; do sleep 0.002; done; cat longest";

    /**
     * How much is measured.
     *
     * @param sizes in MiB
     * @param times how often each
     * @param atOnce how many forks at once
     */
    private record Extent(List<Integer> sizes, int times, int atOnce) {
        static final Extent WHOLE = new Extent(List.of(1, 1024, 5120), 20, 50);
        static final Extent QUICK = new Extent(List.of(1, 64), 5, 8);
    }

    private ForkSpeed() {}

    static List<Samples> measure(boolean quick) {
        var extent = quick ? Extent.QUICK : Extent.WHOLE;
        var all = new ArrayList<Samples>();
        for (var storage : List.of("btrfs-loop", "overlay")) {
            try (var world = World.open(Map.of("SEALBOX_STORAGE", storage, "SEALBOX_STORAGE_IMAGE_SIZE", "24 GiB"))) {
                Runtime.getRuntime().addShutdownHook(new Thread(world::close));
                all.addAll(with(world.client(), storage, extent));
                world.stop();
            }
        }
        return all;
    }

    private static List<Samples> with(SealboxClient client, String storage, Extent extent) {
        var all = new ArrayList<Samples>();
        for (var size : extent.sizes()) {
            var label = storage + ", " + size + " MiB: ";
            var parent = written(client, size, SandboxOptions.defaults());
            all.addAll(checkpoints(parent, label, extent.times()));
            var checkpoint = ready(parent, "forked");
            parent.kill();
            all.add(new Samples(label + "fork to first command", forks(client, checkpoint, extent.times(), "")));
        }
        all.add(withSecrets(client, storage, extent));
        all.add(atOnce(client, storage, extent));
        return all;
    }

    private static Sandbox written(SealboxClient client, int size, SandboxOptions options) {
        var sandbox = Sandbox.create(client, options);
        var wrote = sandbox.commands()
                .run(
                        "head -c " + MIB + " /dev/urandom > block && for i in $(seq " + size
                                + "); do cat block; done > data && sync",
                        RunOptions.defaults().timeout(PATIENCE));
        if (wrote.exitCode() != 0) {
            throw new IllegalStateException("could not write " + size + " MiB: " + wrote.stderr());
        }
        return sandbox;
    }

    private static List<Samples> checkpoints(Sandbox parent, String label, int times) {
        parent.commands().run(PROBE);
        var pauses = new ArrayList<Long>();
        var ready = new ArrayList<Long>();
        for (var i = 0; i < times + 1; i++) {
            parent.commands().run(LONGEST);
            long start = System.nanoTime();
            var id = ready(parent, "bench-" + i);
            var nanos = System.nanoTime() - start;
            var pause = Long.parseLong(parent.commands().run(LONGEST).stdout().strip());
            parent.deleteCheckpoint(id);
            if (i > 0) {
                ready.add(nanos);
                pauses.add(pause);
            }
        }
        return List.of(new Samples(label + "stands still", pauses), new Samples(label + "checkpoint to ready", ready));
    }

    private static String ready(Sandbox sandbox, String name) {
        var id = sandbox.createCheckpoint(name).id();
        sandbox.awaitCheckpoint(id, PATIENCE);
        return id;
    }

    private static List<Long> forks(SealboxClient client, String checkpoint, int times, String store) {
        var nanos = new ArrayList<Long>();
        for (var i = 0; i < times + 3; i++) {
            long start = System.nanoTime();
            var fork = Sandbox.createFromCheckpoint(client, checkpoint, options(store));
            fork.commands().run("true");
            if (i >= 3) {
                nanos.add(System.nanoTime() - start);
            }
            fork.kill();
        }
        return nanos;
    }

    private static ForkOptions options(String store) {
        return store.isEmpty() ? ForkOptions.defaults() : ForkOptions.defaults().secretStore(store);
    }

    private static Samples withSecrets(SealboxClient client, String storage, Extent extent) {
        for (var layer : List.of("lower", "upper")) {
            var store = client.secretStores().create(layer, List.of("example.com"));
            IntStream.range(0, SECRETS)
                    .forEach(i -> client.secretStores()
                            .setSecret(store.id(), layer.toUpperCase(java.util.Locale.ROOT) + "_" + i, "a-value-" + i));
        }
        var parent = written(client, 1, SandboxOptions.defaults().secretStore("lower"));
        var checkpoint = ready(parent, "secrets");
        parent.kill();
        return new Samples(
                storage + ", 1 MiB: the same, 2 x " + SECRETS + " secrets",
                forks(client, checkpoint, extent.times(), "upper"));
    }

    private static Samples atOnce(SealboxClient client, String storage, Extent extent) {
        var parent = written(client, 64, SandboxOptions.defaults());
        var checkpoint = ready(parent, "at-once");
        parent.kill();
        long start = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = threads.invokeAll(IntStream.range(0, extent.atOnce())
                    .<Callable<Answer>>mapToObj(i -> () -> {
                        var fork = Sandbox.createFromCheckpoint(client, checkpoint, ForkOptions.defaults());
                        return new Answer(fork, System.nanoTime() - start);
                    })
                    .toList());
            var nanos = new ArrayList<Long>();
            for (var answer : answers) {
                nanos.add(answer.get().nanos());
            }
            var elapsed = Duration.ofNanos(System.nanoTime() - start);
            for (var answer : answers) {
                answer.get().fork().kill();
            }
            return new Samples(
                    storage + ": fork answered, " + extent.atOnce() + " at once",
                    nanos,
                    java.util.Optional.of(elapsed));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a fork failed", e.getCause());
        }
    }

    private record Answer(Sandbox fork, long nanos) {}
}
