package dev.sealbox.domain.checkpoint;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.checkpoint.CheckpointCommand.AbandonCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ConfirmDiscarded;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ConfirmReady;
import dev.sealbox.domain.checkpoint.CheckpointCommand.DeleteCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ForkCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ReportFailed;
import dev.sealbox.domain.checkpoint.CheckpointCommand.RequestCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointDeleted;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointFailed;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointForked;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointReady;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointRequested;
import dev.sealbox.domain.checkpoint.CheckpointEvent.LayerDiscarded;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.CheckpointKind;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a sandbox was at one moment, and the sandboxes that started from it.
 *
 * @param facts empty until it is requested
 * @param sizeBytes of its own layer of files; 0 until it is ready
 * @param forks every sandbox ever started from it
 * @param failedAt the epoch unless it failed
 */
public record Checkpoint(
        Stage stage, Optional<Facts> facts, long sizeBytes, Set<SandboxId> forks, String reason, Instant failedAt) {

    /** Where a checkpoint stands. {@code DELETED} still has files, {@code DISCARDED} has none. */
    public enum Stage {
        ABSENT,
        PROCESSING,
        READY,
        FAILED,
        DELETED,
        DISCARDED
    }

    /** What never changes about a checkpoint. */
    public record Facts(
            OrganizationId organization,
            SandboxId source,
            String name,
            CheckpointKind kind,
            Contents contents,
            Instant createdAt) {}

    public static final Checkpoint ABSENT =
            new Checkpoint(Stage.ABSENT, Optional.empty(), 0, Set.of(), "", Instant.EPOCH);

    /** Whether {@code asking} may know of this checkpoint. */
    public boolean isVisibleTo(OrganizationId asking) {
        return stage != Stage.DELETED
                && stage != Stage.DISCARDED
                && facts.filter(known -> known.organization().equals(asking)).isPresent();
    }

    public Decision<CheckpointEvent, CheckpointRefusal> decide(Origin origin, CheckpointCommand command) {
        return switch (command) {
            case RequestCheckpoint(var source, var name, var kind, var contents) ->
                stage == Stage.ABSENT
                        ? accept(new CheckpointRequested(source, name, kind, contents))
                        : refuse(new CheckpointRefusal.AlreadyExists());
            case ConfirmReady(var size) -> stage == Stage.PROCESSING ? accept(new CheckpointReady(size)) : accept();
            case ReportFailed(var why) -> stage == Stage.PROCESSING ? accept(new CheckpointFailed(why)) : accept();
            case AbandonCheckpoint() -> abandon();
            case ConfirmDiscarded() -> stage == Stage.DELETED ? accept(new LayerDiscarded()) : accept();
            case ForkCheckpoint(var fork) ->
                isVisibleTo(origin.organization()) ? fork(fork) : refuse(new CheckpointRefusal.NoSuchCheckpoint());
            case DeleteCheckpoint(var source) ->
                isVisibleTo(origin.organization()) ? delete(source) : refuse(new CheckpointRefusal.NoSuchCheckpoint());
        };
    }

    private Decision<CheckpointEvent, CheckpointRefusal> fork(SandboxId fork) {
        return switch (stage) {
            case READY -> forks.contains(fork) ? accept() : accept(new CheckpointForked(fork));
            case PROCESSING -> refuse(new CheckpointRefusal.NotReadyInTime());
            case FAILED -> refuse(new CheckpointRefusal.Failed(reason));
            case ABSENT, DELETED, DISCARDED -> refuse(new CheckpointRefusal.NoSuchCheckpoint());
        };
    }

    private Decision<CheckpointEvent, CheckpointRefusal> abandon() {
        return switch (stage) {
            case ABSENT -> accept(new LayerDiscarded());
            case PROCESSING, READY, FAILED -> refuse(new CheckpointRefusal.AlreadyExists());
            case DELETED, DISCARDED -> accept();
        };
    }

    private Decision<CheckpointEvent, CheckpointRefusal> delete(SandboxId source) {
        return facts.filter(known -> known.source().equals(source)).isPresent()
                ? accept(new CheckpointDeleted())
                : refuse(new CheckpointRefusal.OfAnotherSandbox());
    }

    public Checkpoint apply(Recorded<CheckpointEvent> recorded) {
        return switch (recorded.event()) {
            case CheckpointRequested(var source, var name, var kind, var contents) ->
                new Checkpoint(
                        Stage.PROCESSING,
                        Optional.of(new Facts(
                                recorded.origin().organization(), source, name, kind, contents, recorded.at())),
                        0,
                        Set.of(),
                        "",
                        Instant.EPOCH);
            case CheckpointReady(var size) -> new Checkpoint(Stage.READY, facts, size, forks, "", failedAt);
            case CheckpointFailed(var why) -> new Checkpoint(Stage.FAILED, facts, 0, forks, why, recorded.at());
            case CheckpointForked(var fork) -> {
                var after = new LinkedHashSet<>(forks);
                after.add(fork);
                yield new Checkpoint(stage, facts, sizeBytes, after, reason, failedAt);
            }
            case CheckpointDeleted() -> new Checkpoint(Stage.DELETED, facts, sizeBytes, forks, reason, failedAt);
            case LayerDiscarded() -> new Checkpoint(Stage.DISCARDED, facts, sizeBytes, forks, reason, failedAt);
        };
    }
}
