package dev.sealbox.domain.organization;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.webhook.WebhookView;
import java.util.List;
import java.util.Optional;

/**
 * What is noted of a webhook for ever.
 *
 * @param target host, and port if it is not the usual one; paths of collectors are often secrets themselves
 * @param events patterns of the types that it is told of; none for all
 */
public record WebhookTerms(String target, List<String> events, Optional<SandboxId> sandbox, boolean enabled) {
    public WebhookTerms {
        events = List.copyOf(events);
    }

    public static WebhookTerms of(WebhookView view) {
        return new WebhookTerms(view.url().authority(), view.events().texts(), view.sandbox(), view.enabled());
    }
}
