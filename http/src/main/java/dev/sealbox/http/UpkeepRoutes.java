package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.Directives.put;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Autoscale;
import dev.sealbox.domain.sandbox.SandboxUpkeep;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.sandbox.Tags;
import java.util.HashMap;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code /api/sandboxes/{sandbox}}: {@code /tags}, {@code /autoscale}, {@code /scaling-lock}: GET, PUT; {@code /scale}:
 * POST.
 */
final class UpkeepRoutes {
    private final Sandboxes sandboxes;
    private final SandboxUpkeep upkeep;
    private final Bodies bodies;
    private final Answers answers;

    UpkeepRoutes(Sandboxes sandboxes, SandboxUpkeep upkeep, Bodies bodies, Answers answers) {
        this.sandboxes = sandboxes;
        this.upkeep = upkeep;
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Origin origin) {
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        about(
                                "tags",
                                sandbox -> concat(
                                        get(() -> read(origin, sandbox, UpkeepJson.TagSet::of)),
                                        put(() -> tag(origin, sandbox)))),
                        about("scale", sandbox -> post(() -> scale(origin, sandbox))),
                        about(
                                "autoscale",
                                sandbox -> concat(
                                        get(() -> read(origin, sandbox, UpkeepJson.Autoscaling::of)),
                                        put(() -> autoscale(origin, sandbox)))),
                        about(
                                "scaling-lock",
                                sandbox -> concat(
                                        get(() -> read(origin, sandbox, UpkeepJson.Lock::of)),
                                        put(() -> lock(origin, sandbox))))));
    }

    private static Route about(String what, Function<SandboxId, Route> inner) {
        return path(segment().slash(what), id -> SandboxPaths.sandbox(id, inner));
    }

    private Route read(Origin origin, SandboxId sandbox, Function<SandboxView, Object> wire) {
        return answers.outcome(sandboxes.read(origin, sandbox), shown(wire));
    }

    private static Function<SandboxView, HttpResponse> shown(Function<SandboxView, Object> wire) {
        return view -> Answers.ok(wire.apply(view));
    }

    /** The body is the map itself. */
    private Route tag(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> {
            var tags = new HashMap<String, String>();
            body.names().forEach(key -> tags.put(key, body.text(key)));
            return answers.outcome(upkeep.tag(origin, sandbox, new Tags(tags)), shown(UpkeepJson.TagSet::of));
        });
    }

    private Route scale(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> answers.outcome(
                upkeep.scale(origin, sandbox, required(body, "memoryMB")),
                scaled -> Answers.ok(UpkeepJson.Size.of(scaled))));
    }

    private Route autoscale(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> {
            var wanted = flag(body, "enabled")
                    ? Optional.of(Autoscale.between(required(body, "minMemoryMB"), required(body, "maxMemoryMB")))
                    : Optional.<Autoscale>empty();
            return answers.outcome(upkeep.autoscale(origin, sandbox, wanted), shown(UpkeepJson.Autoscaling::of));
        });
    }

    private Route lock(Origin origin, SandboxId sandbox) {
        return bodies.json(body ->
                answers.outcome(upkeep.lockScaling(origin, sandbox, flag(body, "locked")), shown(UpkeepJson.Lock::of)));
    }

    private static int required(JsonBody body, String field) {
        return body.optionalInt(field).orElseThrow(() -> new InvalidValue(field + " is missing"));
    }

    private static boolean flag(JsonBody body, String field) {
        return body.optionalFlag(field).orElseThrow(() -> new InvalidValue(field + " is missing"));
    }
}
