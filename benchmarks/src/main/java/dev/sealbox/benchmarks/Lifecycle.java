package dev.sealbox.benchmarks;

import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.story.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Creating, using and checkpointing sandboxes, one at a time, at the Java client. */
final class Lifecycle {
    private static final int TIMES = 100;
    private static final int UNMEASURED = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Lifecycle() {}

    /** From the request to the answer, when the first command can run; each sandbox is killed before the next. */
    static List<Samples> create(World world) {
        var sandboxes = new ArrayList<Sandbox>();
        var created = new ArrayList<Long>();
        var killed = new ArrayList<Long>();
        for (int i = 0; i < UNMEASURED + TIMES; i++) {
            long start = System.nanoTime();
            sandboxes.add(Sandbox.create(world.client(), SandboxOptions.defaults()));
            long running = System.nanoTime();
            sandboxes.removeLast().kill();
            if (i >= UNMEASURED) {
                created.add(running - start);
                killed.add(System.nanoTime() - running);
            }
        }
        return List.of(new Samples("create to running", created), new Samples("kill", killed));
    }

    /** {@code true} as a shell line. */
    static List<Samples> exec(World world) {
        try (var sandbox = Sandbox.create(world.client(), SandboxOptions.defaults())) {
            return List.of(Samples.of(
                    "exec round trip", 100, 5 * TIMES, () -> sandbox.commands().run("true")));
        }
    }

    /** From the request until the list says ready; some files of its own, 10 MiB. */
    static List<Samples> checkpoint(World world) {
        try (var sandbox = withFiles(world.client())) {
            var nanos = new ArrayList<Long>();
            for (int i = 0; i < UNMEASURED + TIMES; i++) {
                long start = System.nanoTime();
                var id = sandbox.createCheckpoint("bench-" + i).id();
                awaitReady(sandbox, id);
                if (i >= UNMEASURED) {
                    nanos.add(System.nanoTime() - start);
                }
                sandbox.deleteCheckpoint(id);
            }
            return List.of(new Samples("checkpoint to ready (10 MiB of files)", nanos));
        }
    }

    private static Sandbox withFiles(SealboxClient client) {
        var sandbox = Sandbox.create(client, SandboxOptions.defaults());
        sandbox.commands().run("for i in $(seq 100); do head -c 104858 /dev/urandom >file-$i; done");
        return sandbox;
    }

    /** Asks again at once, since the client's own wait is too coarse for what is measured here. */
    private static void awaitReady(Sandbox sandbox, String checkpoint) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (sandbox.listCheckpoints().stream().noneMatch(each -> each.id().equals(checkpoint) && each.isReady())) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the checkpoint is not ready after " + PATIENCE);
            }
        }
    }
}
