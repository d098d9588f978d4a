package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Autoscale;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxUpkeep;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Tags;
import dev.sealbox.domain.sandbox.Tier;
import dev.sealbox.persistence.entity.Entities;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Changes sandboxes by way of their entities; thread-safe. */
public final class ShardedUpkeep implements SandboxUpkeep {
    private final SandboxHosts hosts;
    private final RunningSandboxes running;
    private final ServiceSettings settings;

    public ShardedUpkeep(Entities entities, SandboxHosts hosts, ServiceSettings settings) {
        this.hosts = hosts;
        this.running = new RunningSandboxes(entities, settings);
        this.settings = settings;
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> tag(Origin origin, SandboxId sandbox, Tags tags) {
        return changed(origin, sandbox, new SandboxCommand.ReplaceTags(tags));
    }

    @Override
    public CompletionStage<Outcome<Scaled>> scale(Origin origin, SandboxId sandbox, int memoryMB) {
        var tier = Tier.of(memoryMB);
        return running.read(origin.organization(), sandbox)
                .thenCompose(known -> known.then(before -> unlessInUse(sandbox, before, memoryMB)
                        .thenCompose(fits ->
                                fits.then(fitting -> changed(origin, sandbox, new SandboxCommand.ScaleSandbox(tier))))
                        .thenApply(outcome -> outcome.map(now -> new Scaled(before.view(sandbox), now)))));
    }

    /** Asked before, since the kernel would end processes or refuse once it is decided. */
    private CompletionStage<Outcome<Sandbox>> unlessInUse(SandboxId id, Sandbox sandbox, int memoryMB) {
        var shrinks = memoryMB < sandbox.blueprint().limits().memoryMB();
        // What is locked is refused for that, whatever it uses.
        if (!shrinks
                || sandbox.stage() != Sandbox.Stage.RUNNING
                || sandbox.upkeep().scalingLocked()) {
            return Futures.now(Outcome.done(sandbox));
        }
        return hosts.memoryInUse(sandbox.host().orElseThrow(), id)
                .thenApply(bytes -> bytes > (long) memoryMB << 20
                        ? Outcome.<Sandbox>refused(new SandboxRefusal.MemoryInUse(memoryMB))
                        : Outcome.done(sandbox))
                .exceptionallyCompose(failure -> RunningSandboxes.cause(failure) instanceof SandboxMissing
                        ? Futures.now(Outcome.done(sandbox))
                        : CompletableFuture.failedFuture(failure));
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> autoscale(
            Origin origin, SandboxId sandbox, Optional<Autoscale> autoscale) {
        return changed(origin, sandbox, new SandboxCommand.ChangeAutoscale(autoscale));
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> lockScaling(Origin origin, SandboxId sandbox, boolean locked) {
        return changed(origin, sandbox, new SandboxCommand.LockScaling(locked));
    }

    private CompletionStage<Outcome<SandboxView>> changed(Origin origin, SandboxId sandbox, SandboxCommand command) {
        return running.changed(origin, sandbox, command, settings.askTimeout())
                .thenApply(outcome -> outcome.map(known -> known.view(sandbox)));
    }
}
