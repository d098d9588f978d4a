package dev.sealbox.persistence.entity;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.image.Build;
import dev.sealbox.domain.image.BuiltImage;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.persistence.serialization.ClusterMessage;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the entity of an organisation's images answers. */
public sealed interface ImageReply extends ClusterMessage {

    record Done() implements ImageReply {}

    record Refused(Refusal reason) implements ImageReply {}

    /** At most one of the two is there. */
    record Image(Optional<Build> building, Optional<ImageLayer> built) implements ImageReply {}

    record Snapshots(Map<SnapshotName, Snapshot> byName) implements ImageReply {}

    record Images(Map<ImageHash, BuiltImage> byHash, Map<CheckpointId, HostId> leaving) implements ImageReply {}

    record Layers(Set<CheckpointId> layers) implements ImageReply {}

    record Unfinished(Map<ImageHash, Build> builds, Map<SnapshotName, Snapshot> snapshots) implements ImageReply {}
}
