package dev.sealbox.domain.webhook;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: an organisation's webhooks; what it does not own is refused as not found. Who makes, changes or deletes one is in
 * the log of events. Thread-safe. A stage fails when the database is out of reach.
 */
public interface Webhooks {
    /** Deliveries that are listed, the newest. */
    int LISTED = 50;

    /** Webhooks of one sandbox. */
    int MOST_OF_A_SANDBOX = 10;

    /**
     * What a change has made.
     *
     * @param secret when it is new
     * @param fresh whether a create has made it, and not an earlier one under the same id
     */
    record Made(WebhookView view, Optional<SigningSecret> secret, boolean fresh) {}

    /** A message that was queued. */
    record Queued(MessageId message, EventType type) {}

    /** Repeating it under the same id makes no second one. Whether the sandbox is the organisation's the caller knows. */
    CompletionStage<Outcome<Made>> create(Origin origin, WebhookId id, NewWebhook wanted);

    /** The oldest first. */
    CompletionStage<List<WebhookView>> list(OrganizationId organization);

    CompletionStage<Outcome<WebhookView>> read(OrganizationId organization, WebhookId id);

    /** A secret that is replaced signs along for a day. */
    CompletionStage<Outcome<Made>> change(Origin origin, WebhookId id, WebhookChange change);

    /** With all its messages; nothing is sent once the stage is complete, but what is on its way. */
    CompletionStage<Outcome<Unit>> delete(Origin origin, WebhookId id);

    CompletionStage<Outcome<SigningSecret>> secret(OrganizationId organization, WebhookId id);

    /** Queues a sample of a type that the webhook is told of. */
    CompletionStage<Outcome<Queued>> test(OrganizationId organization, WebhookId id);

    /** The newest {@link #LISTED}, the newest first. */
    CompletionStage<Outcome<List<Delivery>>> deliveries(OrganizationId organization, WebhookId id);

    CompletionStage<Outcome<Delivery.Message>> message(OrganizationId organization, WebhookId id, MessageId message);

    /** Queues a message again, with all its attempts ahead, under the id that it has. */
    CompletionStage<Outcome<Unit>> redeliver(OrganizationId organization, WebhookId id, MessageId message);
}
