package dev.sealbox.proxy.revocation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.URI;
import java.security.cert.CRLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lists that certificates of upstreams name, fetched when the first certificate names them and again from time to
 * time; meanwhile what is known counts. Thread-safe.
 */
final class FetchedLists {
    private static final Logger log = LoggerFactory.getLogger(FetchedLists.class);

    /** Authorities publish new lists several times a day, well before the former are out of date. */
    private static final Duration AGAIN = Duration.ofHours(1);

    /** After a failure nobody is asked again for so long. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    /** Bytes as they came; in memory a list takes some ten times as much. */
    private static final long MOST_BYTES = 32L << 20;

    private final Cache<URI, Fetched> known = Caffeine.newBuilder()
            .maximumWeight(MOST_BYTES)
            .<URI, Fetched>weigher((uri, fetched) -> 1024 + fetched.bytes())
            .build();

    private final Map<URI, CompletableFuture<Fetched>> running = new ConcurrentHashMap<>();
    private final Duration patience;

    /** @param lists empty after a failure */
    private record Fetched(List<RevocationList> lists, int bytes, Instant at) {
        boolean isDue(Instant now) {
            return at.plus(lists.isEmpty() ? PAUSE : AGAIN).isBefore(now);
        }

        boolean isCurrent(Instant now) {
            return lists.stream().anyMatch(list -> list.isCurrent(now));
        }
    }

    /** @param patience how long the first who needs a list waits for it */
    FetchedLists(Duration patience) {
        this.patience = patience;
    }

    /** The lists from there; none where they cannot be had in time. Never fails. */
    CompletionStage<List<RevocationList>> from(URI place, Revocations.Fetch fetch, Instant now) {
        var present = known.getIfPresent(place);
        if (present != null && !present.isDue(now)) {
            return CompletableFuture.completedFuture(present.lists());
        }
        var fetching = fetching(place, fetch, present);
        if (present != null && present.isCurrent(now)) {
            return CompletableFuture.completedFuture(present.lists());
        }
        return fetching.copy()
                .thenApply(Fetched::lists)
                .completeOnTimeout(List.of(), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<Fetched> fetching(URI place, Revocations.Fetch fetch, @Nullable Fetched former) {
        var mine = new CompletableFuture<Fetched>();
        var first = running.putIfAbsent(place, mine);
        if (first != null) {
            return first;
        }
        var unused = fetch.from(place).thenApply(FetchedLists::read).whenComplete((fetched, failure) -> {
            var result = failure == null ? fetched : failed(place, former, failure);
            known.put(place, result);
            running.remove(place);
            mine.complete(result);
        });
        return mine;
    }

    private static Fetched read(byte[] bytes) {
        try {
            return new Fetched(RevocationList.read(bytes), bytes.length, Instant.now());
        } catch (CRLException e) {
            throw new CompletionException(e);
        }
    }

    /** What was known stays known, as long as it is not out of date, and is asked for again after a pause. */
    private static Fetched failed(URI place, @Nullable Fetched former, Throwable failure) {
        log.atWarn()
                .addKeyValue("place", place)
                .addKeyValue("cause", failure.toString())
                .log("a list of revoked certificates cannot be fetched");
        var now = Instant.now();
        return former != null && former.isCurrent(now)
                ? new Fetched(former.lists(), former.bytes(), now.minus(AGAIN).plus(PAUSE))
                : new Fetched(List.of(), 0, now);
    }
}
