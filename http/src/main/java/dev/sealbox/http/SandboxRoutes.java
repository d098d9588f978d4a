package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.parameterOptional;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.Building;
import dev.sealbox.domain.image.Images;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.preview.PreviewToken;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * {@code /api/sandboxes}: POST, GET; {@code /{sandbox}}: GET, DELETE; {@code /{sandbox}/allowed-hosts}: GET.
 */
final class SandboxRoutes {
    static final String DELETE_STORE = "deleteSecretStore";
    private static final Set<String> YES = Set.of("1", "true", "yes", "y", "on");

    private final Sandboxes sandboxes;
    private final String domain;
    private final Images images;
    private final BuildStreams streams;
    private final Bodies bodies;
    private final Answers answers;

    SandboxRoutes(
            Sandboxes sandboxes,
            Images images,
            BuildStreams streams,
            HttpSettings settings,
            Bodies bodies,
            Answers answers) {
        this.sandboxes = sandboxes;
        this.images = images;
        this.streams = streams;
        this.domain = settings.sandboxDomain();
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Asker asker) {
        var origin = asker.origin();
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        pathEnd(() -> concat(post(() -> create(asker)), get(() -> list(asker)))),
                        path(segment(), id -> sandbox(origin, id)),
                        path(
                                segment().slash("allowed-hosts"),
                                id -> get(() -> SandboxPaths.sandbox(id, sandbox -> allowedHosts(origin, sandbox))))));
    }

    private Route sandbox(Origin origin, String id) {
        return concat(
                get(() -> SandboxPaths.sandbox(
                        id,
                        sandbox -> answers.outcome(sandboxes.read(origin, sandbox), view -> Answers.ok(wire(view))))),
                delete(() -> SandboxPaths.sandbox(id, sandbox -> stop(origin, sandbox))));
    }

    private Route create(Asker asker) {
        return BuildStreams.choose(events -> ShownOnce.added(() -> bodies.imageCreation(
                asker.origin(),
                (body, id) -> Wishes.unsupported(body)
                        .<Route>map(what -> complete(Problems.unsupported(what)))
                        .orElseGet(() -> create(asker, SandboxId.of(id), body, events)))));
    }

    private Route create(Asker asker, SandboxId id, JsonBody body, boolean events) {
        var token = PreviewRoutes.wanted(body);
        var wanted = Wishes.sandbox(body, token);
        if (!asker.mayStartWith(wanted.store())) {
            return complete(Problems.from(new SandboxRefusal.StoreNotNamed()));
        }
        var origin = asker.origin();
        // A snapshot wins over an image.
        return body.nonEmptyText("snapshot")
                .map(SnapshotName::new)
                .map(name -> built(origin, events, token, log -> fromSnapshot(origin, id, wanted, name)))
                .or(() -> body.optionalObject("image")
                        .map(ImageRequest::of)
                        .map(image ->
                                built(origin, events, token, log -> images.create(origin, id, wanted, image, log))))
                .orElseGet(() -> answers.outcome(sandboxes.create(origin, id, wanted), view -> created(view, token)));
    }

    private HttpResponse created(SandboxView view, Optional<PreviewToken> token) {
        var answer = Answers.created(wire(view));
        return token.map(shown -> ShownOnce.with(answer, Json.bytes(wire(view).with(shown))))
                .orElse(answer);
    }

    private Building<SandboxView> fromSnapshot(Origin origin, SandboxId id, NewSandbox wanted, SnapshotName name) {
        return new Building<>(images.create(origin, id, wanted, name), () -> {});
    }

    /** Who does not want events is answered when it is done, and cannot be seen to go away. */
    private Route built(
            Origin origin,
            boolean events,
            Optional<PreviewToken> token,
            Function<BuildLog, Building<SandboxView>> begin) {
        return events
                ? streams.<SandboxView>answer(
                        origin.requestId(),
                        begin,
                        view -> token.map(wire(view)::with).orElseGet(() -> wire(view)))
                : answers.outcome(begin.apply(BuildLog.NONE).outcome(), view -> created(view, token));
    }

    private Route list(Asker asker) {
        return answers.always(
                sandboxes.list(asker.origin()),
                found -> Answers.ok(
                        found.stream().filter(asker::sees).map(this::wire).toList()));
    }

    private Route stop(Origin origin, SandboxId sandbox) {
        return parameterOptional(DELETE_STORE, answer -> {
            var deleteStore = answer.filter(text -> YES.contains(text.toLowerCase(Locale.ROOT)));
            return answers.outcome(
                    sandboxes.stop(origin, sandbox, deleteStore.isPresent()), done -> Answers.noContent());
        });
    }

    private Route allowedHosts(Origin origin, SandboxId sandbox) {
        return answers.outcome(
                sandboxes.allowedHosts(origin, sandbox), hosts -> Answers.ok(SandboxJson.Hosts.of(sandbox, hosts)));
    }

    private SandboxJson.Sandbox wire(SandboxView view) {
        return SandboxJson.Sandbox.of(view, domain);
    }
}
