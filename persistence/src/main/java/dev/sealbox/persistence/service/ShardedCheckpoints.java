package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.checkpoint.CheckpointView;
import dev.sealbox.domain.checkpoint.Checkpoints;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.checkpoint.NewFork;
import dev.sealbox.domain.checkpoint.Retention;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/** Checkpoints as their people see them, put together from entities. */
public final class ShardedCheckpoints implements Checkpoints {
    private final Entities entities;
    private final SandboxHosts hosts;
    private final RunningSandboxes sandboxes;
    private final Layering layering;
    private final Retiring retiring;
    private final Forks forks;
    private final ServiceSettings settings;

    public ShardedCheckpoints(
            Entities entities,
            SandboxHosts hosts,
            Sandboxes running,
            RandomGenerator random,
            ServiceSettings settings,
            InstantSource time) {
        this.entities = entities;
        this.hosts = hosts;
        this.sandboxes = new RunningSandboxes(entities, settings);
        this.layering = new Layering(entities, settings);
        this.retiring = new Retiring(entities, settings);
        this.forks = new Forks(entities, hosts, running, random, settings, time);
        this.settings = settings;
    }

    @Override
    public CompletionStage<Outcome<CheckpointView>> create(
            Origin origin, SandboxId sandbox, String name, CheckpointKind kind) {
        return create(origin, sandbox, new CheckpointId(UUID.randomUUID()), name, kind, Retention.NONE);
    }

    @Override
    public CompletionStage<Outcome<CheckpointView>> create(
            Origin origin, SandboxId sandbox, CheckpointId id, String name, CheckpointKind kind, Retention retention) {
        return read(id).thenCompose(view -> view.state().isVisibleTo(origin.organization())
                ? Futures.now(Outcome.done(view))
                : requested(origin, sandbox, id, name, kind, retention));
    }

    private CompletionStage<Outcome<CheckpointView>> requested(
            Origin origin, SandboxId sandbox, CheckpointId id, String name, CheckpointKind kind, Retention retention) {
        return sandboxes
                .read(origin.organization(), sandbox)
                .thenApply(this::ready)
                .thenCompose(known -> known.then(running -> layering.of(origin, sandbox)))
                .thenCompose(known -> known.then(now -> retiring.surplus(now.sandbox(), kind, retention)
                        .thenCompose(surplus ->
                                surplus.then(leaving -> named(origin, sandbox, now.sandbox(), id, name, kind, leaving)
                                        .thenCompose(named -> named.then(done -> request(
                                                origin,
                                                id,
                                                new CheckpointCommand.RequestCheckpoint(
                                                        sandbox, name, kind, contents(now)))))))));
    }

    private Outcome<Sandbox> ready(Outcome<Sandbox> known) {
        if (known instanceof Outcome.Done<Sandbox>(var sandbox) && sandbox.stage() != Sandbox.Stage.RUNNING) {
            return Outcome.refused(new SandboxRefusal.NotRunning(sandbox.stage().status()));
        }
        return known instanceof Outcome.Done<Sandbox>(var sandbox) && !hosts.hasRoom(sandbox.host())
                ? Outcome.refused(new SandboxRefusal.NoRoom())
                : known;
    }

    private static Contents contents(Layering.Now now) {
        return new Contents(
                now.sandbox().blueprint(),
                now.sandbox().host().orElseThrow(),
                now.stores(),
                now.remembered(),
                now.tokens());
    }

    /** The name is taken first, so that none has gone for one that cannot be. */
    private CompletionStage<Outcome<Unit>> named(
            Origin origin,
            SandboxId sandbox,
            Sandbox known,
            CheckpointId id,
            String name,
            CheckpointKind kind,
            Retiring.Surplus leaving) {
        var command = new SandboxCommand.NameCheckpoint(id, name, kind, leaving.count());
        return name(origin, sandbox, known, command)
                .thenCompose(named -> named.then(done -> retiring.retire(origin, sandbox, leaving)))
                .thenCompose(retired -> retired instanceof Outcome.Refused<Unit> && leaving.count() > 0
                        ? forgotten(origin, sandbox, id).thenApply(free -> retired)
                        : Futures.now(retired));
    }

    private CompletionStage<Outcome<Sandbox>> name(
            Origin origin, SandboxId sandbox, Sandbox known, SandboxCommand.NameCheckpoint command) {
        var name = command.name();
        var kind = command.kind();
        return tell(origin, sandbox, command)
                .thenCompose(outcome -> outcome
                                instanceof Outcome.Refused<Sandbox>(SandboxRefusal.CheckpointNameTaken taken)
                        ? freed(origin, sandbox, known, name)
                                .thenCompose(free -> free ? tell(origin, sandbox, command) : Futures.now(outcome))
                        : outcome instanceof Outcome.Refused<Sandbox>(SandboxRefusal.TooManyCheckpoints many)
                                ? freed(origin, sandbox, known, kind)
                                        .thenCompose(
                                                free -> free ? tell(origin, sandbox, command) : Futures.now(outcome))
                                : Futures.now(outcome));
    }

