package dev.sealbox.persistence.entity;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.persistence.serialization.ClusterMessage;

/** What a checkpoint's entity answers. */
public sealed interface CheckpointReply extends ClusterMessage {

    record Done(Checkpoint checkpoint) implements CheckpointReply {}

    record Refused(Refusal reason) implements CheckpointReply {}
}
