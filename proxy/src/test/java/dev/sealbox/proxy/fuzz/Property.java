package dev.sealbox.proxy.fuzz;

import java.util.Objects;

/** Something that is true whatever is chosen. Used by one thread. */
@FunctionalInterface
public interface Property {
    /**
     * Tries one case.
     *
     * @throws RuntimeException or an error when it is not true, or something breaks
     */
    void check(Choices choices);

    /** Fails unless the two are equal. */
    static void same(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + "\n  expected: " + shown(expected) + "\n  but was:  " + shown(actual));
        }
    }

    /** Fails unless it is so. */
    static void holds(boolean so, String what) {
        if (!so) {
            throw new AssertionError(what);
        }
    }

    /** Control characters by their numbers, so that a difference can be seen. */
    static String shown(Object value) {
        var shown = new StringBuilder();
        String.valueOf(value)
                .chars()
                .forEach(c -> shown.append(c < ' ' || c > '~' ? "\\x%02x".formatted(c) : String.valueOf((char) c)));
        return shown.toString();
    }
}
