package dev.sealbox.domain.audit;

import dev.sealbox.domain.identity.Recorded;
import java.time.Instant;
import java.util.function.BiFunction;

/**
 * A subject's state after the events so far, by the same {@code apply} that runs in production.
 *
 * <p>Time never runs backwards in a history: an event whose clock was behind counts from its predecessor's time.
 *
 * @param sequence the number of the last event; 0 before the first
 * @param at when the last event counts from
 * @param <S> the aggregate
 * @param <E> its events
 */
public record Replay<S, E>(S state, long sequence, Instant at, BiFunction<S, Recorded<E>, S> apply) {

    /** Before the first event. */
    public static <S, E> Replay<S, E> from(S empty, BiFunction<S, Recorded<E>, S> apply) {
        return new Replay<>(empty, 0, Instant.EPOCH, apply);
    }

    public Replay<S, E> next(long number, Recorded<E> event) {
        return new Replay<>(apply.apply(state, event), number, countsFrom(event), apply);
    }

    /** When an event that comes next counts from. */
    public Instant countsFrom(Recorded<E> event) {
        return event.at().isBefore(at) ? at : event.at();
    }
}
