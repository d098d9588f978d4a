package dev.sealbox.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.webhook.Delivery;
import dev.sealbox.domain.webhook.EventType;
import dev.sealbox.domain.webhook.SigningSecret;
import dev.sealbox.domain.webhook.WebhookView;
import dev.sealbox.domain.webhook.Webhooks;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Webhooks as clients see them. */
final class WebhookJson {
    private WebhookJson() {}

    /** The secret only in the answer that makes it known. */
    record Webhook(
            String id,
            @JsonInclude(JsonInclude.Include.ALWAYS) Optional<String> name,
            String url,
            List<String> eventTypes,
            @JsonInclude(JsonInclude.Include.ALWAYS) Optional<String> sandboxId,
            boolean enabled,
            boolean hasSecret,
            Instant createdAt,
            Instant updatedAt,
            Optional<String> secret) {

        static Webhook of(WebhookView view) {
            return of(view, Optional.empty());
        }

        static Webhook of(Webhooks.Made made) {
            return of(made.view(), made.secret());
        }

        private static Webhook of(WebhookView view, Optional<SigningSecret> secret) {
            return new Webhook(
                    view.id().value(),
                    view.name(),
                    view.url().text(),
                    view.events().texts(),
                    view.sandbox().map(SandboxId::value),
                    view.enabled(),
                    true,
                    view.createdAt(),
                    view.updatedAt(),
                    secret.map(SigningSecret::text));
        }

        @Override
        public String toString() {
            return "Webhook[" + id + "]";
        }
    }

    record Page<T>(List<T> data) {}

    record Secret(String secret) {
        @Override
        public String toString() {
            return "redacted";
        }
    }

    record Sent(boolean ok, Optional<String> eventType, Optional<String> messageId) {
        static Sent of(Webhooks.Queued queued) {
            return new Sent(
                    true,
                    Optional.of(queued.type()).map(EventType::word),
                    Optional.of(queued.message().value()));
        }

        static Sent again() {
            return new Sent(true, Optional.empty(), Optional.empty());
        }
    }

    /** An attempt, or a message that waits for its first. {@code error} says why it was not answered. */
    record Attempt(
            String id,
            Optional<String> attemptId,
            String status,
            Optional<Integer> responseStatusCode,
            Optional<String> error,
            Instant timestamp) {

        static Attempt of(Delivery delivery) {
            return new Attempt(
                    delivery.message().value(),
                    delivery.attempt(),
                    delivery.status().name().toLowerCase(Locale.ROOT),
                    delivery.responseStatus(),
                    delivery.error(),
                    delivery.at());
        }
    }

    record Message(
            String id,
            String eventType,
            String eventId,
            @JsonRawValue String payload,
            Instant timestamp) {
        static Message of(Delivery.Message message) {
            return new Message(
                    message.id().value(), message.eventType(), message.eventId(), message.payload(), message.at());
        }
    }
}