    /** Takes places away from those that have failed, and from those that a crash kept from coming to be or from going. */
    private CompletionStage<Boolean> freed(Origin origin, SandboxId sandbox, Sandbox known, CheckpointKind kind) {
        var counted = known.checkpoints().entrySet().stream()
                .filter(entry -> entry.getValue().counted() && entry.getValue().kind() == kind)
                .map(Map.Entry::getKey)
                .toList();
        return Futures.each(
                        counted,
                        id -> read(id).thenCompose(view -> switch (view.state().stage()) {
                            case FAILED ->
                                tell(origin, sandbox, new SandboxCommand.UncountCheckpoint(id))
                                        .thenApply(done -> true);
                            case ABSENT, DELETED, DISCARDED -> forgotten(origin, sandbox, id);
                            case PROCESSING, READY -> Futures.now(false);
                        }))
                .thenApply(all -> all.contains(true));
    }

    private CompletionStage<Boolean> forgotten(Origin origin, SandboxId sandbox, CheckpointId id) {
        return execute(origin, id, new CheckpointCommand.AbandonCheckpoint())
                .thenCompose(abandoned -> abandoned instanceof Outcome.Done<CheckpointView>
                        ? tell(origin, sandbox, new SandboxCommand.ForgetCheckpoint(id))
                                .thenApply(forgotten -> true)
                        : Futures.now(false));
    }

    private CompletionStage<Outcome<Sandbox>> tell(Origin origin, SandboxId sandbox, SandboxCommand command) {
        return entities.sandbox(
                        sandbox, settings.askTimeout(), replyTo -> new SandboxMessage.Execute(origin, command, replyTo))
                .thenApply(RunningSandboxes::outcome);
    }

    /** Takes the name away from a checkpoint that a crash kept from being requested, or from being forgotten. */
    private CompletionStage<Boolean> freed(Origin origin, SandboxId sandbox, Sandbox known, String name) {
        var holder = known.checkpoints().entrySet().stream()
                .filter(entry -> entry.getValue().name().equals(name))
                .map(Map.Entry::getKey)
                .findFirst();
        return holder.map(id -> forgotten(origin, sandbox, id)).orElseGet(() -> Futures.now(false));
    }

    private CompletionStage<Outcome<CheckpointView>> request(
            Origin origin, CheckpointId id, CheckpointCommand.RequestCheckpoint command) {
        return execute(origin, id, command)
                .thenCompose(outcome -> outcome instanceof Outcome.Refused<CheckpointView>
                        // A repeat, or somebody who wanted the same name at the same moment, was faster.
                        ? read(id).thenApply(view -> view.state().isVisibleTo(origin.organization())
                                ? Outcome.done(view)
                                : Outcome.refused(new SandboxRefusal.CheckpointNameTaken(command.name())))
                        : Futures.now(outcome));
    }

    private CompletionStage<Outcome<CheckpointView>> execute(
            Origin origin, CheckpointId id, CheckpointCommand command) {
        return entities.checkpoint(
                        id, settings.askTimeout(), replyTo -> new CheckpointMessage.Execute(origin, command, replyTo))
                .thenApply(reply -> switch (reply) {
                    case CheckpointReply.Done(var checkpoint) -> Outcome.done(new CheckpointView(id, checkpoint));
                    case CheckpointReply.Refused(var reason) -> Outcome.refused(reason);
                });
    }

    @Override
    public CompletionStage<Outcome<List<CheckpointView>>> list(Origin origin, SandboxId sandbox) {
        return sandboxes
                .read(origin.organization(), sandbox)
                .thenCompose(outcome -> outcome.then(known -> Futures.each(
                                List.copyOf(known.checkpoints().keySet()), this::read)
                        .thenApply(all -> Outcome.done(all.stream()
                                .filter(view -> view.state().isVisibleTo(origin.organization()))
                                .sorted(Comparator.comparing(ShardedCheckpoints::facts, NEWEST_FIRST))
                                .toList()))));
    }

    private static final Comparator<Checkpoint.Facts> NEWEST_FIRST =
            Comparator.comparing(Checkpoint.Facts::createdAt).reversed();

    private static Checkpoint.Facts facts(CheckpointView view) {
        return view.state().facts().orElseThrow();
    }

    private CompletionStage<CheckpointView> read(CheckpointId id) {
        return entities.checkpoint(id, settings.askTimeout(), CheckpointMessage.Read::new)
                .thenApply(reply -> new CheckpointView(
                        id, reply instanceof CheckpointReply.Done(var checkpoint) ? checkpoint : Checkpoint.ABSENT));
    }

    @Override
    public CompletionStage<Outcome<Unit>> delete(Origin origin, SandboxId sandbox, CheckpointId checkpoint) {
        return execute(origin, checkpoint, new CheckpointCommand.DeleteCheckpoint(sandbox))
                .thenCompose(deleted ->
                        deleted.then(done -> tell(origin, sandbox, new SandboxCommand.ForgetCheckpoint(checkpoint))))
                .thenApply(outcome -> outcome.map(forgotten -> Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> fork(Origin origin, CheckpointId checkpoint, NewFork wanted) {
        return fork(origin, checkpoint, SandboxId.of(UUID.randomUUID()), wanted);
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> fork(
            Origin origin, CheckpointId checkpoint, SandboxId fork, NewFork wanted) {
        return read(checkpoint)
                .thenCompose(view -> view.state().isForkableBy(origin.organization())
                        ? forks.fork(origin, checkpoint, fork, wanted)
                        : Futures.now(Outcome.refused(new CheckpointRefusal.NoSuchCheckpoint())));
    }
}
