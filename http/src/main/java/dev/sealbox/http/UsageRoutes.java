package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.usage.UsageReports;
import dev.sealbox.domain.usage.UsageWindow;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/** {@code /api/usage}, {@code /api/tags}, {@code /api/sandboxes/{sandbox}/usage}: GET. */
final class UsageRoutes {
    private static final Duration USUAL_OF_ONE = Duration.ofHours(1);
    private static final Set<String> OF_ONE = Set.of("from", "to");

    private final UsageReports reports;
    private final Sandboxes sandboxes;
    private final Answers answers;
    private final Clock clock;

    UsageRoutes(UsageReports reports, Sandboxes sandboxes, Answers answers, Clock clock) {
        this.reports = reports;
        this.sandboxes = sandboxes;
        this.answers = answers;
        this.clock = clock;
    }

    Route of(Origin origin) {
        return concat(
                path("usage", () -> get(() -> extractRequest(request -> usage(origin, request)))),
                path(
                        "tags",
                        () -> get(() -> answers.always(
                                reports.tagKeys(origin.organization()), keys -> Answers.ok(UsageJson.Keys.of(keys))))),
                path(
                        segment("sandboxes").slash(segment()).slash("usage"),
                        id -> get(() -> extractRequest(
                                request -> SandboxPaths.sandbox(id, sandbox -> ofSandbox(origin, sandbox, request))))));
    }

    private Route usage(Origin origin, HttpRequest request) {
        var asked = UsageRequest.of(request, clock.instant());
        var query = asked.query();
        return asked.tag()
                .map(key -> answers.always(
                        reports.byTag(origin.organization(), key, query),
                        report -> Answers.ok(UsageJson.ByTag.of(key, query, report))))
                .orElseGet(() -> answers.always(
                        reports.bySandbox(origin.organization(), query),
                        report -> Answers.ok(UsageJson.BySandbox.of(query, report))));
    }

    private Route ofSandbox(Origin origin, SandboxId sandbox, HttpRequest request) {
        var query = QueryText.of(request, OF_ONE);
        var window = UsageWindow.of(
                query.text("from"), query.text("to"), USUAL_OF_ONE, UsageWindow.LONGEST_OF_ONE, clock.instant());
        return answers.outcome(
                sandboxes
                        .read(origin, sandbox)
                        .thenCompose(
                                known -> known.then(view -> reports.ofSandbox(origin.organization(), sandbox, window)
                                        .thenApply(Outcome::done))),
                slices -> Answers.ok(UsageJson.OfOne.of(sandbox, window, slices)));
    }
}
