package dev.sealbox.persistence.entity;

import akka.actor.typed.ActorRef;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.ApiKeyHash;
import dev.sealbox.domain.organization.KeyStanding;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.persistence.serialization.ClusterMessage;
import java.util.Map;
import java.util.Optional;

/** What is said to an organisation's entity. */
public sealed interface OrganizationMessage extends ClusterMessage {

    record Execute(Origin origin, OrganizationCommand command, ActorRef<OrganizationReply> replyTo)
            implements OrganizationMessage {}

    record Read(ActorRef<OrganizationReply> replyTo) implements OrganizationMessage {}

    /** Asks what the key with this hash is worth now. */
    record FindKey(ApiKeyHash hash, ActorRef<KeyFound> replyTo) implements OrganizationMessage {}

    /** Asks for the first store names behind {@code after}. */
    record ListNames(Optional<StoreName> after, int limit, ActorRef<Names> replyTo) implements OrganizationMessage {}

    /** Leave memory. */
    record Stop() implements OrganizationMessage {}

    /** In their order. */
    record Names(Map<StoreName, StoreId> names) implements ClusterMessage {}

    record KeyFound(KeyStanding standing) implements ClusterMessage {}
}
