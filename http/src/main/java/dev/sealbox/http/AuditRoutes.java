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
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.AuditLog;
import dev.sealbox.domain.audit.EventFilter;
import dev.sealbox.domain.audit.Moment;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.domain.audit.Verdict;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.http.EventStreams.Wanted;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/audit}: GET {@code /events} in pages, as NDJSON, or live as server-sent events; GET {@code /verify},
 * {@code /heads}, {@code /public-key}.
 */
final class AuditRoutes {
    private static final Set<String> FILTERS =
            Set.of("entity", "kind", "actor", "from", "until", "after", "limit", "follow");
    private static final int DEFAULT_LIMIT = 100;
    private static final ContentType PEM =
            MediaTypes.applicationBinary("x-pem-file", true).toContentType();

    private final AuditLog log;
    private final Authentication authentication;
    private final EventStreams streams;
    private final HttpSettings.Exec patience;
    private final Answers answers;

    AuditRoutes(AuditLog log, Authentication authentication, HttpSettings settings, Answers answers) {
        this.log = log;
        this.authentication = authentication;
        this.streams = new EventStreams(log, settings.audit());
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

    /** Ends the answers of those who follow the log. */
    void stop() {
        streams.stop();
    }

    private Route events(Origin origin, HttpRequest request) {
        var query = QueryText.of(request, FILTERS);
        var wanted = new Wanted(origin.organization(), filter(query));
        var follows = query.flag("follow") || accepts(request, "text/event-stream");
        if (!follows && !accepts(request, "application/x-ndjson")) {
            return page(wanted, query);
        }
        if (query.text("limit").isPresent()) {
            throw new InvalidValue("limit is for pages, not for streams");
        }
        return follows ? follow(wanted, request, after(request, query)) : lines(wanted, after(query));
    }

    private static EventFilter filter(QueryText query) {
        return new EventFilter(
                query.text("entity").map(Subject::parse).orElse(List.of()),
                query.text("kind"),
                query.text("actor"),
                query.text("from").map(text -> Moment.time("from", text)),
                query.text("until").map(text -> Moment.time("until", text)));
    }

    private static boolean accepts(HttpRequest request, String type) {
        return StreamSupport.stream(request.getHeaders().spliterator(), false)
                .filter(header -> header.is("accept"))
                .anyMatch(header -> header.value().contains(type));
    }

    private static long after(QueryText query) {
        return query.number("after", 0, Long.MAX_VALUE).orElse(0L);
    }

    /** Where a follower goes on: after the last event that it has seen, if it says so. */
    private static long after(HttpRequest request, QueryText query) {
        return request.getHeader("Last-Event-ID")
                .map(HttpHeader::value)
                .map(id -> QueryText.number("Last-Event-ID", id, 0, Long.MAX_VALUE))
                .orElseGet(() -> after(query));
    }

    private Route page(Wanted wanted, QueryText query) {
        var limit = query.number("limit", 1, AuditLog.MAX_PAGE).orElse((long) DEFAULT_LIMIT);
        return answers.always(
                log.events(wanted.organization(), wanted.filter(), after(query), Math.toIntExact(limit)),
                page -> Answers.ok(AuditJson.Page.of(page)));
    }

    private Route lines(Wanted wanted, long after) {
        return answers.always(streams.page(wanted, after), first -> streams.lines(wanted, first));
    }

    private Route follow(Wanted wanted, HttpRequest request, long after) {
        return streams.isFull()
                ? complete(Problems.from(Mistake.TOO_MANY_FOLLOWERS))
                : answers.always(
                        streams.page(wanted, after),
                        first -> streams.follow(wanted, first, () -> authentication.isValid(request)));
    }

    private Route heads(HttpRequest request) {
        var query = QueryText.of(request, Set.of("after", "limit"));
        var after = after(query);
        var limit = query.number("limit", 1, AuditLog.MAX_PAGE).orElse((long) DEFAULT_LIMIT);
        return answers.always(
                log.heads(after, Math.toIntExact(limit)), heads -> Answers.ok(AuditJson.Heads.of(heads, after)));
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
