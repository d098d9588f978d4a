package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.ApiKeys;
import dev.sealbox.domain.organization.KeyTerms;
import dev.sealbox.domain.organization.Role;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** {@code /api/api-keys}: GET, POST (the key itself stands in this answer only); {@code /{key}}: DELETE. */
final class KeyRoutes {
    /** RFC 3339 writes years with four digits. */
    private static final int LAST_YEAR = 9999;

    private final ApiKeys keys;
    private final Bodies bodies;
    private final Answers answers;

    KeyRoutes(ApiKeys keys, Bodies bodies, Answers answers) {
        this.keys = keys;
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Origin origin) {
        return pathPrefix(
                "api-keys",
                () -> concat(
                        pathEnd(() -> concat(get(() -> list(origin)), post(() -> issue(origin)))),
                        path(
                                segment(),
                                key -> delete(() ->
                                        answers.outcome(keys.revoke(origin, key), revoked -> Answers.noContent())))));
    }

    private Route list(Origin origin) {
        return answers.always(
                keys.list(origin),
                found -> Answers.ok(found.stream().map(KeyJson::of).toList()));
    }

    private Route issue(Origin origin) {
        return bodies.json(body -> {
            var terms = terms(body);
            return answers.outcome(
                    keys.issue(origin, terms), issued -> Answers.secret(Answers.created(KeyJson.of(issued))));
        });
    }

    private static KeyTerms terms(JsonBody body) {
        return new KeyTerms(
                body.text("name"),
                Role.parse(body.text("role")),
                body.optionalTexts("stores").orElse(List.of()).stream()
                        .map(StoreName::new)
                        .toList(),
                body.nonEmptyText("expiresAt").map(KeyRoutes::time));
    }

    private static Instant time(String text) {
        try {
            var time = OffsetDateTime.parse(text);
            if (time.getYear() <= LAST_YEAR) {
                return time.toInstant().truncatedTo(ChronoUnit.MILLIS);
            }
        } catch (DateTimeParseException e) {
            // told below: the parser's own message would quote the input
        }
        throw new InvalidValue("expiresAt must be a time such as 2030-01-31T12:00:00Z");
    }
}
