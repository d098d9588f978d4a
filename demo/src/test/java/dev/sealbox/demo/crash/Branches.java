package dev.sealbox.demo.crash;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Image;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.story.World;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** Somebody who takes checkpoints, forks, builds and imports until the node is gone, and notes what was answered. */
final class Branches {
    static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Files that tell whether they are whole. */
    static final String WRITE = "head -c 3000000 /dev/urandom > data && sha256sum data > data.sum";

    static final String CHECK = "sha256sum --check --status data.sum && sudo test -s /etc/sealbox/sandbox";

    final Set<String> checkpoints = ConcurrentHashMap.newKeySet();
    final Set<String> forks = ConcurrentHashMap.newKeySet();
    final Set<String> snapshots = ConcurrentHashMap.newKeySet();
    final Queue<ApiException> refusals = new ConcurrentLinkedQueue<>();
    final Sandbox parent;
    final String base;
    final byte[] archive;
    private final SealboxClient client;
    private volatile boolean ended;

    private Branches(SealboxClient client, Sandbox parent, String base, byte[] archive) {
        this.client = client;
        this.parent = parent;
        this.base = base;
        this.archive = archive;
    }

    static Branches prepare(World world) {
        var client = world.client();
        var parent = Sandbox.create(client, SandboxOptions.defaults());
        parent.commands().run(WRITE);
        var base = parent.createCheckpoint("base").id();
        parent.awaitCheckpoint(base, PATIENCE);
        try (var exported = client.archives().exportCheckpoint(base)) {
            return new Branches(client, parent, base, exported.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param point tells the names of this time from all others */
    List<Thread> begin(String point) {
        ended = false;
        return Stream.<Act>of(
                        n -> checkpoint(point + "-checkpoint-" + n),
                        n -> fork(),
                        n -> build(point + "-build-" + n),
                        n -> bringIn(point + "-import-" + n))
                .map(act -> Thread.ofPlatform().start(() -> repeat(act)))
                .toList();
    }

    void end() {
        ended = true;
    }

    @FunctionalInterface
    private interface Act {
        void once(int number);
    }

    /** What is not answered may have happened or not. */
    private void repeat(Act act) {
        for (var number = 0; !ended; number++) {
            try {
                act.once(number);
            } catch (ApiException e) {
                if (e.status() / 100 == 4) {
                    refusals.add(e);
                }
                return;
            }
        }
    }

    private void checkpoint(String name) {
        var id = parent.createCheckpoint(name).id();
        parent.awaitCheckpoint(id, PATIENCE);
        checkpoints.add(id);
        if (checkpoints.size() > 3) {
            var oldest = checkpoints.iterator().next();
            checkpoints.remove(oldest);
            parent.deleteCheckpoint(oldest);
        }
    }

    private void fork() {
        var fork = Sandbox.createFromCheckpoint(client, base, ForkOptions.defaults());
        forks.add(fork.id());
        if (forks.size() > 2) {
            var oldest = forks.iterator().next();
            forks.remove(oldest);
            Sandbox.connect(client, oldest).kill();
        }
    }

    private void build(String name) {
        client.snapshots().create(name, image(name), line -> {});
        snapshots.add(name);
    }

    static Image image(String name) {
        return Image.base().run("cd /home/sandbox && echo " + name + " && " + WRITE);
    }

    private void bringIn(String name) {
        client.archives().importAs(name, () -> new ByteArrayInputStream(archive), false);
        snapshots.add(name);
    }
}
