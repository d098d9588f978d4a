package dev.sealbox.benchmarks;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.CheckpointOptions;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.demo.story.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What keeps its processes, in gVisor, at the Java client: forks of a full checkpoint, sleep and wake, by what a process has
 * in memory, and beside them the same with the disk alone. Each that has lost the process fails the run.
 */
final class MemorySpeed {
    private static final int TIMES = 10;
    private static final List<Integer> SIZES = List.of(1, 200);
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String COUNT = "pgrep -xc python3 || true";

    private MemorySpeed() {}

    static List<Samples> measure(World world) {
        try {
            start(world).kill();
        } catch (ApiException e) {
            if (!e.code().equals("sandbox.runtime-missing")) {
                throw e;
            }
            System.out.println("NOT MEASURED: there is no runsc on this machine");
            return List.of();
        }
        var all = new ArrayList<Samples>();
        for (var size : SIZES) {
            var parent = holding(world, size);
            all.addAll(forks(world, parent, size + " MiB in memory: "));
            all.addAll(sleep(parent, size + " MiB in memory: "));
            parent.kill();
        }
        return all;
    }

    private static Sandbox start(World world) {
        return Sandbox.create(
                world.client(), SandboxOptions.defaults().template("base-runsc").memoryMB(1024));
    }

    /** Bytes that no compression makes smaller. */
    private static Sandbox holding(World world, int mebibytes) {
        var sandbox = start(world);
        sandbox.commands()
                .run("cat > hold.py <<'END'\n"
                        + "import os, time\n"
                        + "held = os.urandom(" + mebibytes + " << 20)\n"
                        + "open('held', 'w').close()\n"
                        + "while True: time.sleep(1000)\n"
                        + "END\n"
                        + "setsid python3 hold.py > /dev/null 2>&1 & until test -e held; do sleep 0.1; done");
        return sandbox;
    }

    private static List<Samples> forks(World world, Sandbox parent, String label) {
        var ready = new ArrayList<Long>();
        var whole = new ArrayList<Long>();
        var bare = new ArrayList<Long>();
        for (var i = 0; i <= TIMES; i++) {
            var disk = parent.createCheckpoint(
                    "disk-" + i, CheckpointOptions.defaults().diskOnly());
            parent.awaitCheckpoint(disk.id(), PATIENCE);
            long start = System.nanoTime();
            var full = parent.createCheckpoint("full-" + i);
            if (!parent.awaitCheckpoint(full.id(), PATIENCE).memory()) {
                throw new IllegalStateException("a checkpoint is without memory");
            }
            var took = System.nanoTime() - start;
            var with = fork(world, full.id(), "1");
            var without = fork(world, disk.id(), "0");
            parent.deleteCheckpoint(full.id());
            parent.deleteCheckpoint(disk.id());
            if (i > 0) {
                ready.add(took);
                whole.add(with);
                bare.add(without);
            }
        }
        return List.of(
                new Samples(label + "full checkpoint to ready", ready),
                new Samples(label + "fork to first command, with memory", whole),
                new Samples(label + "the same with the disk alone", bare));
    }

    private static long fork(World world, String checkpoint, String processes) {
        long start = System.nanoTime();
        var fork = Sandbox.createFromCheckpoint(world.client(), checkpoint, ForkOptions.defaults());
        var nanos = answered(start, fork, processes);
        fork.kill();
        return nanos;
    }

    private static List<Samples> sleep(Sandbox sandbox, String label) {
        var asleep = new ArrayList<Long>();
        var awake = new ArrayList<Long>();
        for (var i = 0; i <= TIMES; i++) {
            long start = System.nanoTime();
            sandbox.hibernate();
            var took = System.nanoTime() - start;
            var woke = answered(System.nanoTime(), sandbox, "1");
            if (i > 0) {
                asleep.add(took);
                awake.add(woke);
            }
        }
        var rebooted = new ArrayList<Long>();
        for (var i = 0; i <= TIMES; i++) {
            sandbox.hibernate();
            long start = System.nanoTime();
            sandbox.reboot();
            var took = answered(start, sandbox, "0");
            if (i > 0) {
                rebooted.add(took);
            }
        }
        return List.of(
                new Samples(label + "hibernate, with memory", asleep),
                new Samples(label + "wake by a command, with memory", awake),
                new Samples("wake to first command, with the disk alone", rebooted));
    }

    /** How long until the first command has run, which counts the processes. */
    private static long answered(long start, Sandbox sandbox, String processes) {
        var counted = sandbox.commands().run(COUNT).stdout().strip();
        var nanos = System.nanoTime() - start;
        if (!counted.equals(processes)) {
            throw new IllegalStateException("there are " + counted + " processes and not " + processes);
        }
        return nanos;
    }
}
