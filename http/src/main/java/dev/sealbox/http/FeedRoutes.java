package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.http.Feed.Chunk;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** How a feed is asked for: in pages, as NDJSON, or live as server-sent events. */
final class FeedRoutes {
    /** The largest number of entries in a page. */
    static final int MAX_PAGE = 1_000;

    private static final int DEFAULT_LIMIT = 100;
    private static final Set<String> OWN = Set.of("after", "limit", "follow");

    private final EventStreams streams;
    private final Authentication authentication;
    private final Answers answers;

    FeedRoutes(EventStreams streams, Authentication authentication, Answers answers) {
        this.streams = streams;
        this.authentication = authentication;
        this.answers = answers;
    }

    /** The names that a query may hold: those of the feed's filters, and those of every feed. */
    static Set<String> names(String... filters) {
        return Stream.concat(OWN.stream(), Stream.of(filters)).collect(Collectors.toUnmodifiableSet());
    }

    /** Answers as the request wants it; {@code page} is the wire form of a page. */
    Route answer(HttpRequest request, QueryText query, Feed feed, Function<Chunk, Object> page) {
        var follows = query.flag("follow") || accepts(request, "text/event-stream");
        if (!follows && !accepts(request, "application/x-ndjson")) {
            return answers.always(feed.after(after(query), limit(query)), chunk -> Answers.ok(page.apply(chunk)));
        }
        if (query.text("limit").isPresent()) {
            throw new InvalidValue("limit is for pages, not for streams");
        }
        return follows ? follow(feed, request, after(request, query)) : lines(feed, after(query));
    }

    private static boolean accepts(HttpRequest request, String type) {
        return StreamSupport.stream(request.getHeaders().spliterator(), false)
                .filter(header -> header.is("accept"))
                .anyMatch(header -> header.value().contains(type));
    }

    static long after(QueryText query) {
        return query.number("after", 0, Long.MAX_VALUE).orElse(0L);
    }

    static int limit(QueryText query) {
        return Math.toIntExact(query.number("limit", 1, MAX_PAGE).orElse((long) DEFAULT_LIMIT));
    }

    /** Where a follower goes on: after the last entry that it has seen, if it says so. */
    private static long after(HttpRequest request, QueryText query) {
        return request.getHeader("Last-Event-ID")
                .map(HttpHeader::value)
                .map(id -> QueryText.number("Last-Event-ID", id, 0, Long.MAX_VALUE))
                .orElseGet(() -> after(query));
    }

    private Route lines(Feed feed, long after) {
        return answers.always(streams.page(feed, after), first -> streams.lines(feed, first));
    }

    private Route follow(Feed feed, HttpRequest request, long after) {
        return streams.isFull()
                ? complete(Problems.from(Mistake.TOO_MANY_FOLLOWERS))
                : answers.always(
                        streams.page(feed, after),
                        first -> streams.follow(feed, first, () -> authentication.isValid(request)));
    }

    /** Ends the answers of those who follow. */
    void stop() {
        streams.stop();
    }
}
