package dev.sealbox.persistence.service;

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
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Branches as their people see them, put together from entities. */
public final class ShardedBranches implements Branches {
    private final Entities entities;
    private final RunningSandboxes sandboxes;
    private final Explaining explaining;
    private final Cutting cutting;
    private final Lineage lineage;
    private final ServiceSettings settings;

    public ShardedBranches(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.sandboxes = new RunningSandboxes(entities, settings);
        this.explaining = new Explaining(entities, settings);
        this.cutting = new Cutting(entities, settings);
        this.lineage = new Lineage(entities, settings);
        this.settings = settings;
    }

    @Override
    public CompletionStage<Outcome<Unit>> restore(Origin origin, SandboxId sandbox, CheckpointId checkpoint) {
        return sandboxes
                .read(origin.organization(), sandbox)
                .thenCompose(known -> known.then(found -> owned(origin, checkpoint)))
                .thenApply(known -> known instanceof Outcome.Done<Checkpoint>(var state)
                        ? restorable(sandbox, checkpoint, state)
                        : known.<SandboxCommand>map(state -> new SandboxCommand.ConfirmStarted(false)))
                .thenCompose(command -> command.then(restore -> entities.sandbox(
                                sandbox,
                                settings.askTimeout(),
                                replyTo -> new SandboxMessage.Execute(origin, restore, replyTo))
                        .thenApply(RunningSandboxes::outcome)
                        .thenApply(outcome -> outcome.map(begun -> Unit.DONE))));
    }

    private static Outcome<SandboxCommand> restorable(SandboxId sandbox, CheckpointId id, Checkpoint checkpoint) {
        var facts = checkpoint.facts().orElseThrow();
        if (!facts.source().equals(Optional.of(sandbox))) {
            return Outcome.refused(new CheckpointRefusal.OfAnotherSandbox());
        }
        return switch (checkpoint.stage()) {
            case READY -> Outcome.done(new SandboxCommand.RestoreCheckpoint(id, checkpoint.files(id)));
            case FAILED -> Outcome.refused(new CheckpointRefusal.Failed(checkpoint.reason()));
            case ABSENT, PROCESSING, DELETED, DISCARDED -> Outcome.refused(new CheckpointRefusal.NotReadyInTime());
        };
    }

    @Override
    public CompletionStage<Outcome<CheckpointView>> publish(
            Origin origin, CheckpointId checkpoint, boolean published, boolean images) {
        return owned(origin, checkpoint)
                .thenCompose(found -> found.then(state -> state.standsForImage() && !images
                        ? Futures.now(Outcome.refused(new CheckpointRefusal.ForAdmins()))
                        : publish(origin, checkpoint, published)));
    }

    private CompletionStage<Outcome<CheckpointView>> publish(
            Origin origin, CheckpointId checkpoint, boolean published) {
        var command =
                published ? new CheckpointCommand.PublishCheckpoint() : new CheckpointCommand.UnpublishCheckpoint();
        return execute(origin, checkpoint, command)
                .thenApply(outcome -> outcome.map(state -> new CheckpointView(checkpoint, state)));
    }

    @Override
    public CompletionStage<Outcome<Patch>> addPatch(
            Origin origin, CheckpointId checkpoint, UUID id, String script, String description) {
        return execute(origin, checkpoint, new CheckpointCommand.AddPatch(id, script, description))
                .thenApply(outcome -> outcome.map(state -> state.upkeep().patches().stream()
                        .filter(patch -> patch.id().equals(id))
                        .findFirst()
                        .orElseThrow()));
    }

    @Override
    public CompletionStage<Outcome<List<Patch>>> patches(Origin origin, CheckpointId checkpoint) {
        return owned(origin, checkpoint)
                .thenApply(outcome -> outcome.map(state -> state.upkeep().patches()));
    }

    @Override
    public CompletionStage<Outcome<Unit>> removePatch(Origin origin, CheckpointId checkpoint, UUID patch) {
        return execute(origin, checkpoint, new CheckpointCommand.RemovePatch(patch))
                .thenApply(outcome -> outcome.map(state -> Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<Revocation>> revokeSecrets(Origin origin, SandboxId sandbox) {
        return sandboxes
                .read(origin.organization(), sandbox)
                .thenCompose(outcome -> outcome.then(known -> known.mayRun()
                        ? cutting.cut(origin, List.of(sandbox)).thenApply(Outcome::done)
                        : Futures.now(Outcome.refused(new SandboxRefusal.Stopped()))));
    }

    @Override
    public CompletionStage<Outcome<Revocation>> revokeSecrets(Origin origin, CheckpointId checkpoint, boolean subtree) {
        // The mark comes first: a fork that is under way either finds it, or is found.
        var marked = subtree
                ? execute(origin, checkpoint, new CheckpointCommand.RevokeLineage())
                : owned(origin, checkpoint);
        return marked.thenCompose(outcome -> outcome.then(state -> cutting.descendants(
                        origin, subtree ? lineage.descendants(checkpoint, state) : forkOf(checkpoint))
                .thenCompose(found -> cutting.cut(origin, found))
                .thenApply(Outcome::done)));
    }

    private static Function<Sandbox, CompletionStage<Boolean>> forkOf(CheckpointId checkpoint) {
        return sandbox -> Futures.now(sandbox.blueprint().origin().equals(Optional.of(checkpoint)));
    }

    @Override
    public CompletionStage<Outcome<List<Explanation>>> explain(Origin origin, SandboxId sandbox) {
        return explaining.of(origin, sandbox);
    }

    /** A checkpoint as it is, for its owner. */
    private CompletionStage<Outcome<Checkpoint>> owned(Origin origin, CheckpointId id) {
        return entities.checkpoint(id, settings.askTimeout(), CheckpointMessage.Read::new)
                .thenApply(reply -> reply instanceof CheckpointReply.Done(var checkpoint)
                                && checkpoint.isVisibleTo(origin.organization())
                        ? Outcome.done(checkpoint)
                        : Outcome.refused(new CheckpointRefusal.NoSuchCheckpoint()));
    }

    private CompletionStage<Outcome<Checkpoint>> execute(Origin origin, CheckpointId id, CheckpointCommand command) {
        return entities.checkpoint(
                        id, settings.askTimeout(), replyTo -> new CheckpointMessage.Execute(origin, command, replyTo))
                .thenApply(reply -> switch (reply) {
                    case CheckpointReply.Done(var checkpoint) -> Outcome.done(checkpoint);
                    case CheckpointReply.Refused(var reason) -> Outcome.refused(reason);
                });
    }
}
