package dev.sealbox.persistence.entity;

import akka.actor.typed.javadsl.ActorContext;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.Patch;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.Environment;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxHosts;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Runs what was added to a sandbox's origin since, when the sandbox has woken. Changes of its stores reach it meanwhile, as
 * any sandbox that runs; who asked it to wake waits. Belongs to one actor; a crash leaves the rest to the next wake.
 */
final class WakePatches {
    private final SandboxId id;
    private final ActorContext<SandboxMessage> context;
    private final Neighbours neighbours;
    private final SandboxHosts hosts;
    private final InstantSource time;
    private boolean underWay;

    WakePatches(
            SandboxId id,
            ActorContext<SandboxMessage> context,
            Neighbours neighbours,
            SandboxHosts hosts,
            InstantSource time) {
        this.id = id;
        this.context = context;
        this.neighbours = neighbours;
        this.hosts = hosts;
        this.time = time;
    }

    boolean underWay() {
        return underWay;
    }

    void ended() {
        underWay = false;
    }

    /** @param names of the secrets whose tokens the scripts see */
    void run(Sandbox sandbox, Set<SecretName> names) {
        sandbox.blueprint().origin().ifPresent(origin -> {
            underWay = true;
            // Asked for now: later the actor may know other secrets.
            var environment = Environment.of(sandbox.tokens().shown(names), sandbox.blueprint(), Map.of());
            context.pipeToSelf(
                    neighbours
                            .patches(sandbox.organization(), origin)
                            .thenApply(all -> missing(sandbox, all))
                            .thenCompose(patches -> PatchSeries.run(
                                    patches,
                                    (argv, limit) -> run(
                                            sandbox,
                                            new Command(
                                                    argv,
                                                    environment,
                                                    sandbox.blueprint()
                                                            .defaults()
                                                            .directory(),
                                                    limit)),
                                    this::note,
                                    time)),
                    (done, failure) -> new SandboxMessage.Patched(
                            Optional.ofNullable(failure).map(Records::reason)));
        });
    }

    private static List<Patch> missing(Sandbox sandbox, List<Patch> all) {
        return all.stream()
                .filter(patch -> !sandbox.branch().patches().contains(patch.number()))
                .toList();
    }

    private CompletionStage<Outcome<CommandResult>> run(Sandbox sandbox, Command command) {
        return hosts.run(sandbox.host().orElseThrow(), id, command).thenApply(Outcome::done);
    }

    /** Comes before the word that all have run. */
    private CompletionStage<Unit> note(SandboxCommand command) {
        context.getSelf()
                .tell(new SandboxMessage.ExecuteAsSystem(
                        command, Optional.empty(), context.getSystem().ignoreRef()));
        return CompletableFuture.completedFuture(Unit.DONE);
    }
}
