package dev.sealbox.domain;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The answer of a port: what was asked for, or a refusal.
 *
 * @param <T> what was asked for
 */
public sealed interface Outcome<T> {

    record Done<T>(T value) implements Outcome<T> {}

    record Refused<T>(Refusal reason) implements Outcome<T> {}

    static <T> Outcome<T> done(T value) {
        return new Done<>(value);
    }

    static <T> Outcome<T> refused(Refusal reason) {
        return new Refused<>(reason);
    }

    default <U> Outcome<U> map(Function<T, U> change) {
        return switch (this) {
            case Done<T>(var value) -> done(change.apply(value));
            case Refused<T>(var reason) -> refused(reason);
        };
    }

    /** Goes on with the value, or keeps the refusal. */
    default <U> CompletionStage<Outcome<U>> then(Function<T, CompletionStage<Outcome<U>>> next) {
        return switch (this) {
            case Done<T>(var value) -> next.apply(value);
            case Refused<T>(var reason) -> CompletableFuture.completedFuture(refused(reason));
        };
    }
}
