package dev.sealbox.domain.organization;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.webhook.WebhookId;

/** What has happened to an organisation. Stored for ever: add cases, never change the meaning of one. */
public sealed interface OrganizationEvent {

    record ApiKeyIssued(String keyId, ApiKeyHash hash, KeyTerms terms) implements OrganizationEvent {}

    record ApiKeyRevoked(String keyId) implements OrganizationEvent {}

    record NameReserved(StoreName name, StoreId store) implements OrganizationEvent {}

    record NameReleased(StoreName name, StoreId store) implements OrganizationEvent {}

    record SandboxAdmitted(SandboxId sandbox) implements OrganizationEvent {}

    /** It counts no longer, but stays the organisation's. */
    record SandboxSuspended(SandboxId sandbox) implements OrganizationEvent {}

    record SandboxResumed(SandboxId sandbox) implements OrganizationEvent {}

    record SandboxReleased(SandboxId sandbox) implements OrganizationEvent {}

    record WebhookCreated(WebhookId webhook, WebhookTerms terms) implements OrganizationEvent {}

    /** {@code secretReplaced} when it signs with another secret from now on. */
    record WebhookChanged(WebhookId webhook, WebhookTerms terms, boolean secretReplaced) implements OrganizationEvent {}

    record WebhookDeleted(WebhookId webhook) implements OrganizationEvent {}
}
