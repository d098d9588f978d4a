package dev.sealbox.persistence.entity;

import akka.actor.typed.ActorRef;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.ImageCommand;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.persistence.serialization.ClusterMessage;

/** What is said to the entity of an organisation's images. Files of images never come here. */
public sealed interface ImageMessage extends ClusterMessage {

    /** Decides {@code command}; the reply is {@link ImageReply.Done} or a refusal. */
    record Execute(Origin origin, ImageCommand command, ActorRef<ImageReply> replyTo) implements ImageMessage {}

    /** Asks what is known of an image: {@link ImageReply.Image}. */
    record ReadImage(ImageHash image, ActorRef<ImageReply> replyTo) implements ImageMessage {}

    /** Asks for a snapshot: {@link ImageReply.Snapshots} with at most one. */
    record ReadSnapshot(SnapshotName name, ActorRef<ImageReply> replyTo) implements ImageMessage {}

    /** Asks for all snapshots: {@link ImageReply.Snapshots}. */
    record ListSnapshots(ActorRef<ImageReply> replyTo) implements ImageMessage {}

    /** Asks for what is being built: {@link ImageReply.Unfinished}. */
    record ListUnfinished(ActorRef<ImageReply> replyTo) implements ImageMessage {}

    /** Asks for the images of the cache, and for the layers that are to go: {@link ImageReply.Images}. */
    record ListImages(ActorRef<ImageReply> replyTo) implements ImageMessage {}

    /** Asks for the layers that are needed, of images and of builds under way: {@link ImageReply.Layers}. */
    record ListLayers(ActorRef<ImageReply> replyTo) implements ImageMessage {}

    /** Leave memory. */
    record Stop() implements ImageMessage {}
}
