package dev.sealbox.domain.checkpoint;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.checkpoint.CheckpointCommand.AbandonCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.AddPatch;
import dev.sealbox.domain.checkpoint.CheckpointCommand.AdoptImage;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ConfirmDiscarded;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ConfirmReady;
import dev.sealbox.domain.checkpoint.CheckpointCommand.DeleteCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ForkCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.GiveWay;
import dev.sealbox.domain.checkpoint.CheckpointCommand.PublishCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.RemovePatch;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ReportFailed;
import dev.sealbox.domain.checkpoint.CheckpointCommand.RequestCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.RetireImage;
import dev.sealbox.domain.checkpoint.CheckpointCommand.RevokeLineage;
import dev.sealbox.domain.checkpoint.CheckpointCommand.UnpublishCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointDeleted;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointFailed;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointForked;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointPublished;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointReady;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointRequested;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointUnpublished;
import dev.sealbox.domain.checkpoint.CheckpointEvent.ImageAdopted;
import dev.sealbox.domain.checkpoint.CheckpointEvent.LayerDiscarded;
import dev.sealbox.domain.checkpoint.CheckpointEvent.LineageRevoked;
import dev.sealbox.domain.checkpoint.CheckpointEvent.PatchAdded;
import dev.sealbox.domain.checkpoint.CheckpointEvent.PatchRemoved;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.CheckpointKind;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What a sandbox was at one moment, and the sandboxes that started from it.
 *
 * @param facts empty until it is requested
 * @param sizeBytes of its own layer of files; 0 until it is ready
 * @param memory whether its layer has the processes, too
 * @param forks every sandbox ever started from it
 * @param failedAt the epoch unless it failed
 * @param upkeep what its owner has made of it since
 */
