package dev.sealbox.persistence.service;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

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

    static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedFuture(value);
    }

    static CompletionStage<Void> nothing() {
        return CompletableFuture.allOf();
    }
}
