package dev.sealbox.http;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.server.Route;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * What a node without the API answers: {@code GET /health}, {@code /healthz}, {@code /readyz} and {@code /metrics}, and
 * nothing else. Thread-safe.
 */
public final class Vitals {
    private final ServerBinding binding;
    private final Duration deadline;

    private Vitals(ServerBinding binding, Duration deadline) {
        this.binding = binding;
        this.deadline = deadline;
    }

    /** Complete when requests are accepted, where the API would be; fails when the address cannot be bound. */
    public static CompletionStage<Vitals> start(
            ActorSystem<?> system, HttpSettings settings, Readiness readiness, PrometheusMeterRegistry metrics) {
        Route told = new MetaRoutes(readiness, new Answers(settings), metrics).vitals();
        return Http.get(system)
                .newServerAt(settings.host(), settings.port())
                .withSettings(Api.server(system, settings))
                .bind(Routes.handled("none", told))
                .thenApply(binding -> new Vitals(binding, settings.stopDeadline()));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return binding.localAddress();
    }

    public CompletionStage<Done> stop() {
        return binding.terminate(deadline).thenApply(terminated -> Done.getInstance());
    }
}
