package dev.sealbox.persistence.service;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;

/** Waiting for several answers. */
final class Futures {
    private Futures() {}

    /** Asks for each, all at once; the answers in the order of {@code questions}. Fails when one fails. */
    static <Q, A> CompletionStage<List<A>> each(List<Q> questions, Function<Q, CompletionStage<A>> ask) {
        var answers = questions.stream()
                .map(question -> ask.apply(question).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    /** As {@link #each}, but no more than so many at a time. */
    static <Q, A> CompletionStage<List<A>> each(List<Q> questions, int atATime, Function<Q, CompletionStage<A>> ask) {
        return each(questions, atATime, ask, List.of());
    }

    private static <Q, A> CompletionStage<List<A>> each(
            List<Q> questions, int atATime, Function<Q, CompletionStage<A>> ask, List<A> before) {
        if (questions.isEmpty()) {
            return now(before);
        }
        var now = questions.subList(0, Math.min(atATime, questions.size()));
        var rest = questions.subList(now.size(), questions.size());
        return each(now, ask)
                .thenCompose(answers -> each(
                        rest,
                        atATime,
                        ask,
                        Stream.concat(before.stream(), answers.stream()).toList()));
    }

    static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedFuture(value);
    }

    static CompletionStage<Void> nothing() {
        return CompletableFuture.allOf();
    }
}
