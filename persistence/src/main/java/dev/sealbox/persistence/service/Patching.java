package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.Patch;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.PatchSeries;
import dev.sealbox.persistence.entity.SandboxMessage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Runs the patches of a checkpoint in a fork, in their order, each once (SEMANTICS 10.11). */
final class Patching {
    private final Entities entities;
    private final Sandboxes sandboxes;
    private final ServiceSettings settings;
    private final InstantSource time;

    Patching(Entities entities, Sandboxes sandboxes, ServiceSettings settings, InstantSource time) {
        this.entities = entities;
        this.sandboxes = sandboxes;
        this.settings = settings;
        this.time = time;
    }

    /** The fork as it is afterwards; a patch that fails ends the series, not the fork. */
    CompletionStage<Outcome<SandboxView>> apply(Origin origin, CheckpointId checkpoint, SandboxView fork) {
        return entities.checkpoint(checkpoint, settings.askTimeout(), CheckpointMessage.Read::new)
                .thenApply(reply -> reply instanceof CheckpointReply.Done(var state)
                        ? state.upkeep().patches().stream()
                                .filter(patch -> !fork.branch().patches().contains(patch.number()))
                                .toList()
                        : List.<Patch>of())
                .thenCompose(patches -> patches.isEmpty()
                        ? Futures.now(Outcome.done(fork))
                        : PatchSeries.run(
                                        patches,
                                        (argv, limit) -> run(origin, fork, argv, limit),
                                        note(origin, fork),
                                        time)
                                .thenCompose(done -> sandboxes.read(origin, fork.id())));
    }

    private CompletionStage<Outcome<CommandResult>> run(
            Origin origin, SandboxView fork, List<String> argv, Duration limit) {
        return sandboxes.run(origin, fork.id(), new Run(argv, Map.of(), Optional.empty(), limit));
    }

    private PatchSeries.Notes note(Origin origin, SandboxView fork) {
        return command -> entities.sandbox(
                        fork.id(),
                        settings.askTimeout(),
                        replyTo -> new SandboxMessage.Execute(origin, command, replyTo))
                .thenApply(noted -> Unit.DONE);
    }
}
