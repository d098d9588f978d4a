package dev.sealbox.demo.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.client.Checkpoint;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.RawRequests;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxInfo;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.client.Snapshot;
import dev.sealbox.demo.node.Disks;
import dev.sealbox.demo.story.World;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Looks at a node that has come back: everything is done or undone, what was answered is there and whole, names of what is
 * not are free, and nothing lies on its disk that nobody knows.
 */
final class BranchInspection {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final World world;
    private final SealboxClient client;
    private final Branches branches;

    /** Layers of what was made before, by whomever. */
    private final Set<String> others;

    BranchInspection(World world, Branches branches) {
        this.world = world;
        this.client = world.client();
        this.branches = branches;
        this.others = names(root().resolve("layers"));
    }

    /** Fails when something is by half, and takes away all but the parent and the first checkpoint. */
    String inspect(String point) {
        eventually(() -> {
            assertThat(branches.parent.listCheckpoints())
                    .allMatch(checkpoint -> checkpoint.isReady() || checkpoint.isFailed());
            assertThat(client.snapshots().list()).allMatch(snapshot -> snapshot.isReady() || snapshot.isFailed());
            assertThat(Sandbox.list(client))
                    .noneMatch(sandbox -> sandbox.status().equals("pending"));
        });
        var said = checkpoints() + ", " + forks() + ", " + snapshots(point);
        eventually(this::disk);
        return said;
    }

    private String checkpoints() {
        var there = branches.parent.listCheckpoints();
        assertThat(there)
                .filteredOn(Checkpoint::isReady)
                .extracting(Checkpoint::id)
                .containsAll(branches.checkpoints);
        assertThat(there).filteredOn(Checkpoint::isFailed).allMatch(failed -> failed.errorMsg() != null);
        there.stream().filter(Checkpoint::isReady).limit(2).forEach(checkpoint -> {
            try (var fork = Sandbox.createFromCheckpoint(client, checkpoint.id(), ForkOptions.defaults())) {
                whole(fork, "a fork of " + checkpoint.name());
            }
        });
        there.stream()
                .filter(checkpoint -> !checkpoint.id().equals(branches.base))
                .forEach(checkpoint -> branches.parent.deleteCheckpoint(checkpoint.id()));
        branches.checkpoints.clear();
        return there.size() - 1 + " checkpoints";
    }

    private String forks() {
        var running = Sandbox.list(client).stream()
                .filter(sandbox -> sandbox.status().equals("running"))
                .map(SandboxInfo::sandboxID)
                .collect(Collectors.toSet());
        assertThat(running).contains(branches.parent.id()).containsAll(branches.forks);
        running.forEach(sandbox -> whole(Sandbox.connect(client, sandbox), sandbox));
        running.stream()
                .filter(sandbox -> !sandbox.equals(branches.parent.id()))
                .forEach(fork -> Sandbox.connect(client, fork).kill());
        branches.forks.clear();
        return running.size() - 1 + " forks";
    }

    private String snapshots(String point) {
        var there = client.snapshots().list().stream()
                .filter(snapshot -> snapshot.name().startsWith(point))
                .toList();
        assertThat(there)
                .filteredOn(Snapshot::isReady)
                .extracting(Snapshot::name)
                .containsAll(branches.snapshots);
        assertThat(there).filteredOn(Snapshot::isFailed).allMatch(failed -> failed.errorMsg() != null);
        there.stream().filter(Snapshot::isReady).limit(2).forEach(this::starts);
        var names = there.stream().map(Snapshot::name).toList();
        there.stream().filter(Snapshot::isFailed).limit(1).forEach(failed -> {
            client.snapshots().create(failed.name(), Branches.image(failed.name()), line -> {});
            starts(client.snapshots().read(failed.name()));
        });
        var again = point + "-import-again";
        starts(client.archives().importAs(again, () -> new ByteArrayInputStream(branches.archive), false));
        client.snapshots().delete(again);
        names.forEach(client.snapshots()::delete);
        branches.snapshots.clear();
        return names.size() + " snapshots";
    }

    private void starts(Snapshot snapshot) {
        try (var sandbox = Sandbox.create(client, SandboxOptions.defaults().snapshot(snapshot.name()))) {
            whole(sandbox, snapshot.name());
        }
    }

    private static void whole(Sandbox sandbox, String what) {
        var result = sandbox.commands().run(Branches.CHECK);
        assertThat(result.exitCode()).as(what + ": " + result.stderr()).isZero();
    }

    private void disk() {
        var root = root();
        assertThat(names(root.resolve("drafts"))).as("drafts").isEmpty();
        assertThat(names(root.resolve("trash"))).as("trash").isEmpty();
        assertThat(names(root.resolve("sandboxes"))).as("disks").containsExactly(branches.parent.id());
        assertThat(names(root.resolve("layers"))).as("layers").isSubsetOf(known());
        assertThat(world.traces())
                .filteredOn(trace -> trace.contains("namespace"))
                .hasSize(2);
    }

    private Path root() {
        return Disks.in(world.folder().resolve("data"));
    }

    private Set<String> known() {
        var known = new HashSet<String>(others);
        known.addAll(images());
        branches.parent.listCheckpoints().stream().map(Checkpoint::id).forEach(known::add);
        return known;
    }

    /** Images stay when nobody names them any more. */
    private List<String> images() {
        return client.raw()
                .get("/audit/events?limit=1000&kind=" + RawRequests.escaped("image.built"))
                .path("events")
                .findValuesAsText("layer");
    }

    private static Set<String> names(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        try (var entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void eventually(Runnable assertion) {
        var deadline = Instant.now().plus(Branches.PATIENCE);
        while (true) {
            try {
                assertion.run();
                return;
            } catch (AssertionError e) {
                if (Instant.now().isAfter(deadline)) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }
}
