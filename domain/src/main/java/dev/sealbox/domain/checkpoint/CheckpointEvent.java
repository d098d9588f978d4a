package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.CheckpointKind;
import java.util.UUID;

/** What has happened to a checkpoint. Stored for ever: add cases, never change the meaning of one. */
public sealed interface CheckpointEvent {

    record CheckpointRequested(SandboxId source, String name, CheckpointKind kind, Contents contents)
            implements CheckpointEvent {}

    /** It stands for an image or a snapshot of that name, whose files are already there. */
    record ImageAdopted(String name, Contents contents) implements CheckpointEvent {}

    /** {@code memory} says whether it has the processes, too. */
    record CheckpointReady(long sizeBytes, boolean memory) implements CheckpointEvent {}

    record CheckpointFailed(String reason) implements CheckpointEvent {}

    record CheckpointForked(SandboxId fork) implements CheckpointEvent {}

    record CheckpointDeleted() implements CheckpointEvent {}

    record LayerDiscarded() implements CheckpointEvent {}

    /** Every organisation may fork it. */
    record CheckpointPublished() implements CheckpointEvent {}

    record CheckpointUnpublished() implements CheckpointEvent {}

    record PatchAdded(UUID patch, int number, String script, String description) implements CheckpointEvent {}

    record PatchRemoved(UUID patch) implements CheckpointEvent {}

    /** What descends from it gets none of its stores any more. */
    record LineageRevoked() implements CheckpointEvent {}
}
