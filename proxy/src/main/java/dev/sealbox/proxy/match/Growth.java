package dev.sealbox.proxy.match;

/**
 * How much longer replacements may make one message, all its parts together: a token that stands for a large value and
 * is repeated would otherwise make a small message fill the memory. Not thread-safe.
 */
public final class Growth {
    private long left;

    private Growth(long most) {
        this.left = most;
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
        return new Growth(most);
    }

    /** For replacements that are about as long as what they replace. */
    public static Growth unlimited() {
        return new Growth(Long.MAX_VALUE);
    }

    /** Notes that {@code before} bytes became {@code after}; that others shrink does not make up for it. */
    void count(int before, int after) {
        left -= Math.max(0, after - before);
        if (left < 0) {
            throw new Exceeded();
        }
    }
}
