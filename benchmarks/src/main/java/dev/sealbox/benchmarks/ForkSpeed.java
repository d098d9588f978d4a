package dev.sealbox.benchmarks;

import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Image;
import dev.sealbox.client.RunOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.story.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Checkpoints and forks by the size of what was written since the base, with each storage driver: how long a sandbox
 * stands still, as a process in it sees it; from a fork's request until its first command has run; with many secrets; and
 * from the cache of images; and
 * many forks at once, with what they take on disk. Each driver has a node of its own.
 */
final class ForkSpeed {
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final int SECRETS = 50;
    private static final int UNMEASURED = 3;
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

    /** What each of many forks writes, in MiB. */
    private static final int OWN = 2;

    /**
     * How much is measured.
     *
     * @param sizes in MiB
     * @param times how often each
     * @param slowTimes how often a checkpoint that copies much is taken
     * @param atOnce how many forks at once
     */
    private record Extent(List<Integer> sizes, int times, int slowTimes, int atOnce) {
        static final Extent WHOLE = new Extent(List.of(1, 1024, 5120), 15, 2, 50);
        static final Extent QUICK = new Extent(List.of(1, 64), 5, 5, 8);

        /** A copy takes as long as the disk under it needs. */
        int checkpoints(String storage, int size) {
            return storage.equals(COPIES) && size >= 1024 ? slowTimes : times;
        }
    }

    private static final String COPIES = "overlay";

    private ForkSpeed() {}

    static List<Samples> measure(boolean quick) {
        var extent = quick ? Extent.QUICK : Extent.WHOLE;
        var all = new ArrayList<Samples>();
        for (var storage : List.of("btrfs-loop", COPIES)) {
            try (var world = World.open(Map.of("SEALBOX_STORAGE", storage, "SEALBOX_STORAGE_IMAGE_SIZE", "24 GiB"))) {
                Runtime.getRuntime().addShutdownHook(new Thread(world::close));
                all.addAll(with(world, storage, extent));
                world.stop();
            }
        }
        return all;
    }

    private static List<Samples> with(World world, String storage, Extent extent) {
        var client = world.client();
        var all = new ArrayList<Samples>();
        for (var size : extent.sizes()) {
            var label = storage + ", " + size + " MiB: ";
            var parent = written(client, size, SandboxOptions.defaults());
            all.addAll(checkpoints(parent, label, extent.checkpoints(storage, size)));
            var checkpoint = ready(parent, "forked");
            parent.kill();
            all.add(new Samples(label + "fork to first command", forks(client, checkpoint, extent.times())));
        }
        all.addAll(withSecrets(client, storage, extent));
        all.addAll(fromTheCache(client, storage, extent));
        all.add(atOnce(world, storage, extent));
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

    private static List<Long> forks(SealboxClient client, String checkpoint, int times) {
        var nanos = new ArrayList<Long>();
        for (var i = 0; i < times + UNMEASURED; i++) {
            var took = fork(client, checkpoint, ForkOptions.defaults());
            if (i >= UNMEASURED) {
                nanos.add(took);
            }
        }
        return nanos;
    }

    /** To the end of its first command. */
    private static long fork(SealboxClient client, String checkpoint, ForkOptions options) {
        long start = System.nanoTime();
        var fork = Sandbox.createFromCheckpoint(client, checkpoint, options);
        fork.commands().run("true");
        var nanos = System.nanoTime() - start;
        fork.kill();
        return nanos;
    }

    /** In turns with forks without a store, so that the difference is not the machine's. */
    private static List<Samples> withSecrets(SealboxClient client, String storage, Extent extent) {
        for (var layer : List.of("lower", "upper")) {
            var store = client.secretStores().create(layer, List.of("example.com"));
            IntStream.range(0, SECRETS)
                    .forEach(i -> client.secretStores()
                            .setSecret(store.id(), layer.toUpperCase(Locale.ROOT) + "_" + i, "a-value-" + i));
        }
        var plain = written(client, 1, SandboxOptions.defaults());
        var parent = written(client, 1, SandboxOptions.defaults().secretStore("lower"));
        var without = ready(plain, "plain");
        var with = ready(parent, "secrets");
        plain.kill();
        parent.kill();
        var bare = new ArrayList<Long>();
        var secret = new ArrayList<Long>();
        for (var i = 0; i < extent.times() + UNMEASURED; i++) {
            var first = fork(client, without, ForkOptions.defaults());
            var second = fork(client, with, ForkOptions.defaults().secretStore("upper"));
            if (i >= UNMEASURED) {
                bare.add(first);
                secret.add(second);
            }
        }
        return List.of(
                new Samples(storage + ", 1 MiB: in turns, no secrets", bare),
                new Samples(storage + ", 1 MiB: in turns, 2 x " + SECRETS + " secrets", secret));
    }

    /** From the request to the answer, from the template and from an image that is built already, in turns. */
    private static List<Samples> fromTheCache(SealboxClient client, String storage, Extent extent) {
        var image = SandboxOptions.defaults().image(Image.base().run("echo made > /home/sandbox/made"));
        Sandbox.create(client, image).kill();
        var plain = new ArrayList<Long>();
        var cached = new ArrayList<Long>();
        for (var i = 0; i < extent.times() + UNMEASURED; i++) {
            var first = create(client, SandboxOptions.defaults());
            var second = create(client, image);
            if (i >= UNMEASURED) {
                plain.add(first);
                cached.add(second);
            }
        }
        return List.of(
                new Samples(storage + ": create to running, in turns", plain),
                new Samples(storage + ": image in the cache to running", cached));
    }

    private static long create(SealboxClient client, SandboxOptions options) {
        long start = System.nanoTime();
        var sandbox = Sandbox.create(client, options);
        var nanos = System.nanoTime() - start;
        sandbox.kill();
        return nanos;
    }

    private static Samples atOnce(World world, String storage, Extent extent) {
        var client = world.client();
        var parent = written(client, 64, SandboxOptions.defaults());
        var checkpoint = ready(parent, "at-once");
        parent.kill();
        var disk = new DiskUse(world.folder().resolve("data"));
        var before = disk.bytes();
        long start = System.nanoTime();
        var answers = each(extent.atOnce(), i -> {
            var fork = Sandbox.createFromCheckpoint(client, checkpoint, ForkOptions.defaults());
            return new Answer(fork, System.nanoTime() - start);
        });
        var elapsed = Duration.ofNanos(System.nanoTime() - start);
        var forked = disk.bytes();
        each(
                extent.atOnce(),
                i -> answers.get(i).fork().commands().run("head -c " + OWN * MIB + " /dev/urandom > own && sync"));
        System.out.printf(
                Locale.ROOT,
                "%s: %d forks of 64 MiB take %.1f MiB on disk, and %.1f MiB more when each has written %d MiB%n",
                storage,
                extent.atOnce(),
                (double) (forked - before) / MIB,
                (double) (disk.bytes() - forked) / MIB,
                OWN);
        answers.forEach(answer -> answer.fork().kill());
        return new Samples(
                storage + ": fork answered, " + extent.atOnce() + " at once",
                answers.stream().map(Answer::nanos).toList(),
                elapsed);
    }

    @FunctionalInterface
    private interface Part<T> {
        T of(int number);
    }

    private static <T> List<T> each(int count, Part<T> part) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<T>();
            for (var done : threads.invokeAll(IntStream.range(0, count)
                    .<Callable<T>>mapToObj(i -> () -> part.of(i))
                    .toList())) {
                all.add(done.get());
            }
            return all;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a fork failed", e.getCause());
        }
    }

    private record Answer(Sandbox fork, long nanos) {}
}
