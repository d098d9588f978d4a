package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ForkCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.checkpoint.NewFork;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.sandbox.StoreLayers;
import dev.sealbox.domain.sandbox.Template;
import dev.sealbox.domain.sandbox.Widening;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.Entities;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** How a checkpoint becomes a sandbox: its files, its stores as they are now, and the requested store on top. */
final class Forks {
    private final Entities entities;
    private final Launcher launcher;
    private final Lineage lineage;
    private final Patching patching;
    private final Cutting cutting;
    private final ServiceSettings settings;

    Forks(
            Entities entities,
            SandboxHosts hosts,
            Sandboxes sandboxes,
            RandomGenerator random,
            ServiceSettings settings,
            InstantSource time) {
        this.entities = entities;
        this.launcher = new Launcher(entities, hosts, random, settings, time);
        this.lineage = new Lineage(entities, settings);
        this.patching = new Patching(entities, sandboxes, settings, time);
        this.cutting = new Cutting(entities, settings);
        this.settings = settings;
    }

    /** The caller has seen that the asker may fork the checkpoint. */
    CompletionStage<Outcome<SandboxView>> fork(Origin origin, CheckpointId checkpoint, SandboxId id, NewFork wanted) {
        return launcher.unlessThere(origin, id, () -> launch(origin, checkpoint, id, wanted))
                .thenCompose(launched -> launched.then(fork -> patching.apply(origin, checkpoint, fork)));
    }

    private CompletionStage<Outcome<SandboxView>> launch(
            Origin origin, CheckpointId checkpoint, SandboxId id, NewFork wanted) {
        return settled(checkpoint)
                .thenCompose(ready -> ready.then(state -> lineage.of(origin.organization(), checkpoint, state)
                        .thenCompose(inherited -> layers(origin, inherited, wanted)
                                .thenCompose(found -> found.then(layers -> note(origin, checkpoint, id)
                                        .thenCompose(noted -> noted.then(done -> launcher.launch(
                                                origin,
                                                plan(
                                                        id,
                                                        checkpoint,
                                                        state.files(checkpoint),
                                                        inherited.contents(),
                                                        layers,
                                                        wanted))))))
                                .thenCompose(launched -> launched.then(fork -> inherited.lost()
                                        ? Futures.now(launched)
                                        : unlessRevoked(origin, checkpoint, state, fork))))));
    }

    /** A revocation of the lineage that began after it was looked at, and listed sandboxes before this one was there. */
    private CompletionStage<Outcome<SandboxView>> unlessRevoked(
            Origin origin, CheckpointId checkpoint, Checkpoint state, SandboxView fork) {
        if (!state.isVisibleTo(origin.organization())) {
            return Futures.now(Outcome.done(fork));
        }
        return lineage.isRevoked(origin.organization(), checkpoint, state)
                .thenCompose(revoked -> revoked
                        ? cutting.cut(origin, List.of(fork.id())).thenApply(cut -> Outcome.done(fork))
                        : Futures.now(Outcome.done(fork)));
    }

    private CompletionStage<Outcome<Checkpoint>> settled(CheckpointId checkpoint) {
        return entities.checkpoint(checkpoint, settings.forkTimeout(), CheckpointMessage.Await::new)
                .thenApply(Forks::outcome)
                .thenApply(known ->
                        known instanceof Outcome.Done<Checkpoint>(var state) && state.stage() == Checkpoint.Stage.FAILED
                                ? Outcome.<Checkpoint>refused(new CheckpointRefusal.Failed(state.reason()))
                                : known)
                .exceptionallyCompose(failure -> RunningSandboxes.cause(failure) instanceof TimeoutException
                        ? Futures.now(Outcome.refused(new CheckpointRefusal.NotReadyInTime()))
                        : CompletableFuture.failedFuture(failure));
    }

    private static Outcome<Checkpoint> outcome(CheckpointReply reply) {
        return switch (reply) {
            case CheckpointReply.Done(var checkpoint) -> Outcome.done(checkpoint);
            case CheckpointReply.Refused(var reason) -> Outcome.refused(reason);
        };
    }

