package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.onSuccess;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.AuditLog;
import dev.sealbox.domain.audit.EventFilter;
import dev.sealbox.domain.audit.Moment;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.domain.audit.Verdict;
import dev.sealbox.domain.identity.Origin;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/audit}: GET {@code /events} in pages, as NDJSON, or live as server-sent events; GET {@code /verify},
 * {@code /heads}, {@code /public-key}.
 */
final class AuditRoutes {
    private static final Set<String> FILTERS = FeedRoutes.names("entity", "kind", "actor", "from", "until");
    private static final ContentType PEM =
            MediaTypes.applicationBinary("x-pem-file", true).toContentType();

    private final AuditLog log;
    private final FeedRoutes feeds;
    private final HttpSettings.Exec patience;
    private final Answers answers;

    AuditRoutes(AuditLog log, FeedRoutes feeds, HttpSettings settings, Answers answers) {
        this.log = log;
        this.feeds = feeds;
        this.patience = settings.exec();
        this.answers = answers;
    }

    /** @param scope what {@link #verify} covers; everybody sees only the events of their own organisation */
    Route of(Origin origin, Scope scope) {
        return pathPrefix(
                "audit",
                () -> concat(
                        path("events", () -> get(() -> extractRequest(request -> events(origin, request)))),
                        path("verify", () -> get(() -> verify(origin, scope))),
                        path("heads", () -> get(() -> extractRequest(this::heads))),
                        path(
                                "public-key",
                                () -> get(() -> complete(HttpResponse.create()
                                        .withEntity(HttpEntities.create(
                                                PEM,
                                                log.publicKey()
                                                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII))))))));
    }

    private Route events(Origin origin, HttpRequest request) {
        var query = QueryText.of(request, FILTERS);
        var filter = filter(query);
        Feed feed = (after, limit) ->
                log.events(origin.organization(), filter, after, limit).thenApply(AuditJson::chunk);
        return feeds.answer(request, query, feed, AuditJson.Page::of);
    }

    private static EventFilter filter(QueryText query) {
        return new EventFilter(
                query.text("entity").map(Subject::parse).orElse(List.of()),
                query.text("kind"),
                query.text("actor"),
                query.text("from").map(text -> Moment.time("from", text)),
                query.text("until").map(text -> Moment.time("until", text)));
    }

    private Route heads(HttpRequest request) {
        var query = QueryText.of(request, Set.of("after", "limit"));
        var after = FeedRoutes.after(query);
        return answers.always(
                log.heads(after, FeedRoutes.limit(query)), heads -> Answers.ok(AuditJson.Heads.of(heads, after)));
    }

    private Route verify(Origin origin, Scope scope) {
        var checking = Answers.asking(() -> log.verify(scope)).toCompletableFuture();
        return onSuccess(
                within(checking, patience.earlyHeaders()),
                early -> complete(early.map(
                                done -> Answers.response(done, verdict -> Answers.ok(AuditJson.Verified.of(verdict))))
                        .orElseGet(() -> Lingering.json(
                                checking.handle((outcome, failure) -> late(origin, outcome, failure)),
                                patience.keepAlive()))));
    }

    private static <T> CompletableFuture<Optional<T>> within(CompletableFuture<T> running, Duration hold) {
        return running.thenApply(Optional::of)
                .completeOnTimeout(Optional.empty(), hold.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Object late(Origin origin, @Nullable Outcome<Verdict> outcome, @Nullable Throwable failure) {
        return switch (outcome) {
            case Outcome.Done<Verdict>(var verdict) -> AuditJson.Verified.of(verdict);
            case Outcome.Refused<Verdict>(var reason) -> Problems.fields(reason.code(), reason.message());
            case null ->
                Problems.fields(
                        "unavailable",
                        Problems.line(
                                failure == null ? new IllegalStateException("no verdict") : failure,
                                origin.requestId()));
        };
    }
}
