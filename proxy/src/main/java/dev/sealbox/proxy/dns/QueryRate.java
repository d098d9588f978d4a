package dev.sealbox.proxy.dns;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sealbox.domain.identity.SandboxId;
import java.time.Duration;
import java.util.function.LongSupplier;

/** How fast a sandbox may ask: so many questions a second, twice as many in a burst. Thread-safe. */
final class QueryRate {
    private final Cache<SandboxId, Bucket> buckets =
            Caffeine.newBuilder().expireAfterAccess(Duration.ofMinutes(5)).build();
    private final int perSecond;
    private final LongSupplier nanoTime;

    QueryRate(int perSecond) {
        this(perSecond, System::nanoTime);
    }

    QueryRate(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
    }

    boolean admits(SandboxId sandbox) {
        long now = nanoTime.getAsLong();
        var after = buckets.asMap()
                .compute(
                        sandbox,
                        (id, before) -> (before == null ? new Bucket(2.0 * perSecond, now, true) : before)
                                .taken(now, perSecond));
        return after.served();
    }

    private record Bucket(double tokens, long at, boolean served) {
        Bucket taken(long now, int perSecond) {
            double there = Math.min(2.0 * perSecond, tokens + (now - at) / 1e9 * perSecond);
            return there >= 1 ? new Bucket(there - 1, now, true) : new Bucket(there, now, false);
        }
    }
}
