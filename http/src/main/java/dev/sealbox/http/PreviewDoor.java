package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.completeWithFuture;
import static akka.http.javadsl.server.Directives.extractRequest;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.preview.Previews;
import dev.sealbox.domain.preview.Visit;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where requests to preview hosts leave this server's own ways, before anything else looks at them: none of them reaches the
 * API, whatever its path, and none of what the API says comes back.
 */
final class PreviewDoor {
    private static final Logger log = LoggerFactory.getLogger(PreviewDoor.class);

    private final Previews previews;
    private final PreviewExchange exchange;
    private final PreviewSockets sockets;
    private final FailedAttempts failures;
    private final HttpSettings settings;
    private final PreviewDomains domains;
    private final MeterRegistry metrics;

    PreviewDoor(
            ActorSystem<?> system,
            Previews previews,
            FailedAttempts failures,
            HttpSettings settings,
            MeterRegistry metrics) {
        this.previews = previews;
        this.exchange = new PreviewExchange(system, settings);
        this.sockets = new PreviewSockets(system, previews, settings);
        this.failures = failures;
        this.settings = settings;
        this.domains = settings.previewDomains();
        this.metrics = metrics;
    }

    /** {@code others} serves what is not for a preview. */
    Route before(Supplier<Route> others) {
        return extractRequest(
                request -> switch (PreviewHost.of(request.getUri().getHost().address(), domains)) {
                    case PreviewHost.Elsewhere elsewhere -> others.get();
                    case PreviewHost.Nowhere nowhere -> complete(counted(PreviewPages.nowhere()));
                    case PreviewHost.Port port ->
                        completeWithFuture(visited(request, port).thenApply(this::counted));
                });
    }

    private CompletionStage<HttpResponse> visited(HttpRequest request, PreviewHost.Port port) {
        var requestId = UUID.randomUUID().toString();
        var visit = new Visit(
                port.sandbox(),
                port.port(),
                PreviewFields.tokens(request),
                settings.preview().everyPort(),
                port.only(),
                Authentication.address(request).map(InetAddress::getHostAddress).orElse(""),
                requestId);
        return Answers.asking(() -> previews.visit(visit))
                .thenCompose(outcome -> switch (outcome) {
                    case Outcome.Done<Previews.Entry>(var entry) -> entered(request, visit, entry);
                    case Outcome.Refused<Previews.Entry>(PreviewRefusal.NotLetIn refusal) ->
                        CompletableFuture.completedFuture(PreviewPages.notLetIn(refusal, guessed(request, refusal)));
                    case Outcome.Refused<Previews.Entry>(var refusal) ->
                        CompletableFuture.completedFuture(PreviewPages.of(refusal));
                })
                .exceptionally(failure -> {
                    log.warn("the preview request {} could not be served", requestId, failure);
                    return PreviewPages.failed(requestId);
                });
    }

    /** Whatever goes wrong, a connection is not left behind. */
    private CompletionStage<HttpResponse> entered(HttpRequest request, Visit visit, Previews.Entry entry) {
        return Answers.asking(() -> WebSockets.isHandshake(request)
                        ? sockets.answer(request, visit, entry)
                        : exchange.answer(request, entry))
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        entry.connection().close();
                    }
                });
    }

    /** Only a wrong token counts as a guess: browsers come without one at first. */
    private OptionalLong guessed(HttpRequest request, PreviewRefusal.NotLetIn refusal) {
        return refusal.presented()
                ? failures.noted(
                        Authentication.address(request).orElseGet(InetAddress::getLoopbackAddress),
                        FailedAttempts.Reason.UNKNOWN)
                : OptionalLong.empty();
    }

    private HttpResponse counted(HttpResponse answer) {
        metrics.counter(
                        "sealbox.preview.requests",
                        "status",
                        Integer.toString(answer.status().intValue() / 100) + "xx")
                .increment();
        return answer;
    }

    /** Ends WebSockets; other exchanges end with their connections. */
    void stop() {
        sockets.stop();
    }
}
