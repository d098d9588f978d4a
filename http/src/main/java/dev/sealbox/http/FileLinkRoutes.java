package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.mapResponse;
import static akka.http.javadsl.server.Directives.parameterOptional;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.Directives.put;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.Query;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import akka.japi.Pair;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.FileLink;
import dev.sealbox.domain.sandbox.FileLink.Use;
import dev.sealbox.domain.sandbox.FileLinks;
import dev.sealbox.domain.sandbox.Sandboxes;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/**
 * URLs that need no key. {@code POST /api/sandboxes/{sandbox}/files/download-url} and {@code upload-url} make one; GET
 * {@code …/files/download} and PUT {@code …/files/upload} take it.
 */
final class FileLinkRoutes {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    private final FileLinks links;
    private final Sandboxes sandboxes;
    private final FileRoutes files;
    private final Clock clock;
    private final Bodies bodies;
    private final Answers answers;

    FileLinkRoutes(
            FileLinks links, Sandboxes sandboxes, FileRoutes files, Clock clock, Bodies bodies, Answers answers) {
        this.links = links;
        this.sandboxes = sandboxes;
        this.files = files;
        this.clock = clock;
        this.bodies = bodies;
        this.answers = answers;
    }

    /** What needs a key. */
    Route of(Origin origin) {
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        path(
                                segment().slash("files").slash("download-url"),
                                id -> post(() -> made(origin, id, Use.DOWNLOAD))),
                        path(
                                segment().slash("files").slash("upload-url"),
                                id -> post(() -> made(origin, id, Use.UPLOAD)))));
    }

    /** What needs a signature instead. */
    Route open(String requestId) {
        return pathPrefix(
                "api",
                () -> pathPrefix(
                        "sandboxes",
                        () -> concat(
                                path(
                                        segment().slash("files").slash("download"),
                                        id -> get(() -> SandboxPaths.sandbox(
                                                id, sandbox -> used(requestId, sandbox, Use.DOWNLOAD)))),
                                path(
                                        segment().slash("files").slash("upload"),
                                        id -> put(() -> SandboxPaths.sandbox(
                                                id, sandbox -> used(requestId, sandbox, Use.UPLOAD)))))));
    }

    private Route made(Origin origin, String id, Use use) {
        return SandboxPaths.sandbox(
                id,
                sandbox -> extractRequest(request -> bodies.json(body -> {
                    var link = new FileLink(
                            origin.organization(),
                            origin.keyId(),
                            sandbox,
                            use,
                            FileRoutes.checked(body.nonEmptyText("path")),
                            FileLink.expiry(
                                    clock.instant(),
                                    body.optionalInt("expiresIn").orElse(0)));
                    return answers.outcome(
                            sandboxes.read(origin, sandbox),
                            found -> Answers.ok(new Signed(
                                    url(request, link),
                                    Instant.ofEpochSecond(link.expires()).toString())));
                })));
    }

    private record Signed(String url, String expiresAt) {}

    /** Where the client found this server, which may be another place than where it listens. */
    private String url(HttpRequest request, FileLink link) {
        return request.getUri()
                .scheme(scheme(request))
                .path("/api/sandboxes/" + link.sandbox().value() + "/files/" + word(link.use()))
                .query(Query.create(List.of(
                        Pair.create("path", link.path()),
                        Pair.create("expires", Long.toString(link.expires())),
                        Pair.create("organization", link.organization().value()),
                        Pair.create("key", link.keyId()),
                        Pair.create("signature", links.signature(link)))))
                .toString();
    }

    private static String scheme(HttpRequest request) {
        return request.getHeader("X-Forwarded-Proto")
                .map(header -> header.value().strip().toLowerCase(Locale.ROOT))
                .filter(SCHEMES::contains)
                .orElseGet(() -> request.getUri().getScheme());
    }

    private static String word(Use use) {
        return use.name().toLowerCase(Locale.ROOT);
    }

    private Route used(String requestId, SandboxId sandbox, Use use) {
        return given(
                "path",
                path -> given(
                        "expires",
                        expires -> given(
                                "organization",
                                organization -> given(
                                        "key",
                                        key -> given(
                                                "signature",
                                                signature -> used(
                                                        requestId,
                                                        new FileLink(
                                                                new OrganizationId(organization),
                                                                key,
                                                                sandbox,
                                                                use,
                                                                path,
                                                                seconds(expires)),
                                                        signature))))));
    }

    private static Route given(String name, Function<String, Route> inner) {
        return parameterOptional(
                name,
                value -> inner.apply(value.filter(text -> !text.isEmpty())
                        .orElseThrow(() -> new InvalidValue(name + " is missing"))));
    }

    private static long seconds(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new InvalidValue("expires must be a time in Unix seconds");
        }
    }

    private Route used(String requestId, FileLink link, String signature) {
        if (!links.verifies(link, signature)) {
            return complete(Problems.from(Mistake.NO_LINK));
        }
        if (link.isExpired(clock.instant())) {
            return complete(Problems.from(Mistake.LINK_EXPIRED));
        }
        return extractRequest(request -> {
            var origin = new Origin(
                    link.organization(),
                    link.keyId(),
                    Authentication.address(request)
                            .map(InetAddress::getHostAddress)
                            .orElse(""),
                    requestId);
            return mapResponse(FileLinkRoutes::inert, () -> switch (link.use()) {
                case DOWNLOAD -> files.read(origin, link.sandbox(), link.path());
                case UPLOAD -> files.write(origin, link.sandbox(), link.path());
            });
        });
    }

    /** A browser that follows the link shows nothing of a sandbox's file as if it were the API's own page. */
    private static HttpResponse inert(HttpResponse answer) {
        return answer.addHeaders(List.of(
                RawHeader.create("X-Content-Type-Options", "nosniff"),
                RawHeader.create("Content-Disposition", "attachment"),
                RawHeader.create("Cache-Control", "no-store"),
                RawHeader.create("Referrer-Policy", "no-referrer")));
    }
}
