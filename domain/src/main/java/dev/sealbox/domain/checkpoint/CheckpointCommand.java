package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.CheckpointKind;
import java.util.UUID;

/** What can be asked of a checkpoint. */
public sealed interface CheckpointCommand {

    record RequestCheckpoint(SandboxId source, String name, CheckpointKind kind, Contents contents)
            implements CheckpointCommand {}

    /**
     * Lets it stand for an image, ready at once; repeating it is harmless.
     *
     * @param name for people
     * @param again also when the image went and came again; not where an id is drawn once
     */
    record AdoptImage(String name, Contents contents, boolean again) implements CheckpointCommand {}

    /** The image is to go: if nothing stands for it by now, nothing ever will. Repeating it is harmless. */
    record RetireImage() implements CheckpointCommand {}

    /** {@code memory} is false also from a node that knew nothing of it. */
    record ConfirmReady(long sizeBytes, boolean memory) implements CheckpointCommand {}

    record ReportFailed(String reason) implements CheckpointCommand {}

    /** Notes that a sandbox starts from it. */
    record ForkCheckpoint(SandboxId fork) implements CheckpointCommand {}

    /** {@code source} is the sandbox that the asker believes it to belong to. */
    record DeleteCheckpoint(SandboxId source) implements CheckpointCommand {}

    /** Deletes it for a newer one, unless it is published, patched or was ever forked. */
    record GiveWay(SandboxId source) implements CheckpointCommand {}

    /** The name that was taken for it is given away: if it was not requested by now, it never will be. */
    record AbandonCheckpoint() implements CheckpointCommand {}

    /** The host has let the layer go. */
    record ConfirmDiscarded() implements CheckpointCommand {}

    /** Repeating it is harmless. */
    record PublishCheckpoint() implements CheckpointCommand {}

    /** Repeating it is harmless; forks that are there stay. */
    record UnpublishCheckpoint() implements CheckpointCommand {}

    record AddPatch(UUID patch, String script, String description) implements CheckpointCommand {}

    record RemovePatch(UUID patch) implements CheckpointCommand {}

    /** Repeating it is harmless. */
    record RevokeLineage() implements CheckpointCommand {}
}
