package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;

import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.Route;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * What the server says about itself. Without a key: {@code GET /health}, {@code /healthz}, {@code /readyz},
 * {@code /openapi.yaml}, {@code /metrics} (Prometheus text); with one: {@code GET /api/whoami}.
 */
final class MetaRoutes {
    private final Readiness readiness;
    private final Answers answers;
    private final HttpResponse description;
    private final PrometheusMeterRegistry metrics;

    MetaRoutes(Readiness readiness, Answers answers, PrometheusMeterRegistry metrics) {
        this.metrics = metrics;
        this.readiness = readiness;
        this.answers = answers;
        this.description = HttpResponse.create()
                .withEntity(HttpEntities.create(
                        MediaTypes.applicationWithFixedCharset("yaml", HttpCharsets.UTF_8)
                                .toContentType(),
                        resource()));
    }

    Route open() {
        return concat(vitals(), path("openapi.yaml", () -> get(() -> complete(description))));
    }

    /** How the node is. */
    Route vitals() {
        return concat(
                path("health", () -> get(() -> complete(Answers.ok(Map.of("status", "ok"))))),
                path("healthz", () -> get(() -> complete(Answers.ok(Map.of("status", "alive"))))),
                path("readyz", () -> get(() -> answers.always(parts(), MetaRoutes::ready))),
                path("metrics", () -> get(() -> complete(measured()))));
    }

    Route of(Asker asker) {
        var organization = asker.origin().organization().value();
        return path(
                "whoami",
                () -> get(() -> complete(Answers.ok(new WhoAmI(
                        organization,
                        organization,
                        asker.origin().keyId(),
                        asker.role().word())))));
    }

    private HttpResponse measured() {
        return HttpResponse.create()
                .withEntity(
                        HttpEntities.create(MediaTypes.TEXT_PLAIN.toContentType(HttpCharsets.UTF_8), metrics.scrape()));
    }

    /** A question that fails is an answer, too. */
    private CompletionStage<List<Readiness.Part>> parts() {
        return Answers.asking(readiness::parts)
                .exceptionally(failure -> List.of(new Readiness.Part("readiness", "cannot be told")));
    }

    /** In snake case, unlike everything else. */
    private record WhoAmI(String org_id, String org_name, String key_id, String role) {}

    private static HttpResponse ready(List<Readiness.Part> parts) {
        var states = new LinkedHashMap<String, String>();
        parts.forEach(part -> states.put(part.name(), part.trouble().isEmpty() ? "ok" : part.trouble()));
        var missing = parts.stream()
                .filter(part -> !part.isUsable())
                .map(Readiness.Part::name)
                .collect(Collectors.joining(", "));
        return missing.isEmpty()
                ? Answers.ok(Map.of("status", "ready", "parts", states))
                : Problems.envelope(
                        StatusCodes.SERVICE_UNAVAILABLE,
                        "not-ready",
                        "not ready: " + missing,
                        Map.of("status", "not ready", "parts", states));
    }

    private static byte[] resource() {
        try (var in = MetaRoutes.class.getResourceAsStream("/dev/sealbox/http/openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("the API's description is not in the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
