package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewToken;
import dev.sealbox.domain.preview.PreviewUrl;
import dev.sealbox.domain.preview.Previews;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /api/sandboxes/{sandbox}/preview}: POST exposes a port, GET lists; {@code /{port}}: DELETE; {@code /rotate}: POST.
 */
final class PreviewRoutes {
    /** Characters; it is kept in the journal. */
    private static final int MAX_AUTH_CONFIG = 4096;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Previews previews;
    private final PreviewDomains domains;
    private final Bodies bodies;
    private final Answers answers;

    PreviewRoutes(Previews previews, HttpSettings settings, Bodies bodies, Answers answers) {
        this.previews = previews;
        this.domains = settings.previewDomains();
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Origin origin) {
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        path(
                                segment().slash("preview"),
                                id -> concat(
                                        post(() -> SandboxPaths.id(id)
                                                .map(sandbox -> expose(origin, sandbox))
                                                .orElseGet(() -> complete(notFound()))),
                                        get(() -> SandboxPaths.sandbox(id, sandbox -> list(origin, sandbox))))),
                        path(
                                segment().slash("preview").slash("rotate"),
                                id -> post(() -> SandboxPaths.sandbox(id, sandbox -> rotate(origin, sandbox)))),
                        path(
                                segment().slash("preview").slash(segment()),
                                (id, port) -> delete(
                                        () -> SandboxPaths.sandbox(id, sandbox -> close(origin, sandbox, port))))));
    }

    private Route expose(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> {
            var port = new PreviewPort(body.optionalInt("port").orElseThrow(() -> new InvalidValue("port is missing")));
            if (body.nonEmptyText("domain")
                    .filter(domain -> !isOwn(origin, domain))
                    .isPresent()) {
                throw new InvalidValue("domain must be the verified domain of the organisation");
            }
            return answers.always(
                    previews.expose(origin, sandbox, port, authConfig(body)), outcome -> switch (outcome) {
                        case Outcome.Done<Previews.Exposed>(var exposed) ->
                            exposed.fresh()
                                    ? Answers.created(wire(origin, sandbox, exposed.url()))
                                    : Answers.ok(wire(origin, sandbox, exposed.url()));
                        case Outcome.Refused<Previews.Exposed>(SandboxRefusal.NoSuchSandbox unknown) -> notFound();
                        case Outcome.Refused<Previews.Exposed>(var refusal) -> Problems.from(refusal);
                    });
        });
    }

    /** It is there for all of the organisation's ports, asked for or not. */
    private boolean isOwn(Origin origin, String domain) {
        return domains.of(origin.organization())
                .filter(domain::equalsIgnoreCase)
                .isPresent();
    }

    private static String authConfig(JsonBody body) {
        var text = body.optionalObject("authConfig")
                .map(object -> new String(object.bytes(), StandardCharsets.UTF_8))
                .orElse("{}");
        if (text.length() > MAX_AUTH_CONFIG) {
            throw new InvalidValue("authConfig must be at most " + MAX_AUTH_CONFIG + " characters of JSON");
        }
        return text;
    }

    /** The one place where the contract wants 400 for a sandbox that is not there. */
    private static HttpResponse notFound() {
        var refusal = new SandboxRefusal.NoSuchSandbox();
        return Problems.envelope(StatusCodes.BAD_REQUEST, refusal.code(), refusal.message(), Map.of());
    }

    private Route list(Origin origin, SandboxId sandbox) {
        return answers.outcome(
                previews.list(origin, sandbox),
                urls -> Answers.ok(
                        urls.stream().map(url -> wire(origin, sandbox, url)).toList()));
    }

    private Route close(Origin origin, SandboxId sandbox, String port) {
        return answers.outcome(previews.close(origin, sandbox, PreviewPort.parse(port)), done -> Answers.noContent());
    }

    private Route rotate(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> {
            var token = PreviewToken.draw(RANDOM);
            return answers.outcome(
                    previews.guard(origin, sandbox, token.hash()),
                    done -> Answers.secret(Answers.ok(PreviewJson.Rotated.of(token))));
        });
    }

    private PreviewJson.Url wire(Origin origin, SandboxId sandbox, PreviewUrl url) {
        return PreviewJson.Url.of(origin.organization(), sandbox, url, domains);
    }

    /** The token that a new sandbox is to be guarded by, as a create asks for it: one of its own, or {@code auto}. */
    static Optional<PreviewToken> wanted(JsonBody create) {
        return create.optionalObject("previewAuth").map(auth -> {
            var scheme = auth.nonEmptyText("scheme").orElse("bearer");
            if (!scheme.equals("bearer")) {
                throw new InvalidValue("previewAuth.scheme must be bearer");
            }
            return auth.nonEmptyText("token")
                    .filter(token -> !token.equals("auto"))
                    .map(PreviewToken::new)
                    .orElseGet(() -> PreviewToken.draw(RANDOM));
        });
    }
}
