package dev.sealbox.persistence.entity;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.persistence.serialization.ClusterMessage;

/** What an organisation's entity answers. */
public sealed interface OrganizationReply extends ClusterMessage {

    record Done(Organization organization) implements OrganizationReply {}

    record Refused(Refusal reason) implements OrganizationReply {}
}