    private CompletionStage<Outcome<Checkpoint>> note(Origin origin, CheckpointId checkpoint, SandboxId fork) {
        return entities.checkpoint(
                        checkpoint,
                        settings.askTimeout(),
                        replyTo -> new CheckpointMessage.Execute(origin, new ForkCheckpoint(fork), replyTo))
                .thenApply(Forks::outcome);
    }

    /**
     * A fork's stores as they are now.
     *
     * @param lost whether an inherited one is gone
     * @param widening what the requested one widens
     */
    private record Found(List<StoreView> layers, boolean lost, Optional<Widening> widening) {}

    private CompletionStage<Outcome<Found>> layers(Origin origin, Lineage.Inherited inherited, NewFork wanted) {
        var contents = inherited.contents();
        var requested = wanted.store();
        if (Stream.concat(contents.stores().stream(), requested.stream())
                        .distinct()
                        .count()
                > StoreLayers.MAX) {
            return Futures.now(Outcome.refused(new SandboxRefusal.TooManyStores(StoreLayers.MAX)));
        }
        var names = StoreLayers.names(contents.stores(), requested);
        if (!wanted.mayStandOn(names)) {
            return Futures.now(Outcome.refused(new SandboxRefusal.StoreNotNamed()));
        }
        return Futures.each(names, name -> launcher.store(origin, name))
                .thenApply(found -> found(inherited, names, found, requested));
    }

    private Outcome<Found> found(
            Lineage.Inherited inherited,
            List<StoreName> names,
            List<Optional<StoreView>> found,
            Optional<StoreName> requested) {
        // The requested one is the last, whether it was inherited or not.
        if (requested.isPresent() && found.getLast().isEmpty()) {
            return Outcome.refused(new StoreRefusal.UnknownName(requested.get()));
        }
        var present = found.stream().flatMap(Optional::stream).toList();
        var lost = inherited.lost() || present.size() < names.size();
        var widening = widening(inherited.contents(), present, lost);
        return settings.strictForks() && widening.isPresent()
                ? Outcome.refused(new SandboxRefusal.WouldWiden(widening.get()))
                : Outcome.done(new Found(present, lost, widening));
    }

    private static Optional<Widening> widening(Contents contents, List<StoreView> all, boolean lost) {
        var inherited = all.stream()
                .filter(view -> contents.stores().contains(view.name()))
                .toList();
        return Widening.of(
                inherited,
                all,
                StoreLayers.allowlist(inherited, lost, contents.remembered()),
                StoreLayers.allowlist(all, lost, contents.remembered()));
    }

    private static Launcher.Plan plan(
            SandboxId id,
            CheckpointId checkpoint,
            List<CheckpointId> files,
            Contents contents,
            Found found,
            NewFork wanted) {
        return new Launcher.Plan(
                id,
                blueprint(checkpoint, files, contents.blueprint(), wanted),
                found.layers(),
                found.lost(),
                contents.remembered(),
                contents.tokens(),
                Optional.of(contents.host()),
                found.widening(),
                Optional.empty(),
                wanted.siting());
    }

    private static Blueprint blueprint(
            CheckpointId checkpoint, List<CheckpointId> files, Blueprint origin, NewFork wanted) {
        var limits = origin.limits();
        var memory = Math.max(limits.memoryMB(), wanted.memoryMB().orElse(0));
        return new Blueprint(
                Template.of(origin.template()).on(wanted.runtime()).name(),
                Optional.of(checkpoint),
                files,
                new Limits(limits.cpuCount(), memory, limits.diskMB()),
                wanted.timeoutSeconds(),
                merged(origin.envs(), wanted.envs()),
                merged(origin.metadata(), wanted.metadata()),
                origin.defaults());
    }

    private static Map<String, String> merged(Map<String, String> inherited, Map<String, String> wanted) {
        var merged = new HashMap<>(inherited);
        merged.putAll(wanted);
        return merged;
    }
}
