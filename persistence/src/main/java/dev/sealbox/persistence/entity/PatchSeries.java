package dev.sealbox.persistence.entity;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.Patch;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.SandboxCommand;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Patches one after the other, each noted when it has run, until one fails (SEMANTICS 10.11). */
public final class PatchSeries {
    private static final Duration EACH = Duration.ofMinutes(5);
    private static final Duration TOGETHER = Duration.ofMinutes(10);
    private static final int QUOTED = 500;

    private final Runner runner;
    private final Notes notes;
    private final InstantSource time;
    private final Instant deadline;

    /** Runs a script in the sandbox. */
    @FunctionalInterface
    public interface Runner {
        CompletionStage<Outcome<CommandResult>> run(List<String> argv, Duration limit);
    }

    /** Has the sandbox note what came of a patch. */
    @FunctionalInterface
    public interface Notes {
        CompletionStage<Unit> note(SandboxCommand command);
    }

    private PatchSeries(Runner runner, Notes notes, InstantSource time) {
        this.runner = runner;
        this.notes = notes;
        this.time = time;
        this.deadline = time.instant().plus(TOGETHER);
    }

    /** Complete when all have run, or one has failed; a script that fails fails nothing else. */
    public static CompletionStage<Unit> run(List<Patch> patches, Runner runner, Notes notes, InstantSource time) {
        return new PatchSeries(runner, notes, time).inTurn(patches);
    }

    private CompletionStage<Unit> inTurn(List<Patch> patches) {
        if (patches.isEmpty()) {
            return CompletableFuture.completedFuture(Unit.DONE);
        }
        var patch = patches.getFirst();
        return failure(patch).thenCompose(failure -> {
            if (failure.isPresent()) {
                return notes.note(new SandboxCommand.NotePatchFailed(patch.number(), failure.get()));
            }
            return notes.note(new SandboxCommand.NotePatched(patch.number()))
                    .thenCompose(noted -> inTurn(patches.subList(1, patches.size())));
        });
    }

    private CompletionStage<Optional<String>> failure(Patch patch) {
        var left = Duration.between(time.instant(), deadline);
        var limit = left.compareTo(EACH) < 0 ? left : EACH;
        if (!limit.isPositive()) {
            return CompletableFuture.completedFuture(
                    Optional.of("patch " + patch.number() + ": no time is left for it"));
        }
        return runner.run(List.of("bash", "-c", patch.script()), limit).handle((outcome, failure) -> {
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
}
