package dev.sealbox.persistence.entity;

import akka.actor.typed.ActorRef;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.ApiKeyHash;
import dev.sealbox.domain.organization.KeyStanding;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.persistence.serialization.ClusterMessage;

/** What is said to an organisation's entity. */
public sealed interface OrganizationMessage extends ClusterMessage {

    record Execute(Origin origin, OrganizationCommand command, ActorRef<OrganizationReply> replyTo)
            implements OrganizationMessage {}

    record Read(ActorRef<OrganizationReply> replyTo) implements OrganizationMessage {}

    /** Asks what the key with this hash is worth now. */
    record FindKey(ApiKeyHash hash, ActorRef<KeyFound> replyTo) implements OrganizationMessage {}

    /** Leave memory. */
    record Stop() implements OrganizationMessage {}

    record KeyFound(KeyStanding standing) implements ClusterMessage {}
}
