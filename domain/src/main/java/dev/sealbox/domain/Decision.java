package dev.sealbox.domain;

import java.util.List;

/**
 * What an aggregate answers to a command: the facts that follow, or why nothing does.
 *
 * @param <E> the aggregate's events
 * @param <R> the aggregate's refusals
 */
public sealed interface Decision<E, R extends Refusal> {

    /** The command is accepted; an empty list means that it was already true (a repeat). */
    record Accepted<E, R extends Refusal>(List<E> events) implements Decision<E, R> {
        public Accepted {
            events = List.copyOf(events);
        }
    }

    /** The command is refused and nothing has changed. */
    record Refused<E, R extends Refusal>(R reason) implements Decision<E, R> {}

    @SafeVarargs
    @SuppressWarnings("varargs")
    static <E, R extends Refusal> Decision<E, R> accept(E... events) {
        return new Accepted<>(List.of(events));
    }

    static <E, R extends Refusal> Decision<E, R> accept(List<E> events) {
        return new Accepted<>(events);
    }

    static <E, R extends Refusal> Decision<E, R> refuse(R reason) {
        return new Refused<>(reason);
    }
}
