package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.parameterOptional;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.identity.OrganizationId;
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
import java.util.UUID;
import java.util.function.Function;

/**
 * {@code /api/sandboxes}: POST, GET; {@code /{sandbox}}: GET, DELETE; {@code /{sandbox}/allowed-hosts}: GET.
 */
final class SandboxRoutes {
    static final String DELETE_STORE = "deleteSecretStore";
    private static final Set<String> YES = Set.of("1", "true", "yes", "y", "on");

    private final Sandboxes sandboxes;
    private final String domain;
    private final OrganizationId publisher;
    private final Images images;
    private final BuildStreams streams;
    private final InlineWebhooks webhooks;
    private final Bodies bodies;
    private final Answers answers;

    SandboxRoutes(
            Sandboxes sandboxes,
            Images images,
            BuildStreams streams,
            InlineWebhooks webhooks,
            HttpSettings settings,
            Bodies bodies,
            Answers answers) {
        this.sandboxes = sandboxes;
        this.images = images;
        this.streams = streams;
        this.webhooks = webhooks;
        this.domain = settings.sandboxDomain();
        this.publisher = settings.operatorOrganization();
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
        return BuildStreams.choose(events -> bodies.imageCreation(
                asker.origin(),
                (body, id) -> Wishes.unsupported(body)
                        .<Route>map(what -> complete(Problems.unsupported(what)))
                        .orElseGet(() -> create(asker, id, body, events))));
    }

    private Route create(Asker asker, UUID drawn, JsonBody body, boolean events) {
        var token = PreviewRoutes.wanted(body);
        var wanted = Wishes.sandbox(body, token);
        if (!asker.mayStartWith(wanted.store())) {
            return complete(Problems.from(new SandboxRefusal.StoreNotNamed()));
        }
        var origin = asker.origin();
        // A snapshot wins over an image.
        var snapshot = body.nonEmptyText("snapshot").map(SnapshotName::new);
        var image = body.optionalObject("image").map(ImageRequest::of);
        var id = SandboxId.of(drawn);
        return webhooks.registered(
                origin,
                drawn,
                body,
                hooks -> snapshot.map(name ->
                                built(origin, events, hooks, token, log -> fromSnapshot(origin, id, wanted, name)))
                        .or(() -> image.map(one -> built(
                                origin, events, hooks, token, log -> images.create(origin, id, wanted, one, log))))
                        .orElseGet(() -> answers.outcome(
                                hooks.kept(sandboxes.create(origin, id, wanted)),
                                view -> hooks.created(wire(view), token))));
    }

    private Building<SandboxView> fromSnapshot(Origin origin, SandboxId id, NewSandbox wanted, SnapshotName name) {
        return new Building<>(images.create(origin, id, wanted, name, publisher), () -> {});
    }

    /** Who does not want events is answered when it is done, and cannot be seen to go away. */
    private Route built(
            Origin origin,
            boolean events,
            InlineWebhooks.Registered hooks,
            Optional<PreviewToken> token,
            Function<BuildLog, Building<SandboxView>> begin) {
        Function<BuildLog, Building<SandboxView>> kept = log -> {
            var building = begin.apply(log);
            return new Building<>(hooks.kept(building.outcome()), building.leave());
        };
        return events
                ? streams.<SandboxView>answer(origin.requestId(), kept, view -> hooks.shown(wire(view), token))
                : answers.outcome(kept.apply(BuildLog.NONE).outcome(), view -> hooks.created(wire(view), token));
    }

    private Route list(Asker asker) {
        return extractRequest(request -> {
            var wanted = SandboxList.of(request);
            return answers.always(sandboxes.list(asker.origin()), all -> {
                var found = wanted.of(all.stream().filter(asker::sees).toList());
                return wanted.answer(
                        found,
                        Answers.ok(wanted.page(found).stream().map(this::wire).toList()));
            });
        });
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
