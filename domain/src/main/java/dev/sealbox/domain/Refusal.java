package dev.sealbox.domain;

import java.util.Map;

/** Why something that was asked will not be done: a value, never an exception. Holds no secret. */
public interface Refusal {

    /** The sort of reason; whoever asks can act on it without knowing the details. */
    enum Kind {
        /** What was asked for makes no sense, or not in this state. */
        INVALID,
        /** The asker's key is not made for this. */
        FORBIDDEN,
        /** There is no such thing in the asker's organisation. */
        NOT_FOUND,
        /** A name is taken, or somebody else was faster. */
        CONFLICT,
        /** A limit is reached. */
        EXHAUSTED,
        /** It was there and is no more. */
        GONE,
        /** Not now; a repeat may succeed. */
        NOT_READY
    }

    Kind kind();

    /** Stable, machine-readable, part of the public API. */
    String code();

    /** One line for people; may change. */
    String message();

    /** Whether a repeat may succeed. */
    default boolean passes() {
        return kind() == Kind.NOT_READY;
    }

    /** After how many seconds a repeat is worth it, of what {@link #passes}. */
    default int retryAfterSeconds() {
        return 1;
    }

    /** Further fields of the answer, such as the limit that was reached. */
    default Map<String, Object> details() {
        return Map.of();
    }
}
