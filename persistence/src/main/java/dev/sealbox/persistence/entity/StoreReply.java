package dev.sealbox.persistence.entity;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.persistence.serialization.ClusterMessage;

/** What a store's entity answers. */
public sealed interface StoreReply extends ClusterMessage {

    /** The store as it is now, and how far a change has come. */
    record Done(SecretStore store, Refreshed refreshed) implements StoreReply {}

    record Refused(Refusal reason) implements StoreReply {}
}
