package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.checkpoint.CheckpointView;
import dev.sealbox.domain.checkpoint.Retention;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Older checkpoints that give way to a new one (SEMANTICS 10.6). */
final class Retiring {
    private final Entities entities;
    private final ServiceSettings settings;

    Retiring(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    /**
     * What has to go.
     *
     * @param count how many
     * @param candidates all that may, the oldest first
     */
    record Surplus(int count, List<CheckpointId> candidates) {
        private static final Surplus NONE = new Surplus(0, List.of());
    }

    CompletionStage<Outcome<Surplus>> surplus(Sandbox sandbox, CheckpointKind kind, Retention retention) {
        if (retention.most().isEmpty()) {
            return Futures.now(Outcome.done(Surplus.NONE));
        }
        var ofKind = sandbox.checkpoints().entrySet().stream()
                .filter(entry -> entry.getValue().kind() == kind)
                .map(Map.Entry::getKey)
                .toList();
        return Futures.each(ofKind, this::read).thenApply(all -> surplus(all, retention));
    }

    /** Of {@code all}, the oldest first: in the order of their sandbox, for the times are those of several clocks. */
    static Outcome<Surplus> surplus(List<CheckpointView> all, Retention retention) {
        var counted = all.stream().filter(view -> isCounted(view.state())).toList();
        var candidates = counted.stream()
                .filter(view -> view.state().dispensable())
                .map(CheckpointView::id)
                .toList();
        var count = retention.surplus(counted.size());
        return count > candidates.size()
                ? Outcome.refused(new CheckpointRefusal.TooFewGiveWay(count, candidates.size()))
                : Outcome.done(new Surplus(count, candidates));
    }

    /** Those that failed, and those that are on the way out, do not count. */
    private static boolean isCounted(Checkpoint checkpoint) {
        return checkpoint.stage() == Checkpoint.Stage.READY || checkpoint.stage() == Checkpoint.Stage.PROCESSING;
    }

    /** One that was published, patched or forked since is left, and the next goes instead. */
    CompletionStage<Outcome<Unit>> retire(Origin origin, SandboxId sandbox, Surplus surplus) {
        if (surplus.count() == 0) {
            return Futures.now(Outcome.done(Unit.DONE));
        }
        if (surplus.candidates().isEmpty()) {
            return Futures.now(Outcome.refused(new CheckpointRefusal.TooFewGiveWay(surplus.count(), 0)));
        }
        var oldest = surplus.candidates().getFirst();
        var others = surplus.candidates().subList(1, surplus.candidates().size());
        return entities.checkpoint(
                        oldest,
                        settings.askTimeout(),
                        replyTo ->
                                new CheckpointMessage.Execute(origin, new CheckpointCommand.GiveWay(sandbox), replyTo))
                .thenCompose(reply -> reply instanceof CheckpointReply.Done
                        ? forget(origin, sandbox, oldest)
                                .thenCompose(gone -> retire(origin, sandbox, new Surplus(surplus.count() - 1, others)))
                        : retire(origin, sandbox, new Surplus(surplus.count(), others)));
    }

    private CompletionStage<?> forget(Origin origin, SandboxId sandbox, CheckpointId checkpoint) {
        return entities.sandbox(
                sandbox,
                settings.askTimeout(),
                replyTo ->
                        new SandboxMessage.Execute(origin, new SandboxCommand.ForgetCheckpoint(checkpoint), replyTo));
    }

    private CompletionStage<CheckpointView> read(CheckpointId id) {
        return entities.checkpoint(id, settings.askTimeout(), CheckpointMessage.Read::new)
                .thenApply(reply -> new CheckpointView(
                        id, reply instanceof CheckpointReply.Done(var checkpoint) ? checkpoint : Checkpoint.ABSENT));
    }
}
