package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.onSuccess;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PreviewToken;
import dev.sealbox.domain.webhook.NewWebhook;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.domain.webhook.Webhooks;
import dev.sealbox.domain.webhook.Webhooks.Made;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Webhooks of a sandbox in the request that creates it. They are there before the sandbox is, so that they hear of its
 * creation, and go again if it is refused.
 */
final class InlineWebhooks {
    private static final Logger log = LoggerFactory.getLogger(InlineWebhooks.class);

    private final Webhooks webhooks;

    InlineWebhooks(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    /** One of them: what came of it, and whether its secret was drawn here, which only then is told. */
    private record One(Made made, boolean drawn) {
        SandboxJson.Hook wire(boolean once) {
            var secret = made.secret().filter(known -> drawn && once);
            return new SandboxJson.Hook(
                    made.view().id().value(), made.view().url().text(), secret.map(known -> known.text()));
        }
    }

    /** What was registered for a sandbox. */
    final class Registered {
        private final Origin origin;
        private final List<One> all;

        private Registered(Origin origin, List<One> all) {
            this.origin = origin;
            this.all = all;
        }

        /** The sandbox with its webhooks and token, secrets included: for the one answer that shows them. */
        SandboxJson.Sandbox shown(SandboxJson.Sandbox sandbox, Optional<PreviewToken> token) {
            var whole = with(sandbox, true);
            return token.map(whole::with).orElse(whole);
        }

        HttpResponse created(SandboxJson.Sandbox sandbox, Optional<PreviewToken> token) {
            return all.isEmpty() && token.isEmpty()
                    ? Answers.created(sandbox)
                    : Answers.once(Answers.created(shown(sandbox, token)), Answers.created(with(sandbox, false)));
        }

        private SandboxJson.Sandbox with(SandboxJson.Sandbox sandbox, boolean once) {
            return all.isEmpty()
                    ? sandbox
                    : sandbox.with(all.stream().map(one -> one.wire(once)).toList());
        }

        /** The same outcome, when what belongs to a sandbox that is refused is gone. */
        <T> CompletionStage<Outcome<T>> kept(CompletionStage<Outcome<T>> created) {
            return created.thenCompose(outcome -> outcome instanceof Outcome.Refused<T>
                    ? undone(origin, all).thenApply(gone -> outcome)
                    : CompletableFuture.completedFuture(outcome));
        }
    }

    Route registered(Origin origin, UUID drawn, JsonBody body, Function<Registered, Route> inner) {
        var wanted = WebhookRequest.inline(body, SandboxId.of(drawn));
        return wanted.isEmpty()
                ? inner.apply(new Registered(origin, List.of()))
                : onSuccess(all(origin, drawn, wanted), outcome -> switch (outcome) {
                    case Outcome.Done<List<One>>(var made) -> inner.apply(new Registered(origin, made));
                    case Outcome.Refused<List<One>>(var reason) -> complete(Problems.from(reason));
                });
    }

    private CompletionStage<Outcome<List<One>>> all(Origin origin, UUID drawn, List<NewWebhook> wanted) {
        CompletionStage<Outcome<List<One>>> made = CompletableFuture.completedFuture(Outcome.done(List.of()));
        for (var i = 0; i < wanted.size(); i++) {
            var next = wanted.get(i);
            var id = WebhookId.of(drawn, i);
            made = made.thenCompose(before ->
                    before.then(known -> one(origin, id, next).thenCompose(outcome -> switch (outcome) {
                        case Outcome.Done<Optional<One>>(var fresh) ->
                            CompletableFuture.completedFuture(Outcome.done(joined(known, fresh)));
                        case Outcome.Refused<Optional<One>>(var reason) ->
                            undone(origin, known).thenApply(gone -> Outcome.refused(reason));
                    })));
        }
        return made;
    }

    private static List<One> joined(List<One> known, Optional<One> fresh) {
        var all = new ArrayList<>(known);
        fresh.ifPresent(all::add);
        return all;
    }

    /** Empty when it could not be registered, which the contract says does not keep the sandbox from being created. */
    private CompletionStage<Outcome<Optional<One>>> one(Origin origin, WebhookId id, NewWebhook wanted) {
        return webhooks.create(origin, id, wanted)
                .thenApply(outcome -> outcome.map(
                        made -> Optional.of(new One(made, wanted.secret().isEmpty()))))
                .exceptionally(failure -> {
                    log.warn("a sandbox goes without its webhook {}: {}", id, failure.toString());
                    return Outcome.done(Optional.empty());
                });
    }

    /** What cannot be undone is swept when it is old, since no sandbox belongs to it. */
    private CompletionStage<Void> undone(Origin origin, List<One> made) {
        return CompletableFuture.allOf(made.stream()
                .filter(one -> one.made().fresh())
                .map(one -> webhooks.delete(origin, one.made().view().id())
                        .toCompletableFuture()
                        .exceptionally(failure -> {
                            log.warn("a webhook without a sandbox stays for now: {}", failure.toString());
                            return Outcome.done(dev.sealbox.domain.Unit.DONE);
                        }))
                .toArray(CompletableFuture[]::new));
    }
}
