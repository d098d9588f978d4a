package dev.sealbox.http;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.webhook.Delivery;
import dev.sealbox.domain.webhook.MessageId;
import dev.sealbox.domain.webhook.NewWebhook;
import dev.sealbox.domain.webhook.SigningSecret;
import dev.sealbox.domain.webhook.WebhookChange;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.domain.webhook.WebhookRefusal;
import dev.sealbox.domain.webhook.WebhookView;
import dev.sealbox.domain.webhook.Webhooks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Webhooks in memory, with one delivery each once there was a test; one more than the limit is refused. */
final class FakeWebhooks implements Webhooks {
    static final int LIMIT = 20;
    private static final Instant AT = Instant.parse("2026-11-23T12:00:00Z");

    private record Kept(OrganizationId owner, WebhookView view, SigningSecret secret, List<MessageId> messages) {}

    private final Map<WebhookId, Kept> kept = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Random random = new Random(1);

    @Override
    public CompletionStage<Outcome<Made>> create(Origin origin, WebhookId id, NewWebhook wanted) {
        var known = kept.get(id);
        if (known != null) {
            return done(new Made(known.view(), Optional.empty(), false));
        }
        if (kept.size() >= LIMIT) {
            return refused(new WebhookRefusal.TooManyWebhooks(LIMIT));
        }
        var view = new WebhookView(
                id, wanted.url(), wanted.name(), wanted.events(), wanted.sandbox(), wanted.enabled(), AT, AT);
        var secret = wanted.secret().orElseGet(() -> SigningSecret.random(random));
        kept.put(id, new Kept(origin.organization(), view, secret, new ArrayList<>()));
        return done(new Made(view, Optional.of(secret), true));
    }

    @Override
    public CompletionStage<List<WebhookView>> list(OrganizationId organization) {
        return CompletableFuture.completedFuture(kept.values().stream()
                .filter(one -> one.owner().equals(organization))
                .map(Kept::view)
                .toList());
    }

    @Override
    public CompletionStage<Outcome<WebhookView>> read(OrganizationId organization, WebhookId id) {
        return found(organization, id, one -> Outcome.done(one.view()));
    }

    @Override
    public CompletionStage<Outcome<Made>> change(Origin origin, WebhookId id, WebhookChange change) {
        var organization = origin.organization();
        return found(organization, id, one -> {
            var old = one.view();
            var view = new WebhookView(
                    id,
                    change.url().orElse(old.url()),
                    change.name().or(old::name),
                    change.events().orElse(old.events()),
                    old.sandbox(),
                    change.enabled().orElse(old.enabled()),
                    AT,
                    AT);
            var secret = change.rotatesSecret() ? SigningSecret.random(random) : one.secret();
            kept.put(id, new Kept(organization, view, secret, one.messages()));
            return Outcome.done(new Made(view, Optional.of(secret).filter(fresh -> change.rotatesSecret()), false));
        });
    }

    @Override
    public CompletionStage<Outcome<Unit>> delete(Origin origin, WebhookId id) {
        return found(origin.organization(), id, one -> {
            kept.remove(id);
            return Outcome.done(Unit.DONE);
        });
    }

    @Override
    public CompletionStage<Outcome<SigningSecret>> secret(OrganizationId organization, WebhookId id) {
        return found(organization, id, one -> Outcome.done(one.secret()));
    }

    @Override
    public CompletionStage<Outcome<Queued>> test(OrganizationId organization, WebhookId id) {
        return found(organization, id, one -> {
            if (!one.view().enabled()) {
                return Outcome.refused(new WebhookRefusal.Disabled());
            }
            var message = MessageId.of(id, "evt_" + one.messages().size());
            one.messages().add(message);
            return Outcome.done(new Queued(message, one.view().events().sample()));
        });
    }

    @Override
    public CompletionStage<Outcome<List<Delivery>>> deliveries(OrganizationId organization, WebhookId id) {
        return found(
                organization,
                id,
                one -> Outcome.done(one.messages().stream()
                        .map(message -> new Delivery(
                                message,
                                Optional.of("attempt-1"),
                                Delivery.Status.FAILED,
                                Optional.of(500),
                                Optional.empty(),
                                AT))
                        .toList()));
    }

    @Override
    public CompletionStage<Outcome<Delivery.Message>> message(
            OrganizationId organization, WebhookId id, MessageId message) {
        return found(
                organization,
                id,
                one -> one.messages().contains(message)
                        ? Outcome.done(new Delivery.Message(
                                message, "sandbox.test", "evt_1", "{\"type\":\"sandbox.test\"}", AT))
                        : Outcome.refused(new WebhookRefusal.NoSuchDelivery()));
    }

    @Override
    public CompletionStage<Outcome<Unit>> redeliver(OrganizationId organization, WebhookId id, MessageId message) {
        return found(
                organization,
                id,
                one -> one.messages().contains(message)
                        ? Outcome.done(Unit.DONE)
                        : Outcome.refused(new WebhookRefusal.NoSuchDelivery()));
    }

    private <T> CompletionStage<Outcome<T>> found(
            OrganizationId organization, WebhookId id, Function<Kept, Outcome<T>> work) {
        var one = kept.get(id);
        return one == null || !one.owner().equals(organization)
                ? refused(new WebhookRefusal.NoSuchWebhook())
                : CompletableFuture.completedFuture(work.apply(one));
    }

    private static <T> CompletionStage<Outcome<T>> done(T value) {
        return CompletableFuture.completedFuture(Outcome.done(value));
    }

    private static <T> CompletionStage<Outcome<T>> refused(WebhookRefusal why) {
        return CompletableFuture.completedFuture(Outcome.refused(why));
    }
}
