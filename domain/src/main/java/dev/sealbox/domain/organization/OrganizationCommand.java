package dev.sealbox.domain.organization;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.webhook.WebhookId;

/** What can be asked of an organisation. */
public sealed interface OrganizationCommand {

    /** Makes the organisation with its first key; refused when it has keys already. */
    record CreateOrganization(ApiKeyHash hash, KeyTerms terms) implements OrganizationCommand {}

    /** Repeating it with the same hash is harmless. */
    record IssueApiKey(ApiKeyHash hash, KeyTerms terms) implements OrganizationCommand {}

    record RevokeApiKey(String keyId) implements OrganizationCommand {}

    /**
     * A store that renames itself holds both names until it releases the old one. Refused when {@code limit} names are
     * taken.
     */
    record ReserveName(StoreName name, StoreId store, int limit) implements OrganizationCommand {}

    /** Does nothing unless {@code store} holds the name. */
    record ReleaseName(StoreName name, StoreId store) implements OrganizationCommand {}

    /** Counts a sandbox against the limit of concurrent ones. */
    record AdmitSandbox(SandboxId sandbox, int limit) implements OrganizationCommand {}

    /** A hibernated sandbox does not count, but stays the organisation's. */
    record SuspendSandbox(SandboxId sandbox) implements OrganizationCommand {}

    /** Counts a sandbox that was suspended again; refused as an admission is. */
    record ResumeSandbox(SandboxId sandbox, int limit) implements OrganizationCommand {}

    record ReleaseSandbox(SandboxId sandbox) implements OrganizationCommand {}

    /** Notes down what is done to a webhook, which is kept elsewhere. */
    record NoteWebhook(WebhookId webhook, WebhookTerms terms, boolean fresh, boolean secretReplaced)
            implements OrganizationCommand {}

    record NoteWebhookDeleted(WebhookId webhook) implements OrganizationCommand {}
}
