package dev.sealbox.proxy.match;

import java.util.function.Consumer;

/**
 * How much longer replacements may make one message, all its parts together: a token that stands for a large value and
 * is repeated would otherwise make a small message fill the memory. Also tells of each replacement in the message before
 * it is made. Not thread-safe.
 */
public final class Growth {
    private final Consumer<Object> replaced;
    private long left;

    private Growth(long most, Consumer<Object> replaced) {
        this.left = most;
        this.replaced = replaced;
    }

    /** Thrown where a message would grow beyond its limit. */
    public static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exceeded() {
            super("a message grows too much", null, false, false);
        }
    }

    /** At most that many bytes. */
    public static Growth of(long most) {
        return new Growth(most, what -> {});
    }

    /**
     * At most that many bytes.
     *
     * @param replaced is told what a pattern means, see {@link Patterns.Entry}, that is about to be replaced; what it
     *     throws keeps it from being so
     */
    public static Growth of(long most, Consumer<Object> replaced) {
        return new Growth(most, replaced);
    }

    /** For replacements that are about as long as what they replace. */
    public static Growth unlimited() {
        return new Growth(Long.MAX_VALUE, what -> {});
    }

    /** Tells that what has this meaning is about to be replaced. */
    void tell(Object meaning) {
        replaced.accept(meaning);
    }

    /** Notes that {@code before} bytes became {@code after}; that others shrink does not make up for it. */
    void count(int before, int after) {
        left -= Math.max(0, after - before);
        if (left < 0) {
            throw new Exceeded();
        }
    }
}
