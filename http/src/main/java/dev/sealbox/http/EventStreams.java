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
import dev.sealbox.http.Feed.Chunk;
import dev.sealbox.http.Feed.Entry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Entries of a feed as they are read: all that match, or those to come. A page is read when the client has taken the one before, so
 * a slow client costs two pages of memory and no connection of the database. Thread-safe.
 */
final class EventStreams {
    private static final int PAGE = 500;
    private static final ContentType NDJSON = MediaTypes.applicationWithFixedCharset("x-ndjson", HttpCharsets.UTF_8)
            .toContentType();
    private static final ContentType SSE = MediaTypes.TEXT_EVENT_STREAM.toContentType();
    private static final CompletionStage<Optional<Pair<Chunk, Chunk>>> NOTHING_MORE =
            CompletableFuture.completedFuture(Optional.empty());
    private static final ByteString COMMENT = ByteString.fromString(":\n\n");

    private final HttpSettings.Audit settings;
    private final AtomicInteger followers = new AtomicInteger();
    private final SharedKillSwitch stop = KillSwitches.shared("audit-followers");

    EventStreams(HttpSettings.Audit settings) {
        this.settings = settings;
    }

    /** The first page after an offset; when it is there, the answer can begin. */
    CompletionStage<Chunk> page(Feed feed, long after) {
        return feed.after(after, PAGE);
    }

    /** Every entry that matches now, a line of JSON each. */
    HttpResponse lines(Feed feed, Chunk first) {
        var others = Source.unfoldAsync(first, last -> last.complete() ? NOTHING_MORE : next(feed, last));
        return answer(NDJSON, bytes(first, others, EventStreams::line));
    }

    /** Whether as many follow the log as may. */
    boolean isFull() {
        return followers.get() >= settings.followers();
    }

    /**
     * The entries of {@code first} and all that come later, as server-sent events whose ids are offsets.
     *
     * @param maySee asked before each page; the answer ends when it no longer holds
     */
    HttpResponse follow(Feed feed, Chunk first, Supplier<CompletionStage<Boolean>> maySee) {
        var others = Source.unfoldAsync(
                first,
                last -> paused(last)
                        .thenCompose(now -> maySee.get())
                        .thenCompose(may -> may ? next(feed, last) : NOTHING_MORE));
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

    private CompletionStage<Optional<Pair<Chunk, Chunk>>> next(Feed feed, Chunk last) {
        return page(feed, last.next()).thenApply(page -> Optional.of(Pair.create(page, page)));
    }

    private CompletionStage<Chunk> paused(Chunk last) {
        var pause = last.complete() ? settings.poll() : Duration.ZERO;
        return new CompletableFuture<Chunk>().completeOnTimeout(last, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Source<ByteString, NotUsed> bytes(
            Chunk first, Source<Chunk, NotUsed> others, Function<Entry, ByteString> form) {
        return Source.single(first)
                .concat(others)
                .filter(page -> !page.entries().isEmpty())
                .map(page ->
                        page.entries().stream().map(form).reduce(ByteString.emptyByteString(), ByteString::concat));
    }

    private static ByteString json(Entry entry) {
        return ByteString.fromArrayUnsafe(Json.bytes(entry.json()));
    }

    private static ByteString line(Entry entry) {
        return json(entry).concat(ByteString.fromString("\n"));
    }

    private static ByteString sent(Entry entry) {
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
