package dev.sealbox.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests without a valid key: counted by reason, told to the log once a minute at most, and slowed down per address.
 * A valid key is never slowed down, whatever its address did. Bounded and per node. Thread-safe.
 */
final class FailedAttempts {
    private static final Logger log = LoggerFactory.getLogger(FailedAttempts.class);
    private static final int REMEMBERED = 10_000;
    private static final int NETWORK_BYTES = 8;
    private static final long REPORTED_EVERY = Duration.ofMinutes(1).toNanos();

    /** Why a request is nobody's; for the metric only. */
    enum Reason {
        MISSING,
        MALFORMED,
        UNKNOWN,
        EXPIRED,
        REVOKED
    }

    private final HttpSettings.FailedAuthentications settings;
    private final MeterRegistry metrics;
    private final LongSupplier nanoTime;
    private final Cache<String, Window> windows;
    private final AtomicLong unreported = new AtomicLong();
    private final AtomicLong reportedAt;

    FailedAttempts(HttpSettings.FailedAuthentications settings, MeterRegistry metrics, LongSupplier nanoTime) {
        this.settings = settings;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.reportedAt = new AtomicLong(nanoTime.getAsLong() - REPORTED_EVERY);
        this.windows = Caffeine.newBuilder()
                .maximumSize(REMEMBERED)
                .ticker(nanoTime::getAsLong)
                .expireAfterWrite(settings.window())
                .build();
    }

    /** Counts one; in how many seconds the address may try again, if it has tried too often. */
    OptionalLong noted(InetAddress address, Reason reason) {
        metrics.counter(
                        "sealbox.authentication.failures",
                        "reason",
                        reason.name().toLowerCase(Locale.ROOT))
                .increment();
        report();
        var now = nanoTime.getAsLong();
        var window = windows.get(network(address), fresh -> new Window(now));
        return window.count.incrementAndGet() > settings.perWindow()
                ? OptionalLong.of(window.rest(now, settings.window()))
                : OptionalLong.empty();
    }

    private void report() {
        unreported.incrementAndGet();
        var last = reportedAt.get();
        var now = nanoTime.getAsLong();
        if (now - last >= REPORTED_EVERY && reportedAt.compareAndSet(last, now)) {
            log.warn("Requests without a valid API key since this was last said: {}", unreported.getAndSet(0));
        }
    }

    /** Whoever has one IPv6 address mostly has a network of 64 bits. */
    private static String network(InetAddress address) {
        var bytes = address.getAddress();
        return HexFormat.of().formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }

    private record Window(long began, AtomicLong count) {
        private Window(long began) {
            this(began, new AtomicLong());
        }

        private long rest(long now, Duration length) {
            var rest = length.minusNanos(now - began);
            return Math.max(1, rest.plusMillis(999).toSeconds());
        }
    }
}
