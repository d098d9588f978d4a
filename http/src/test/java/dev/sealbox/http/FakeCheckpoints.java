package dev.sealbox.http;

import static dev.sealbox.domain.Outcome.done;
import static dev.sealbox.domain.Outcome.refused;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.checkpoint.CheckpointView;
import dev.sealbox.domain.checkpoint.Checkpoints;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.checkpoint.NewFork;
import dev.sealbox.domain.checkpoint.Retention;
import dev.sealbox.domain.checkpoint.Upkeep;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxView;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Checkpoints in memory, of the sandboxes in {@link FakeSandboxes}. */
final class FakeCheckpoints implements Checkpoints {
    private final FakeSandboxes sandboxes;
    final Map<CheckpointId, CheckpointView> known = new ConcurrentHashMap<>();
    final List<Retention> retentions = new CopyOnWriteArrayList<>();
    final List<NewFork> forks = new CopyOnWriteArrayList<>();
    volatile Checkpoint.Stage stage = Checkpoint.Stage.PROCESSING;

    FakeCheckpoints(FakeSandboxes sandboxes) {
        this.sandboxes = sandboxes;
    }

    @Override
    public CompletionStage<Outcome<CheckpointView>> create(
            Origin origin, SandboxId sandbox, String name, CheckpointKind kind) {
        return create(origin, sandbox, new CheckpointId(UUID.randomUUID()), name, kind, Retention.NONE);
    }

    @Override
    public CompletionStage<Outcome<CheckpointView>> create(
            Origin origin, SandboxId sandbox, CheckpointId id, String name, CheckpointKind kind, Retention retention) {
        retentions.add(retention);
        var source = sandboxes.known.get(sandbox);
        if (source == null || !source.owner().equals(origin.organization())) {
            return now(refused(new SandboxRefusal.NoSuchSandbox()));
        }
        var contents = new Contents(
                source.view().blueprint(),
                new HostId("host-1"),
                List.of(new StoreName("git-creds")),
                List.of(),
                Map.of());
        var facts =
                new Checkpoint.Facts(origin.organization(), Optional.of(sandbox), name, kind, contents, Instant.now());
        var failedAt = stage == Checkpoint.Stage.FAILED ? Instant.now() : Instant.EPOCH;
        var reason = stage == Checkpoint.Stage.FAILED ? "the disk is full" : "";
        var view = new CheckpointView(
                id,
                new Checkpoint(
                        stage,
                        Optional.of(facts),
                        0,
                        stage == Checkpoint.Stage.READY,
                        Set.of(),
                        reason,
                        failedAt,
                        Upkeep.NONE));
        known.put(view.id(), view);
        return now(done(view));
    }

    void adopt(Origin origin, CheckpointId id, String name, ImageLayer image) {
        known.computeIfAbsent(id, absent -> {
            var contents = new Contents(
                    new Blueprint(
                            "base",
                            Optional.empty(),
                            image.files(),
                            new Limits(1, 4096, 20480),
                            0,
                            Map.of(),
                            Map.of(),
                            image.defaults()),
                    image.host(),
                    List.of(),
                    List.of(),
                    Map.of());
            var adopted = new CheckpointEvent.ImageAdopted(name, contents);
            return new CheckpointView(id, Checkpoint.ABSENT.apply(new Recorded<>(adopted, origin, Instant.now())));
        });
    }

    @Override
    public CompletionStage<Outcome<List<CheckpointView>>> list(Origin origin, SandboxId sandbox) {
        return sandboxes.read(origin, sandbox).thenApply(found -> found.map(view -> List.copyOf(known.values())));
    }

    @Override
    public CompletionStage<Outcome<Unit>> delete(Origin origin, SandboxId sandbox, CheckpointId checkpoint) {
        var found = known.get(checkpoint);
        if (found == null || !found.state().isVisibleTo(origin.organization())) {
            return now(refused(new CheckpointRefusal.NoSuchCheckpoint()));
        }
        known.remove(checkpoint);
        return now(done(Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> fork(Origin origin, CheckpointId checkpoint, NewFork wanted) {
        return fork(origin, checkpoint, SandboxId.random(new SecureRandom()), wanted);
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> fork(
            Origin origin, CheckpointId checkpoint, SandboxId id, NewFork wanted) {
        forks.add(wanted);
        var found = known.get(checkpoint);
        if (found == null || !found.state().isVisibleTo(origin.organization())) {
            return now(refused(new CheckpointRefusal.NoSuchCheckpoint()));
        }
        if (!wanted.mayStandOn(wanted.store().stream().toList())) {
            return now(refused(new SandboxRefusal.StoreNotNamed()));
        }
        var old = found.state().facts().orElseThrow().contents().blueprint();
        var blueprint = new Blueprint(
                old.template(),
                Optional.of(checkpoint),
                List.of(checkpoint),
                old.limits(),
                wanted.timeoutSeconds(),
                old.envs(),
                old.metadata(),
                old.defaults());
        return now(done(new SandboxView(id, "running", blueprint, Optional.empty(), Instant.now(), origin.keyId())));
    }

    private static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
