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
}
