package dev.sealbox.http;

import akka.NotUsed;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.Pair;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.sealbox.domain.audit.AuditEntry;
import dev.sealbox.domain.audit.AuditLog;
import dev.sealbox.domain.audit.AuditLog.Page;
import dev.sealbox.domain.audit.EventFilter;
import dev.sealbox.domain.identity.OrganizationId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Events as they are read: all that match, or those to come. A page is read when the client has taken the one before, so
 * a slow client costs two pages of memory and no connection of the database. Thread-safe.
 */
final class EventStreams {
    private static final int PAGE = 500;
    private static final ContentType NDJSON = MediaTypes.applicationWithFixedCharset("x-ndjson", HttpCharsets.UTF_8)
            .toContentType();
    private static final ContentType SSE = MediaTypes.TEXT_EVENT_STREAM.toContentType();
    private static final CompletionStage<Optional<Pair<Page, Page>>> NOTHING_MORE =
            CompletableFuture.completedFuture(Optional.empty());
    private static final ByteString COMMENT = ByteString.fromString(":\n\n");

    private final AuditLog log;
    private final HttpSettings.Audit settings;
    private final AtomicInteger followers = new AtomicInteger();
    private final SharedKillSwitch stop = KillSwitches.shared("audit-followers");

    EventStreams(AuditLog log, HttpSettings.Audit settings) {
        this.log = log;
        this.settings = settings;
    }

    /** What is asked for: whose events, and which. */
    record Wanted(OrganizationId organization, EventFilter filter) {}

    /** The first page after an offset; when it is there, the answer can begin. */
    CompletionStage<Page> page(Wanted wanted, long after) {
        return log.events(wanted.organization(), wanted.filter(), after, PAGE);
    }

    /** Every event that matches now, a line of JSON each. */
    HttpResponse lines(Wanted wanted, Page first) {
        var others = Source.unfoldAsync(first, last -> last.complete() ? NOTHING_MORE : next(wanted, last));
        return answer(NDJSON, bytes(first, others, EventStreams::line));
    }

    /** Whether as many follow the log as may. */
    boolean isFull() {
        return followers.get() >= settings.followers();
    }

    /**
     * The events of {@code first} and all that come later, as server-sent events whose ids are offsets.
     *
     * @param maySee asked before each page; the answer ends when it no longer holds
     */
    HttpResponse follow(Wanted wanted, Page first, Supplier<CompletionStage<Boolean>> maySee) {
        var others = Source.unfoldAsync(
                first,
                last -> paused(last)
                        .thenCompose(now -> maySee.get())
                        .thenCompose(may -> may ? next(wanted, last) : NOTHING_MORE));
        var events = Source.single(COMMENT)
                .concat(bytes(first, others, EventStreams::sent))
                .keepAlive(settings.heartbeat(), () -> COMMENT)
                .takeWithin(settings.followLimit())
                .via(stop.flow())
                .watchTermination((used, ended) -> {
                    followers.incrementAndGet();
                    ended.whenComplete((done, failure) -> followers.decrementAndGet());
                    return used;
                });
        return answer(SSE, events)
                .addHeader(RawHeader.create("Cache-Control", "no-store"))
                .addHeader(RawHeader.create("X-Accel-Buffering", "no"));
    }

    private CompletionStage<Optional<Pair<Page, Page>>> next(Wanted wanted, Page last) {
        return page(wanted, last.next()).thenApply(page -> Optional.of(Pair.create(page, page)));
    }

    private CompletionStage<Page> paused(Page last) {
        var pause = last.complete() ? settings.poll() : Duration.ZERO;
        return new CompletableFuture<Page>().completeOnTimeout(last, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Source<ByteString, NotUsed> bytes(
            Page first, Source<Page, NotUsed> others, Function<AuditEntry, ByteString> form) {
        return Source.single(first)
                .concat(others)
                .filter(page -> !page.events().isEmpty())
                .map(page -> page.events().stream().map(form).reduce(ByteString.emptyByteString(), ByteString::concat));
    }

    private static ByteString json(AuditEntry entry) {
        return ByteString.fromArrayUnsafe(Json.bytes(AuditJson.Event.of(entry)));
    }

    private static ByteString line(AuditEntry entry) {
        return json(entry).concat(ByteString.fromString("\n"));
    }

    private static ByteString sent(AuditEntry entry) {
        return ByteString.fromString("id: " + entry.offset() + "\nevent: " + entry.kind() + "\ndata: ")
                .concat(json(entry))
                .concat(ByteString.fromString("\n\n"));
    }

    private static HttpResponse answer(ContentType type, Source<ByteString, NotUsed> bytes) {
        return HttpResponse.create().withEntity(HttpEntities.create(type, bytes));
    }

    /** Ends the answers of all followers. */
    void stop() {
        stop.shutdown();
    }
}
