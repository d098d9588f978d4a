package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.post;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.Organizations;
import java.time.Instant;

/** {@code /api/organizations}: GET, POST one with its first key; for those who run the deployment. */
final class OrganizationRoutes {
    private final Organizations organizations;
    private final Bodies bodies;
    private final Answers answers;

    OrganizationRoutes(Organizations organizations, Bodies bodies, Answers answers) {
        this.organizations = organizations;
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Origin origin) {
        return path("organizations", () -> concat(get(this::list), post(() -> create(origin))));
    }

    private Route list() {
        return answers.always(
                organizations.list(),
                found -> Answers.ok(found.stream()
                        .map(one -> new Listed(one.id().value(), one.createdAt()))
                        .toList()));
    }

    private Route create(Origin origin) {
        return bodies.json(body -> {
            var id = new OrganizationId(body.text("id"));
            var founder = new Origin(id, origin.keyId(), origin.address(), origin.requestId());
            return answers.outcome(
                    organizations.create(founder),
                    issued -> Answers.secret(Answers.created(new Created(id.value(), KeyJson.of(issued)))));
        });
    }

    private record Listed(String id, Instant createdAt) {}

    private record Created(String id, KeyJson apiKey) {
        @Override
        public String toString() {
            return "Created[" + id + "]";
        }
    }
}
