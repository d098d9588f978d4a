package dev.sealbox.proxy.tunnel;

import java.time.Duration;

/**
 * Whether a body whose length was told comes fast enough: whoever can tell its length has it. What is still being made, a
 * call of gRPC or a build's output, comes without a length and may keep silent. For use in one event loop.
 */
final class Pace {
    private final int least;
    private final Duration span;

    private long since;
    private long before;

    /**
     * Measures from {@code now}.
     *
     * @param least bytes a second, on the average of {@code span}
     */
    Pace(int least, Duration span, long now) {
        this.least = least;
        this.span = span;
        this.since = now;
    }

    /**
     * Looks at the clock.
     *
     * @param bytes that have come so far
     * @param held whether it is not the client's fault if nothing comes
     */
    boolean isTooSlow(long now, long bytes, boolean held) {
        if (held) {
            since = now;
            before = bytes;
            return false;
        }
        long elapsed = now - since;
        if (elapsed < span.toNanos()) {
            return false;
        }
        boolean slow = bytes - before < least * (elapsed / 1e9);
        since = now;
        before = bytes;
        return slow;
    }
}
