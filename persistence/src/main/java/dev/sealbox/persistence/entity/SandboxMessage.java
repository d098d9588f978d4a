package dev.sealbox.persistence.entity;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.serialization.ClusterMessage;
import java.util.Map;
import java.util.Optional;

/** What is said to a sandbox's entity. */
public sealed interface SandboxMessage {

    /**
     * Makes the sandbox and starts it; the reply comes when it runs, or why it does not.
     *
     * @param host where its files lie, and where it runs unless that host is gone; empty for any
     */
    record Create(
            Origin origin, SandboxCommand.CreateSandbox command, Optional<HostId> host, ActorRef<SandboxReply> replyTo)
            implements SandboxMessage, ClusterMessage {}

    /**
     * Decides {@code command}; a stop, a hibernation, a wake and a reboot are replied to when they are over, all else at
     * once. The latter three wait for what is under way.
     */
    record Execute(Origin origin, SandboxCommand command, ActorRef<SandboxReply> replyTo)
            implements SandboxMessage, ClusterMessage {}

    /**
     * As {@link Execute}, for the organisation that the sandbox belongs to.
     *
     * @param from the host that asks, which is not heard when the sandbox is elsewhere; empty when no host does, and from
     *     a node of an earlier version
     */
    record ExecuteAsSystem(SandboxCommand command, Optional<HostId> from, ActorRef<SandboxReply> replyTo)
            implements SandboxMessage, ClusterMessage {}

    /** Replies with the sandbox as it is, to those who may know of it. */
    record Read(OrganizationId organization, ActorRef<SandboxReply> replyTo)
            implements SandboxMessage, ClusterMessage {}

    /** As {@link Read}, for the system itself, which decides who is told of it. */
    record ReadAsSystem(ActorRef<SandboxReply> replyTo) implements SandboxMessage, ClusterMessage {}

    /** As {@link Read}, when the sandbox is no longer being started or stopped. */
    record Await(OrganizationId organization, ActorRef<SandboxReply> replyTo)
            implements SandboxMessage, ClusterMessage {}

    /** Replies with the policy that the sandbox's layers make now. */
    record ReadPolicy(ActorRef<SandboxReply> replyTo) implements SandboxMessage, ClusterMessage {}

    /** Replies with the tokens that commands which start now are shown. */
    record ReadTokens(ActorRef<SandboxReply> replyTo) implements SandboxMessage, ClusterMessage {}

    /** A store has changed. */
    record Refresh(StoreView view, ActorRef<Acknowledged> replyTo) implements SandboxMessage, ClusterMessage {}

    /** Take all secrets from the sandbox; the reply comes when its host has, or has failed to. */
    record Revoke(Origin origin, ActorRef<Acknowledged> replyTo) implements SandboxMessage, ClusterMessage {}

    /** Finish what is unfinished. */
    record Resume() implements SandboxMessage, ClusterMessage {}

    /** What patches there were for one that has woken have run, or one has not; why nothing is known of it, if so. */
    record Patched(Optional<String> failure) implements SandboxMessage, NoSerializationVerificationNeeded {}

    /** Leave memory. */
    record Stop() implements SandboxMessage, ClusterMessage {}

    /** What the stores of the sandbox said; empty for one that is gone. */
    record Layered(Map<StoreId, Optional<StoreView>> views)
            implements SandboxMessage, NoSerializationVerificationNeeded {}

    /**
     * A side effect came to an end.
     *
     * @param figure of a start the revision of the policy that it was given, of a hibernation the bytes that it keeps, of
     *     an adjustment the number of the start that it was for, of a look 1 when there is an image; 0 for other effects
     * @param image of a hibernation the layer that the disk was made into, if it was
     * @param processes of a hibernation whether they were kept, of a start whether those that were kept go on
     */
    record Finished(
            Effect effect, long figure, Optional<CheckpointId> image, boolean processes, Optional<Throwable> failure)
            implements SandboxMessage, NoSerializationVerificationNeeded {
        public Finished(Effect effect, long figure, Optional<Throwable> failure) {
            this(effect, figure, Optional.empty(), false, failure);
        }
    }

    /** What the work has come to, to be noted down. */
    record Conclude(SandboxCommand command) implements SandboxMessage, NoSerializationVerificationNeeded {}

    /** The host has taken a policy, or has failed to. */
    record Enforced(long revision, Optional<Throwable> failure, ActorRef<Acknowledged> replyTo)
            implements SandboxMessage, NoSerializationVerificationNeeded {}

    /** What an entity may be busy with. */
    enum Effect {
        /** Asking the stores. */
        LAYER,
        /** Having the host start the container. */
        START,
        /** Having the host end the container and keep the disk. */
        HIBERNATE,
        /** Telling the host the sandbox's terms. */
        ADJUST,
        /** Having the host end the container, and letting everything else go. */
        END,
        /** Having the host make a layer of the disk of one that sleeps. */
        IMAGE,
        /** Looking whether others could have the image of its disk. */
        LOOK,
        /** Noting down an outcome. */
        CONCLUDE,
        /** Waiting before something that failed is tried again. */
        PAUSE
    }
}
