package dev.sealbox.domain.image;

import dev.sealbox.domain.identity.CheckpointId;
import java.util.Set;
import java.util.UUID;

/** What has happened to images and snapshots. Stored for ever: add cases, never change the meaning of one. */
public sealed interface ImageEvent {

    record BuildBegun(ImageHash image, Build build) implements ImageEvent {}

    record ImageBuilt(ImageHash image, CheckpointId layer, ImageLayer built) implements ImageEvent {}

    record BuildFailed(ImageHash image, CheckpointId layer, String reason) implements ImageEvent {}

    record SnapshotRequested(SnapshotName name, UUID id, ImageHash image, String outline, long node)
            implements ImageEvent {}

    record SnapshotBuilt(SnapshotName name, UUID id, ImageLayer built) implements ImageEvent {}

    record SnapshotFailed(SnapshotName name, UUID id, String reason) implements ImageEvent {}

    record SnapshotDeleted(SnapshotName name, UUID id) implements ImageEvent {}

    /** It is in the cache no more. */
    record ImageRemoved(ImageHash image) implements ImageEvent {}

    /** Layers that nothing needed have been let go by their hosts. */
    record LayersGone(Set<CheckpointId> layers) implements ImageEvent {}
}
