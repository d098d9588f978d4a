package dev.sealbox.domain.webhook;

import java.util.Optional;

/** What is to be different about a webhook; what is empty stays. Its sandbox is fixed. */
public record WebhookChange(
        Optional<WebhookUrl> url,
        Optional<String> name,
        Optional<EventFilter> events,
        Optional<Boolean> enabled,
        boolean rotatesSecret) {

    public WebhookChange {
        name.ifPresent(NewWebhook::checked);
    }

    /** What it makes of a webhook; that it was updated is noted by whoever does it. */
    public WebhookView of(WebhookView now) {
        return new WebhookView(
                now.id(),
                url.orElse(now.url()),
                name.or(now::name),
                events.orElse(now.events()),
                now.sandbox(),
                enabled.orElse(now.enabled()),
                now.createdAt(),
                now.updatedAt());
    }

    /** Whether the webhook is as it is to be. */
    public boolean changesNothing(WebhookView now) {
        return !rotatesSecret && of(now).equals(now);
    }
}
