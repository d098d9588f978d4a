package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.patch;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.webhook.MessageId;
import dev.sealbox.domain.webhook.NewWebhook;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.domain.webhook.WebhookRefusal;
import dev.sealbox.domain.webhook.Webhooks;
import dev.sealbox.domain.webhook.Webhooks.Made;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * {@code /api/webhooks}: POST, GET; {@code /{id}}: GET, PATCH, DELETE; {@code /{id}/secret}: GET; {@code /{id}/test}:
 * POST; {@code /{id}/deliveries}: GET; {@code …/{message}}: GET; {@code …/{message}/redeliver}: POST.
 */
final class WebhookRoutes {
    private final Webhooks webhooks;
    private final Sandboxes sandboxes;
    private final Bodies bodies;
    private final Answers answers;

    WebhookRoutes(Webhooks webhooks, Sandboxes sandboxes, Bodies bodies, Answers answers) {
        this.webhooks = webhooks;
        this.sandboxes = sandboxes;
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Origin origin) {
        return pathPrefix(
                "webhooks",
                () -> concat(
                        pathEnd(() -> concat(post(() -> create(origin)), get(() -> list(origin)))),
                        pathPrefix(segment(), text -> webhook(text, id -> of(origin, id)))));
    }

    private Route of(Origin origin, WebhookId id) {
        var organization = origin.organization();
        return concat(
                pathEnd(() -> concat(
                        get(() -> answers.outcome(
                                webhooks.read(organization, id), view -> Answers.ok(WebhookJson.Webhook.of(view)))),
                        patch(() -> change(origin, id)),
                        delete(() -> answers.outcome(webhooks.delete(origin, id), done -> Answers.noContent())))),
                path(
                        "secret",
                        () -> get(() -> answers.outcome(
                                webhooks.secret(organization, id),
                                secret -> Answers.secret(Answers.ok(new WebhookJson.Secret(secret.text())))))),
                path(
                        "test",
                        () -> post(() -> answers.outcome(
                                webhooks.test(organization, id), queued -> Answers.ok(WebhookJson.Sent.of(queued))))),
                pathPrefix("deliveries", () -> deliveries(origin, id)));
    }

    private Route deliveries(Origin origin, WebhookId id) {
        var organization = origin.organization();
        return concat(
                pathEnd(() -> get(() -> answers.outcome(
                        webhooks.deliveries(organization, id),
                        found -> Answers.ok(new WebhookJson.Page<>(
                                found.stream().map(WebhookJson.Attempt::of).toList()))))),
                path(
                        segment(),
                        text -> get(() -> message(
                                text,
                                message -> answers.outcome(
                                        webhooks.message(organization, id, message),
                                        found -> Answers.ok(WebhookJson.Message.of(found)))))),
                path(
                        segment().slash("redeliver"),
                        text -> post(() -> message(
                                text,
                                message -> answers.outcome(
                                        webhooks.redeliver(organization, id, message),
                                        done -> Answers.ok(WebhookJson.Sent.again()))))));
    }

    private Route create(Origin origin) {
        return bodies.creation(origin, (body, drawn) -> {
            var sandbox = body.nonEmptyText("sandboxId").map(SandboxId::new);
            var wanted = WebhookRequest.create(body, sandbox);
            return answers.outcome(
                    sandbox.map(id -> known(origin, id))
                            .orElseGet(() -> CompletableFuture.completedFuture(Outcome.done(wanted)))
                            .thenCompose(outcome -> outcome.then(done -> created(origin, drawn, wanted))),
                    WebhookRoutes::answer);
        });
    }

    private CompletionStage<Outcome<Made>> created(Origin origin, UUID drawn, NewWebhook wanted) {
        return webhooks.create(origin, WebhookId.of(drawn), wanted);
    }

    /** Of another organisation's sandbox nothing can be heard, also not that there is one. */
    private CompletionStage<Outcome<Object>> known(Origin origin, SandboxId sandbox) {
        return sandboxes.read(origin, sandbox).thenApply(found -> switch (found) {
            case Outcome.Done<?> done -> Outcome.done(done.value());
            case Outcome.Refused<?> refused -> Outcome.refused(new SandboxRefusal.NoSuchSandbox());
        });
    }

    private static HttpResponse answer(Made made) {
        var toRepeats = Answers.ok(WebhookJson.Webhook.of(made.view()));
        return made.fresh() ? Answers.once(Answers.created(WebhookJson.Webhook.of(made)), toRepeats) : toRepeats;
    }

    private Route list(Origin origin) {
        return answers.always(
                webhooks.list(origin.organization()),
                found -> Answers.ok(new WebhookJson.Page<>(
                        found.stream().map(WebhookJson.Webhook::of).toList())));
    }

    private Route change(Origin origin, WebhookId id) {
        return bodies.json(body -> answers.outcome(
                webhooks.change(origin, id, WebhookRequest.change(body)),
                made -> Answers.secret(Answers.ok(WebhookJson.Webhook.of(made)))));
    }

    /** What cannot be an id is one that none has. */
    private static Route webhook(String text, Function<WebhookId, Route> inner) {
        return parsed(() -> new WebhookId(text))
                .map(inner)
                .orElseGet(() -> complete(Problems.from(new WebhookRefusal.NoSuchWebhook())));
    }

    private static Route message(String text, Function<MessageId, Route> inner) {
        return parsed(() -> new MessageId(text))
                .map(inner)
                .orElseGet(() -> complete(Problems.from(new WebhookRefusal.NoSuchDelivery())));
    }

    private static <T> Optional<T> parsed(java.util.function.Supplier<T> id) {
        try {
            return Optional.of(id.get());
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }
}
