package dev.sealbox.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sealbox.domain.identity.Origin;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * How many requests a key may send: a bucket of tokens for each, on this node. Bounded: the keys that were idle longest
 * are forgotten, which only fills their buckets. Thread-safe.
 */
final class RateLimits {
    private static final int REMEMBERED = 10_000;
    private static final double NANOS = 1e9;

    private final double perSecond;
    private final double burst;
    private final LongSupplier nanoTime;
    private final Cache<String, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .expireAfterAccess(Duration.ofMinutes(10))
            .build();

    /** {@code perSecond} 0 means no limit; {@code nanoTime} as {@link System#nanoTime}. */
    RateLimits(HttpSettings.RateLimit settings, LongSupplier nanoTime) {
        this.perSecond = settings.requestsPerSecond();
        this.burst = Math.max(1, settings.burst());
        this.nanoTime = nanoTime;
    }

    /** Takes a token; when there is none, in how many seconds there will be one, at least 1. */
    OptionalLong spend(Origin origin) {
        if (perSecond == 0) {
            return OptionalLong.empty();
        }
        var key = origin.organization().value() + " " + origin.keyId();
        return buckets.get(key, fresh -> new Bucket(burst, nanoTime.getAsLong()))
                .spend(nanoTime.getAsLong());
    }

    private final class Bucket {
        private double tokens;
        private long filledAt;

        private Bucket(double tokens, long filledAt) {
            this.tokens = tokens;
            this.filledAt = filledAt;
        }

        private synchronized OptionalLong spend(long now) {
            tokens = Math.min(burst, tokens + Math.max(0, now - filledAt) / NANOS * perSecond);
            filledAt = now;
            if (tokens >= 1) {
                tokens--;
                return OptionalLong.empty();
            }
            return OptionalLong.of((long) Math.ceil((1 - tokens) / perSecond));
        }
    }
}
