package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.Patch;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Runs the patches of a checkpoint in a fork, in their order, each once (SEMANTICS 10.11). */
final class Patching {
    private static final Duration EACH = Duration.ofMinutes(5);
    private static final Duration TOGETHER = Duration.ofMinutes(10);
    private static final int QUOTED = 500;

    private final Entities entities;
    private final Sandboxes sandboxes;
    private final ServiceSettings settings;
    private final Clock clock;

    Patching(Entities entities, Sandboxes sandboxes, ServiceSettings settings, Clock clock) {
        this.entities = entities;
        this.sandboxes = sandboxes;
        this.settings = settings;
        this.clock = clock;
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
                        : inTurn(origin, fork, patches, clock.instant().plus(TOGETHER))
                                .thenCompose(done -> sandboxes.read(origin, fork.id())));
    }

    private CompletionStage<Void> inTurn(Origin origin, SandboxView fork, List<Patch> patches, Instant deadline) {
        if (patches.isEmpty()) {
            return Futures.nothing();
        }
        var patch = patches.getFirst();
        return failure(origin, fork, patch, deadline).thenCompose(failure -> {
            var rest = patches.subList(1, patches.size());
            return failure.map(error -> note(origin, fork, new SandboxCommand.NotePatchFailed(patch.number(), error)))
                    .orElseGet(() -> note(origin, fork, new SandboxCommand.NotePatched(patch.number()))
                            .thenCompose(noted -> inTurn(origin, fork, rest, deadline)));
        });
    }

    private CompletionStage<Optional<String>> failure(Origin origin, SandboxView fork, Patch patch, Instant deadline) {
        var left = Duration.between(clock.instant(), deadline);
        var limit = left.compareTo(EACH) < 0 ? left : EACH;
        if (!limit.isPositive()) {
            return Futures.now(Optional.of("patch " + patch.number() + ": no time is left for it"));
        }
        var run = new Run(List.of("bash", "-c", patch.script()), Map.of(), Optional.empty(), limit);
        return sandboxes.run(origin, fork.id(), run).handle((outcome, failure) -> {
            if (failure != null) {
                return Optional.of("patch " + patch.number() + " could not be run");
            }
            return switch (outcome) {
                case Outcome.Done<CommandResult>(var result) -> failure(patch, result);
                case Outcome.Refused<CommandResult>(var reason) ->
                    Optional.of("patch " + patch.number() + ": " + reason.message());
            };
        });
    }

    private static Optional<String> failure(Patch patch, CommandResult result) {
        var said = result.stderr().strip();
        var end = said.length() <= QUOTED ? said : said.substring(said.length() - QUOTED);
        return result.exitCode() == 0
                ? Optional.empty()
                : Optional.of("patch " + patch.number() + " ended with " + result.exitCode() + ": " + end);
    }

    private CompletionStage<Void> note(Origin origin, SandboxView fork, SandboxCommand command) {
        return entities.sandbox(
                        fork.id(),
                        settings.askTimeout(),
                        replyTo -> new SandboxMessage.Execute(origin, command, replyTo))
                .thenAccept(noted -> {});
    }
}
