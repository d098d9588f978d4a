package dev.sealbox.http;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.Branches;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.checkpoint.CheckpointView;
import dev.sealbox.domain.checkpoint.Explanation;
import dev.sealbox.domain.checkpoint.Patch;
import dev.sealbox.domain.checkpoint.Revocation;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.store.SecretVersion;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Branches in memory: the real aggregate decides about checkpoints, what is done to sandboxes is only told. */
final class FakeBranches implements Branches {
    private final FakeSandboxes sandboxes;
    private final FakeCheckpoints checkpoints;

    FakeBranches(FakeSandboxes sandboxes, FakeCheckpoints checkpoints) {
        this.sandboxes = sandboxes;
        this.checkpoints = checkpoints;
    }

    @Override
    public CompletionStage<Outcome<Unit>> restore(Origin origin, SandboxId sandbox, CheckpointId checkpoint) {
        return sandboxes.read(origin, sandbox).thenApply(found -> switch (found) {
            case Outcome.Refused<?>(var reason) -> Outcome.refused(reason);
            case Outcome.Done<?> done -> owned(origin, checkpoint).map(state -> Unit.DONE);
        });
    }

    private Outcome<Checkpoint> owned(Origin origin, CheckpointId id) {
        return Optional.ofNullable(checkpoints.known.get(id))
                .map(CheckpointView::state)
                .filter(state -> state.isVisibleTo(origin.organization()))
                .map(Outcome::done)
                .orElseGet(() -> Outcome.refused(new CheckpointRefusal.NoSuchCheckpoint()));
    }

    private Outcome<Checkpoint> decided(Origin origin, CheckpointId id, CheckpointCommand command) {
        var found = checkpoints.known.get(id);
        var state = found == null ? Checkpoint.ABSENT : found.state();
        return switch (state.decide(origin, command)) {
            case Decision.Refused<?, ?>(var reason) -> Outcome.refused(reason);
            case Decision.Accepted<dev.sealbox.domain.checkpoint.CheckpointEvent, ?>(var events) -> {
                for (var event : events) {
                    state = state.apply(new Recorded<>(event, origin, Instant.now()));
                }
                checkpoints.known.put(id, new CheckpointView(id, state));
                yield Outcome.done(state);
            }
        };
    }

    @Override
    public CompletionStage<Outcome<CheckpointView>> publish(
            Origin origin, CheckpointId id, boolean published, boolean images) {
        if (!images) {
            return now(Outcome.refused(new CheckpointRefusal.ForAdmins()));
        }
        var command =
                published ? new CheckpointCommand.PublishCheckpoint() : new CheckpointCommand.UnpublishCheckpoint();
        return now(decided(origin, id, command).map(state -> new CheckpointView(id, state)));
    }

    @Override
    public CompletionStage<Outcome<Patch>> addPatch(
            Origin origin, CheckpointId checkpoint, UUID id, String script, String description) {
        return now(decided(origin, checkpoint, new CheckpointCommand.AddPatch(id, script, description))
                .map(state -> state.upkeep().patches().getLast()));
    }

    @Override
    public CompletionStage<Outcome<List<Patch>>> patches(Origin origin, CheckpointId checkpoint) {
        return now(owned(origin, checkpoint).map(state -> state.upkeep().patches()));
    }

    @Override
    public CompletionStage<Outcome<Unit>> removePatch(Origin origin, CheckpointId checkpoint, UUID patch) {
        return now(decided(origin, checkpoint, new CheckpointCommand.RemovePatch(patch))
                .map(state -> Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<Revocation>> revokeSecrets(Origin origin, SandboxId sandbox) {
        return sandboxes
                .read(origin, sandbox)
                .thenApply(found -> found.map(view -> new Revocation(List.of(sandbox), List.of())));
    }

    @Override
    public CompletionStage<Outcome<Revocation>> revokeSecrets(Origin origin, CheckpointId checkpoint, boolean subtree) {
        return now(decided(origin, checkpoint, new CheckpointCommand.RevokeLineage())
                .map(state -> new Revocation(List.of(), List.copyOf(state.forks()))));
    }

    @Override
    public CompletionStage<Outcome<List<Explanation>>> explain(Origin origin, SandboxId sandbox) {
        var version = new SecretVersion(
                2, Optional.empty(), true, List.of(), Optional.of(1), Instant.EPOCH, "key-1", "request-1");
        return sandboxes
                .read(origin, sandbox)
                .thenApply(found -> found.map(view -> List.of(new Explanation(
                        new SecretName("GIT_TOKEN"),
                        0,
                        new StoreLayer(new StoreId(new UUID(0, 1)), new StoreName("git-creds")),
                        Explanation.Standing.GRANTED,
                        2,
                        HostPattern.parseAll(List.of("github.com")),
                        1,
                        3,
                        Optional.of(version)))));
    }

    private static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
