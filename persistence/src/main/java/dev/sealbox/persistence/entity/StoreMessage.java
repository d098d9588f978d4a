package dev.sealbox.persistence.entity;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.persistence.serialization.ClusterMessage;
import java.util.Optional;
import java.util.Set;

/** What is said to a store's entity. */
public sealed interface StoreMessage {

    /** Decides {@code command}; the reply comes when running sandboxes have the change, or do not answer in time. */
    record Execute(Origin origin, StoreCommand command, ActorRef<StoreReply> replyTo)
            implements StoreMessage, ClusterMessage {}

    /** Replies with the store as it is, whatever its stage. */
    record Read(ActorRef<StoreReply> replyTo) implements StoreMessage, ClusterMessage {}

    /** Finish what is unfinished. */
    record Resume() implements StoreMessage, ClusterMessage {}

    /** Leave memory. */
    record Stop() implements StoreMessage, ClusterMessage {}

    /**
     * Who waits for an answer, and the store as the asked change has left it: while it spreads, others may change the
     * store again.
     */
    record Asker(ActorRef<StoreReply> replyTo, SecretStore store) {
        void tell(Refreshed refreshed) {
            replyTo.tell(new StoreReply.Done(store, refreshed));
        }
    }

    /** What a bound sandbox said to the store's revision that it was told of. */
    record Answered(SandboxId sandbox, long revision, Acknowledged.Answer answer)
            implements StoreMessage, NoSerializationVerificationNeeded {}

    /** Whoever waits for a change to arrive everywhere has waited long enough. */
    record PushDue(long round) implements StoreMessage, NoSerializationVerificationNeeded {}

    /** The vault has destroyed keys, or has failed to. */
    record Shredded(Set<KeyId> keys, Optional<String> failure, Refreshed refreshed, Optional<Asker> asker)
            implements StoreMessage, NoSerializationVerificationNeeded {}
}
