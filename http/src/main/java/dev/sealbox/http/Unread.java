package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.mapRouteResultFuture;

import akka.Done;
import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.server.Complete;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.server.RouteResult;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Request bodies that nobody has read when the answer is an error. They are read and dropped, within bounds, before the
 * answer goes out: an earlier answer closes the connection under a client that is still sending, which many clients
 * then never read.
 */
final class Unread {
    private static final AttributeKey<AtomicBoolean> TAKEN = AttributeKey.create("body-taken", AtomicBoolean.class);
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Bytes. */
    static final long MOST = 16L * 1024 * 1024;

    private Unread() {}

    static HttpRequest tracked(HttpRequest request) {
        return request.addAttribute(TAKEN, new AtomicBoolean());
    }

    /** The body, for whoever will read it: a body can be streamed only once. */
    static RequestEntity take(HttpRequest request) {
        request.getAttribute(TAKEN).ifPresent(taken -> taken.set(true));
        return request.entity();
    }

    /** Answers an error only when the body that nobody took has been dropped. */
    static Route drained(HttpRequest tracked, Materializer materializer, Supplier<Route> inner) {
        return mapRouteResultFuture(
                answering -> answering.thenCompose(result -> isPending(tracked, result)
                        ? drop(tracked, materializer).handle((done, failure) -> result)
                        : CompletableFuture.completedFuture(result)),
                inner);
    }

    private static boolean isPending(HttpRequest tracked, RouteResult result) {
        var taken = tracked.getAttribute(TAKEN).filter(AtomicBoolean::get).isPresent();
        return !taken
                && !tracked.entity().isStrict()
                && result instanceof Complete complete
                && complete.getResponse().status().isFailure();
    }

    private static CompletionStage<Done> drop(HttpRequest tracked, Materializer materializer) {
        return tracked.entity()
                .withoutSizeLimit()
                .getDataBytes()
                .completionTimeout(PATIENCE)
                .limitWeighted(MOST, chunk -> (long) chunk.size())
                .runWith(Sink.ignore(), materializer);
    }
}
