package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.mapRouteResultFuture;

import akka.http.javadsl.server.Route;
import akka.http.javadsl.server.RouteResult;
import akka.http.javadsl.server.RouteResults;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The requests that have no answer yet. Once the server has waited for them as long as it may, they are told that it stops;
 * without that Akka HTTP resets their connections, and a client cannot know that a repeat is worth it. Thread-safe.
 */
final class InFlight {
    private final Map<Long, CompletableFuture<RouteResult>> unanswered = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private volatile boolean over;

    /** Answers what {@code inner} does, unless the server stops before. */
    Route awaited(Supplier<Route> inner) {
        return mapRouteResultFuture(
                answering -> {
                    var answer = new CompletableFuture<RouteResult>();
                    var number = numbers.incrementAndGet();
                    unanswered.put(number, answer);
                    answering.whenComplete((result, failure) -> {
                        unanswered.remove(number);
                        if (failure == null) {
                            answer.complete(result);
                        } else {
                            answer.completeExceptionally(failure);
                        }
                    });
                    if (over) {
                        cut(answer);
                    }
                    return answer;
                },
                inner);
    }

    /** Answers all of them now, and those that still come at once. */
    void end() {
        over = true;
        unanswered.values().forEach(InFlight::cut);
    }

    private static void cut(CompletableFuture<RouteResult> answer) {
        answer.complete(RouteResults.complete(Problems.from(Mistake.STOPPING)));
    }
}
