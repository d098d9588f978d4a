package dev.sealbox.proxy.match;

import java.util.function.Consumer;

/**
 * How often something may be replaced in one message, and how much longer that may make it, all its parts together: a
 * token that stands for a large value and is repeated would otherwise make a small message fill the memory, and a value
 * that is repeated is exposed more often. Also tells of each replacement in the message before it is made. Not
 * thread-safe.
 */
public final class Growth {
    private final Consumer<Object> told;
    private long left;
    private long times;

    private Growth(long most, long times, Consumer<Object> told) {
        this.left = most;
        this.times = times;
        this.told = told;
    }

    /** Thrown where a message would go beyond its limit. */
    public static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final boolean tooOften;

        Exceeded(boolean tooOften) {
            super("too much would be replaced in a message", null, false, false);
            this.tooOften = tooOften;
        }

        /** Whether there was too much to replace; otherwise the message would become too large. */
        public boolean isTooOften() {
            return tooOften;
        }
    }

    /**
     * At most that many bytes, and so many replacements.
     *
     * @param told is told what a pattern means, see {@link Patterns.Entry}, that was found and is about to be replaced or
     *     passed on; what it throws keeps it from being so
     */
    public static Growth of(long most, long times, Consumer<Object> told) {
        return new Growth(most, times, told);
    }

    /** For replacements that are about as long as what they replace. */
    public static Growth unlimited() {
        return unlimited(what -> {});
    }

    /** The same; {@code told} as in {@link #of}. */
    public static Growth unlimited(Consumer<Object> told) {
        return new Growth(Long.MAX_VALUE, Long.MAX_VALUE, told);
    }

    /**
     * Notes that {@code before} bytes, which have this meaning, are about to become {@code after}; that others shrink
     * does not make up for it.
     */
    void count(Object meaning, int before, int after) {
        left -= Math.max(0, after - before);
        times--;
        if (left < 0 || times < 0) {
            throw new Exceeded(times < 0);
        }
        told.accept(meaning);
    }

    /** Notes that something which has this meaning was found, and stays. */
    void see(Object meaning) {
        told.accept(meaning);
    }
}