public record Checkpoint(
        Stage stage,
        Optional<Facts> facts,
        long sizeBytes,
        boolean memory,
        Set<SandboxId> forks,
        String reason,
        Instant failedAt,
        Upkeep upkeep) {

    /** Where a checkpoint stands. {@code DELETED} still has files, {@code DISCARDED} has none. */
    public enum Stage {
        ABSENT,
        PROCESSING,
        READY,
        FAILED,
        DELETED,
        DISCARDED
    }

    /**
     * What never changes about a checkpoint.
     *
     * @param source the sandbox that it was taken of; empty for one that stands for an image, and has no files of its own
     */
    public record Facts(
            OrganizationId organization,
            Optional<SandboxId> source,
            String name,
            CheckpointKind kind,
            Contents contents,
            Instant createdAt) {}

    public static final Checkpoint ABSENT =
            new Checkpoint(Stage.ABSENT, Optional.empty(), 0, false, Set.of(), "", Instant.EPOCH, Upkeep.NONE);

    /** Whether {@code asking} may know of this checkpoint. */
    public boolean isVisibleTo(OrganizationId asking) {
        return isThere()
                && facts.filter(known -> known.organization().equals(asking)).isPresent();
    }

    /** Whether {@code asking} may fork it: its owner, and everybody once it is published. */
    public boolean isForkableBy(OrganizationId asking) {
        return isVisibleTo(asking) || openToAll();
    }

    /** Whether every organisation may fork it. */
    public boolean openToAll() {
        return isThere() && facts.isPresent() && upkeep.published();
    }

    /** The layers that a fork of it stands on, newest first, where its id is {@code id}. */
    public List<CheckpointId> files(CheckpointId id) {
        var known = facts.orElseThrow(() -> new IllegalStateException("a checkpoint without facts"));
        var below = known.contents().blueprint().fileLayers();
        return standsForImage()
                ? below
                : Stream.concat(Stream.of(id), below.stream()).toList();
    }

    /** Whether it stands for an image or a snapshot. */
    public boolean standsForImage() {
        return facts.filter(known -> known.source().isEmpty()).isPresent();
    }

    private boolean isThere() {
        return stage != Stage.DELETED && stage != Stage.DISCARDED;
    }

    public Decision<CheckpointEvent, CheckpointRefusal> decide(Origin origin, CheckpointCommand command) {
        return switch (command) {
            case RequestCheckpoint(var source, var name, var kind, var contents) ->
                stage == Stage.ABSENT
                        ? accept(new CheckpointRequested(source, name, kind, contents))
                        : refuse(new CheckpointRefusal.AlreadyExists());
            case AdoptImage adopt -> adopt(origin, adopt);
            case RetireImage() -> retire(origin);
            case ConfirmReady(var size, var memory) ->
                stage == Stage.PROCESSING ? accept(new CheckpointReady(size, memory)) : accept();
            case ReportFailed(var why) -> stage == Stage.PROCESSING ? accept(new CheckpointFailed(why)) : accept();
            case AbandonCheckpoint() -> abandon();
            case ConfirmDiscarded() -> stage == Stage.DELETED ? accept(new LayerDiscarded()) : accept();
            case ForkCheckpoint(var fork) ->
                isForkableBy(origin.organization()) ? fork(fork) : refuse(new CheckpointRefusal.NoSuchCheckpoint());
            case DeleteCheckpoint(var source) ->
                isVisibleTo(origin.organization()) ? delete(source) : refuse(new CheckpointRefusal.NoSuchCheckpoint());
            case GiveWay(var source) -> giveWay(origin, source);
            case PublishCheckpoint publish -> keep(origin, command);
            case UnpublishCheckpoint unpublish -> keep(origin, command);
            case AddPatch add -> keep(origin, command);
            case RemovePatch remove -> keep(origin, command);
            case RevokeLineage revoke -> keep(origin, command);
        };
    }

    /** What only its owner may do. */
    private Decision<CheckpointEvent, CheckpointRefusal> keep(Origin origin, CheckpointCommand command) {
        if (!isVisibleTo(origin.organization())) {
            return refuse(new CheckpointRefusal.NoSuchCheckpoint());
        }
        return switch (command) {
            case PublishCheckpoint() -> upkeep.published() ? accept() : accept(new CheckpointPublished());
            case UnpublishCheckpoint() -> upkeep.published() ? accept(new CheckpointUnpublished()) : accept();
            case AddPatch(var patch, var script, var description) -> add(patch, script, description);
            case RemovePatch(var patch) ->
                upkeep.has(patch) ? accept(new PatchRemoved(patch)) : refuse(new CheckpointRefusal.NoSuchPatch());
            case RevokeLineage() -> upkeep.revoked() ? accept() : accept(new LineageRevoked());
            default -> throw new IllegalStateException("not about upkeep: " + command);
        };
    }

    private Decision<CheckpointEvent, CheckpointRefusal> add(UUID patch, String script, String description) {
        if (upkeep.has(patch)) {
            return accept();
        }
        return switch (stage) {
            case READY ->
                upkeep.patches().size() < Patch.MAX
                        ? accept(new PatchAdded(patch, upkeep.lastPatch() + 1, script, description))
                        : refuse(new CheckpointRefusal.TooManyPatches(Patch.MAX));
            case FAILED -> refuse(new CheckpointRefusal.Failed(reason));
            case ABSENT, PROCESSING, DELETED, DISCARDED -> refuse(new CheckpointRefusal.NotReadyInTime());
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

    private Decision<CheckpointEvent, CheckpointRefusal> adopt(Origin origin, AdoptImage image) {
        if (stage == Stage.ABSENT || (image.again() && stage == Stage.DISCARDED)) {
            return accept(new ImageAdopted(image.name(), image.contents()));
        }
        return standsForImage() && isVisibleTo(origin.organization())
                ? accept()
                : refuse(new CheckpointRefusal.NoSuchCheckpoint());
    }

    private Decision<CheckpointEvent, CheckpointRefusal> retire(Origin origin) {
        if (stage == Stage.DISCARDED) {
            return accept();
        }
        return stage == Stage.ABSENT || (standsForImage() && isVisibleTo(origin.organization()))
                ? accept(new LayerDiscarded())
                : refuse(new CheckpointRefusal.NoSuchCheckpoint());
    }

    /** Whether a retention policy may delete it: nobody else uses it, and nobody has used it. */
    public boolean dispensable() {
        return isThere() && !upkeep.published() && upkeep.patches().isEmpty() && forks.isEmpty();
    }

    private Decision<CheckpointEvent, CheckpointRefusal> giveWay(Origin origin, SandboxId source) {
        if (!isVisibleTo(origin.organization())) {
            return refuse(new CheckpointRefusal.NoSuchCheckpoint());
        }
        return dispensable() ? delete(source) : refuse(new CheckpointRefusal.InUse());
    }

    private Decision<CheckpointEvent, CheckpointRefusal> delete(SandboxId source) {
        return facts.filter(known -> known.source().equals(Optional.of(source))).isPresent()
                ? accept(new CheckpointDeleted())
                : refuse(new CheckpointRefusal.OfAnotherSandbox());
    }

    public Checkpoint apply(Recorded<CheckpointEvent> recorded) {
        return switch (recorded.event()) {
            case CheckpointRequested(var source, var name, var kind, var contents) ->
                begun(Stage.PROCESSING, recorded, Optional.of(source), name, kind, contents);
            case ImageAdopted(var name, var contents) ->
                // An image may go and come again while checkpoints of its sandboxes stay: numbers of patches are never
                // given twice, and what was revoked stays so.
                begun(Stage.READY, recorded, Optional.empty(), name, CheckpointKind.DISK_ONLY, contents)
                        .with(new Upkeep(false, upkeep.lastPatch(), List.of(), upkeep.revoked()));
            case CheckpointReady(var size, var saved) ->
                new Checkpoint(Stage.READY, facts, size, saved, forks, "", failedAt, upkeep);
            case CheckpointFailed(var why) ->
                new Checkpoint(Stage.FAILED, facts, 0, false, forks, why, recorded.at(), upkeep);
            case CheckpointForked(var fork) -> {
                var after = new LinkedHashSet<>(forks);
                after.add(fork);
                yield new Checkpoint(stage, facts, sizeBytes, memory, after, reason, failedAt, upkeep);
            }
            case CheckpointDeleted() ->
                new Checkpoint(Stage.DELETED, facts, sizeBytes, memory, forks, reason, failedAt, upkeep);
            case LayerDiscarded() ->
                new Checkpoint(Stage.DISCARDED, facts, sizeBytes, memory, forks, reason, failedAt, upkeep);
            case CheckpointPublished() -> with(upkeep.published(true));
            case CheckpointUnpublished() -> with(upkeep.published(false));
            case PatchAdded(var patch, var number, var script, var description) ->
                with(upkeep.with(new Patch(patch, number, script, description, recorded.at())));
            case PatchRemoved(var patch) -> with(upkeep.without(patch));
            case LineageRevoked() -> with(upkeep.cut());
        };
    }

    private static Checkpoint begun(
            Stage stage,
            Recorded<CheckpointEvent> recorded,
            Optional<SandboxId> source,
            String name,
            CheckpointKind kind,
            Contents contents) {
        var facts = new Facts(recorded.origin().organization(), source, name, kind, contents, recorded.at());
        return new Checkpoint(stage, Optional.of(facts), 0, false, Set.of(), "", Instant.EPOCH, Upkeep.NONE);
    }

    private Checkpoint with(Upkeep next) {
        return new Checkpoint(stage, facts, sizeBytes, memory, forks, reason, failedAt, next);
    }
}
