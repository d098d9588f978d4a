package dev.sealbox.proxy.session;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How often a sandbox was shown a token in the place of a value by answers to requests that did not carry that one.
 * Who guesses values at an echo learns so that a guess was right; who reads what it has stored does the same, more seldom.
 * Thread-safe.
 */
public final class ReadBacks {
    private static final Duration SPAN = Duration.ofMinutes(1);

    private final LongSupplier clock;
    private long since;
    private int count;

    ReadBacks() {
        this(System::nanoTime);
    }

    /** @param clock in nanoseconds */
    ReadBacks(LongSupplier clock) {
        this.clock = clock;
        this.since = clock.getAsLong();
    }

    /**
     * There was one.
     *
     * @param most in a minute
     * @return whether it is the one with which there are as many
     */
    public synchronized boolean note(int most) {
        settle();
        count++;
        return count == most;
    }

    /** Whether there were as many in this minute. */
    public synchronized boolean areMany(int most) {
        settle();
        return count >= most;
    }

    private void settle() {
        long now = clock.getAsLong();
        if (now - since >= SPAN.toNanos()) {
            since = now;
            count = 0;
        }
    }
}
