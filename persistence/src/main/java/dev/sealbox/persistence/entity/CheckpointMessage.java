package dev.sealbox.persistence.entity;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import dev.sealbox.domain.checkpoint.CheckpointCommand;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.persistence.serialization.ClusterMessage;
import java.util.Optional;

/** What is said to a checkpoint's entity. */
public sealed interface CheckpointMessage {

    /** Decides {@code command} and replies at once. */
    record Execute(Origin origin, CheckpointCommand command, ActorRef<CheckpointReply> replyTo)
            implements CheckpointMessage, ClusterMessage {}

    /** Replies with the checkpoint as it is, whatever its stage. */
    record Read(ActorRef<CheckpointReply> replyTo) implements CheckpointMessage, ClusterMessage {}

    /** As {@link Read}, when the checkpoint is no longer being taken. */
    record Await(ActorRef<CheckpointReply> replyTo) implements CheckpointMessage, ClusterMessage {}

    /** Finish what is unfinished. */
    record Resume() implements CheckpointMessage, ClusterMessage {}

    /** Leave memory. */
    record Stop() implements CheckpointMessage, ClusterMessage {}

    /** What the host made of its task: a command that says so, or nothing yet. */
    record Finished(Optional<CheckpointCommand> outcome)
            implements CheckpointMessage, NoSerializationVerificationNeeded {}
}
