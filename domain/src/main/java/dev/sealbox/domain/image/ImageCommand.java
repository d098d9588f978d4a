package dev.sealbox.domain.image;

import dev.sealbox.domain.identity.CheckpointId;
import java.util.Set;
import java.util.UUID;

/** What can be asked of an organisation's images and snapshots. */
public sealed interface ImageCommand {

    /** Does nothing when the image is there or is being built. */
    record BeginBuild(ImageHash image, Build build) implements ImageCommand {}

    /** {@code layer} says of which build; an outcome of another one changes nothing. */
    record FinishBuild(ImageHash image, CheckpointId layer, ImageLayer built) implements ImageCommand {}

    record FailBuild(ImageHash image, CheckpointId layer, String reason) implements ImageCommand {}

    /** Takes the name; the name of one that failed may be taken. {@code outline} and {@code node} as in {@link Snapshot}. */
    record RequestSnapshot(SnapshotName name, UUID id, ImageHash image, String outline, long node, int limit)
            implements ImageCommand {}

    /** An outcome of a snapshot that has the name no more changes nothing. */
    record ConfirmSnapshot(SnapshotName name, UUID id, ImageLayer built) implements ImageCommand {}

    record FailSnapshot(SnapshotName name, UUID id, String reason) implements ImageCommand {}

    /** Takes an image out of the cache; snapshots of it stay. */
    record RemoveImage(ImageHash image) implements ImageCommand {}

    /** Hosts have let these layers go. */
    record ConfirmGone(Set<CheckpointId> layers) implements ImageCommand {}

    /** The image stays. */
    record DeleteSnapshot(SnapshotName name) implements ImageCommand {}
}
