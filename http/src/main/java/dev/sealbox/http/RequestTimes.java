package dev.sealbox.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Set;

/**
 * How long requests take until their answer begins, by method and status. Paths are left out: they hold ids, and a label
 * for each would never end. Thread-safe.
 */
final class RequestTimes {
    /** Any other method is counted as one. */
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final MeterRegistry metrics;

    RequestTimes(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    /** The response itself, counted; {@code began} as of {@link System#nanoTime}. */
    HttpResponse noted(HttpRequest request, HttpResponse response, long began) {
        var method = request.method().value();
        metrics.timer(
                        "sealbox.http.requests",
                        "method",
                        METHODS.contains(method) ? method : "other",
                        "status",
                        Integer.toString(response.status().intValue()))
                .record(Duration.ofNanos(System.nanoTime() - began));
        return response;
    }
}
