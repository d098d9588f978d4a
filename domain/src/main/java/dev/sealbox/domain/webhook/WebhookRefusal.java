package dev.sealbox.domain.webhook;

import dev.sealbox.domain.Refusal;
import java.util.Map;

/** Why something about webhooks is not done. */
public sealed interface WebhookRefusal extends Refusal {

    record NoSuchWebhook() implements WebhookRefusal {}

    record NoSuchDelivery() implements WebhookRefusal {}

    record TooManyWebhooks(int limit) implements WebhookRefusal {}

    /** An address that is not public was given as such. */
    record ForbiddenAddress() implements WebhookRefusal {}

    record Disabled() implements WebhookRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NoSuchWebhook refusal -> Kind.NOT_FOUND;
            case NoSuchDelivery refusal -> Kind.NOT_FOUND;
            case TooManyWebhooks refusal -> Kind.INVALID;
            case ForbiddenAddress refusal -> Kind.INVALID;
            case Disabled refusal -> Kind.CONFLICT;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NoSuchWebhook refusal -> "webhook.not-found";
            case NoSuchDelivery refusal -> "webhook.delivery-not-found";
            case TooManyWebhooks refusal -> "webhook.too-many";
            case ForbiddenAddress refusal -> "webhook.address-not-allowed";
            case Disabled refusal -> "webhook.disabled";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NoSuchWebhook refusal -> "there is no such webhook";
            case NoSuchDelivery refusal -> "there is no such delivery";
            case TooManyWebhooks(var limit) -> "there are as many webhooks as there may be: " + limit;
            case ForbiddenAddress refusal -> "url has an address that is not a public one";
            case Disabled refusal -> "the webhook is disabled";
        };
    }

    @Override
    default Map<String, Object> details() {
        return this instanceof TooManyWebhooks(var limit) ? Map.of("limit", limit) : Map.of();
    }
}
