package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.onSuccess;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Outcome.Done;
import dev.sealbox.domain.Outcome.Refused;
import dev.sealbox.domain.Unit;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** Turns what a port answers into a response, and waits for it only so long. */
final class Answers {
    private final Duration patience;

    Answers(HttpSettings settings) {
        this.patience = settings.answerTimeout();
    }

    static HttpResponse ok(Object wire) {
        return Json.answer(StatusCodes.OK, wire);
    }

    static HttpResponse created(Object wire) {
        return Json.answer(StatusCodes.CREATED, wire);
    }

    static HttpResponse noContent() {
        return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT);
    }

    /** An answer that nobody on the way may keep. */
    static HttpResponse secret(HttpResponse answer) {
        return answer.addHeader(RawHeader.create("Cache-Control", "no-store"));
    }

    /** An answer that shows a secret: to a repeat of its request another one is given, which does not. */
    static HttpResponse once(HttpResponse answer, HttpResponse toRepeats) {
        return secret(answer).addAttribute(Repetition.KEPT, toRepeats);
    }

    <T> Route outcome(CompletionStage<Outcome<T>> asked, Function<T, HttpResponse> done) {
        return always(asked, outcome -> response(outcome, done));
    }

    <T> Route always(CompletionStage<T> asked, Function<T, HttpResponse> done) {
        var timely = asked.toCompletableFuture().copy().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
        return onSuccess(timely, value -> complete(done.apply(value)));
    }

    /** Asks a port; what it throws at once fails the stage, so that whoever cleans up does so either way. */
    static <T> CompletionStage<T> asking(Supplier<CompletionStage<T>> port) {
        return CompletableFuture.completedFuture(Unit.DONE).thenCompose(now -> port.get());
    }

    static <T> HttpResponse response(Outcome<T> outcome, Function<T, HttpResponse> done) {
        return switch (outcome) {
            case Done<T>(var value) -> done.apply(value);
            case Refused<T>(var reason) -> Problems.from(reason);
        };
    }
}
