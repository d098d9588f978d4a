package dev.sealbox.http;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.webhook.EventFilter;
import dev.sealbox.domain.webhook.NewWebhook;
import dev.sealbox.domain.webhook.SigningSecret;
import dev.sealbox.domain.webhook.WebhookChange;
import dev.sealbox.domain.webhook.WebhookUrl;
import dev.sealbox.domain.webhook.Webhooks;
import java.util.List;
import java.util.Optional;

/** Reads what a person wants of a webhook. */
final class WebhookRequest {
    private static final String EVENT_TYPES = "eventTypes";

    private WebhookRequest() {}

    static NewWebhook create(JsonBody body, Optional<SandboxId> sandbox) {
        return new NewWebhook(
                WebhookUrl.parse(body.text("url")),
                body.nonEmptyText("name"),
                body.nonEmptyText("secret").map(SigningSecret::new),
                events(body).orElse(EventFilter.ALL),
                sandbox,
                body.optionalFlag("enabled").orElse(true));
    }

    /** Those of the sandbox that the same request creates. */
    static List<NewWebhook> inline(JsonBody body, SandboxId sandbox) {
        var wanted = body.optionalObjects("webhooks").orElse(List.of());
        if (wanted.size() > Webhooks.MOST_OF_A_SANDBOX) {
            throw new InvalidValue("more than " + Webhooks.MOST_OF_A_SANDBOX + " webhooks");
        }
        return wanted.stream().map(one -> create(one, Optional.of(sandbox))).toList();
    }

    /** {@code eventTypes: null} stands for all types. */
    static WebhookChange change(JsonBody body) {
        return new WebhookChange(
                body.optionalText("url").map(WebhookUrl::parse),
                body.nonEmptyText("name"),
                body.names().contains(EVENT_TYPES)
                        ? events(body).or(() -> Optional.of(EventFilter.ALL))
                        : Optional.empty(),
                body.optionalFlag("enabled"),
                body.optionalFlag("rotateSecret").orElse(false));
    }

    private static Optional<EventFilter> events(JsonBody body) {
        return body.optionalTexts(EVENT_TYPES).map(List::copyOf).map(EventFilter::parse);
    }
}
