package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;

import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.keys.MasterKeyRotation;

/**
 * The deployment's master keys: {@code GET /api/master-keys}; {@code POST /api/master-keys/rotate}, with
 * {@code {"retire": true}} to take keys away that are no longer needed.
 */
final class MasterKeyRoutes {
    private final MasterKeyRotation keys;
    private final Bodies bodies;
    private final Answers answers;

    MasterKeyRoutes(MasterKeyRotation keys, Bodies bodies, Answers answers) {
        this.keys = keys;
        this.bodies = bodies;
        this.answers = answers;
    }

    /** Whoever comes here may do all of it. */
    Route of(Origin operator) {
        return pathPrefix(
                "master-keys",
                () -> concat(
                        pathEnd(() -> get(
                                () -> answers.always(keys.status(), status -> Answers.ok(MasterKeyJson.of(status))))),
                        path("rotate", () -> post(this::rotate))));
    }

    private Route rotate() {
        return bodies.json(body -> answers.outcome(
                body.optionalFlag("retire").orElse(false) ? keys.retire() : keys.rotate(),
                status -> Json.answer(StatusCodes.ACCEPTED, MasterKeyJson.of(status))));
    }
}
