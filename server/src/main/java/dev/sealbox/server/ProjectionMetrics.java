package dev.sealbox.server;

import akka.actor.typed.ActorSystem;
import dev.sealbox.persistence.projection.ProjectionLag;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Measures how many events each read model has yet to take: {@code sealbox_projection_lag_events}. */
final class ProjectionMetrics {
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private ProjectionMetrics() {}

    /** Asks now and then until the system ends. While the database does not answer, the last number stands. */
    static void watch(ActorSystem<?> system, ProjectionLag lag, MeterRegistry registry) {
        var gauge = MultiGauge.builder("sealbox.projection.lag.events")
                .description("Events that a read model has yet to take")
                .register(registry);
        system.scheduler()
                .scheduleWithFixedDelay(
                        Duration.ZERO,
                        PERIOD,
                        () -> lag.events().thenAccept(events -> show(gauge, events)),
                        system.executionContext());
    }

    private static void show(MultiGauge gauge, Map<String, Long> events) {
        gauge.register(
                events.entrySet().stream()
                        .map(entry -> MultiGauge.Row.of(Tags.of("projection", entry.getKey()), entry.getValue()))
                        .collect(Collectors.toList()),
                true);
    }
}
