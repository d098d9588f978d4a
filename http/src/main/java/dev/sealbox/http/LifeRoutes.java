package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Sandboxes;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code /api/sandboxes/{sandbox}}: POST {@code /hibernate}, {@code /wake}, {@code /reboot}, {@code /power-cycle},
 * {@code /timeout}.
 */
final class LifeRoutes {
    private final Sandboxes sandboxes;
    private final String domain;
    private final Bodies bodies;
    private final Answers answers;

    LifeRoutes(Sandboxes sandboxes, HttpSettings settings, Bodies bodies, Answers answers) {
        this.sandboxes = sandboxes;
        this.domain = settings.sandboxDomain();
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Origin origin) {
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        posted("hibernate", sandbox -> hibernate(origin, sandbox)),
                        posted("wake", sandbox -> wake(origin, sandbox)),
                        posted("reboot", sandbox -> reboot(origin, sandbox)),
                        // A container has no machine of its own, so both end all processes and begin anew.
                        posted("power-cycle", sandbox -> reboot(origin, sandbox)),
                        posted("timeout", sandbox -> timeout(origin, sandbox))));
    }

    private static Route posted(String verb, Function<SandboxId, Route> inner) {
        return path(segment().slash(verb), id -> post(() -> SandboxPaths.sandbox(id, inner)));
    }

    private Route hibernate(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> answers.outcome(
                sandboxes.hibernate(origin, sandbox), view -> Answers.ok(SandboxJson.Hibernated.of(view))));
    }

    private Route wake(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> {
            var timeout = seconds(body).orElse(0);
            return answers.outcome(
                    sandboxes.wake(origin, sandbox, Optional.of(timeout)),
                    view -> Answers.ok(SandboxJson.Sandbox.of(view, domain)));
        });
    }

    private Route reboot(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> answers.outcome(sandboxes.reboot(origin, sandbox), done -> Answers.noContent()));
    }

    private Route timeout(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> {
            var timeout = seconds(body).orElseThrow(() -> new InvalidValue("timeout is missing"));
            return answers.outcome(sandboxes.changeTimeout(origin, sandbox, timeout), done -> Answers.noContent());
        });
    }

    private static Optional<Integer> seconds(JsonBody body) {
        var seconds = body.optionalInt("timeout");
        if (seconds.isPresent() && seconds.get() < 0) {
            throw new InvalidValue("timeout must be 0 or more seconds");
        }
        return seconds;
    }
}
