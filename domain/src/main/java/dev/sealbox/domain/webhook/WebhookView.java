package dev.sealbox.domain.webhook;

import dev.sealbox.domain.identity.SandboxId;
import java.time.Instant;
import java.util.Optional;

/** A webhook for people, without its secret. */
public record WebhookView(
        WebhookId id,
        WebhookUrl url,
        Optional<String> name,
        EventFilter events,
        Optional<SandboxId> sandbox,
        boolean enabled,
        Instant createdAt,
        Instant updatedAt) {}
