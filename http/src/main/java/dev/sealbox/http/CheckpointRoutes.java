package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Texts;
import dev.sealbox.domain.checkpoint.CheckpointView;
import dev.sealbox.domain.checkpoint.Checkpoints;
import dev.sealbox.domain.checkpoint.Retention;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.CheckpointKind;
import java.util.Optional;

/**
 * {@code /api/sandboxes/{sandbox}/checkpoints}: POST, GET; {@code …/{checkpoint}}: DELETE;
 * {@code /api/sandboxes/from-checkpoint/{checkpoint}}: POST a fork.
 */
final class CheckpointRoutes {
    private final Checkpoints checkpoints;
    private final String domain;
    private final Bodies bodies;
    private final Answers answers;

    CheckpointRoutes(Checkpoints checkpoints, HttpSettings settings, Bodies bodies, Answers answers) {
        this.checkpoints = checkpoints;
        this.domain = settings.sandboxDomain();
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Asker asker) {
        var origin = asker.origin();
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        path(
                                segment("from-checkpoint").slash(segment()),
                                checkpoint -> post(() -> fork(asker, CheckpointId.parse(checkpoint)))),
                        path(segment().slash("checkpoints"), id -> ofSandbox(origin, id)),
                        path(
                                segment().slash("checkpoints").slash(segment()),
                                (id, checkpoint) -> delete(() -> remove(origin, id, checkpoint)))));
    }

    private Route ofSandbox(Origin origin, String id) {
        return concat(
                post(() -> SandboxPaths.sandbox(id, sandbox -> create(origin, sandbox))),
                get(() -> SandboxPaths.sandbox(id, sandbox -> list(origin, sandbox))));
    }

    private Route create(Origin origin, SandboxId sandbox) {
        return bodies.creation(origin, (body, id) -> {
            var name = Texts.label("name", body.text("name"), 128);
            var kind = kind(body);
            var retention = retention(body, kind);
            return answers.outcome(
                    checkpoints.create(origin, sandbox, new CheckpointId(id), name, kind, retention),
                    view -> Answers.created(wire(view)));
        });
    }

    private static CheckpointKind kind(JsonBody body) {
        var kind = switch (body.nonEmptyText("kind").orElse("full")) {
            case "full" -> CheckpointKind.FULL;
            case "disk_only" -> CheckpointKind.DISK_ONLY;
            default -> throw new InvalidValue("kind must be full or disk_only");
        };
        if (body.optionalFlag("promoteToFull").orElse(false) && kind == CheckpointKind.FULL) {
            throw new InvalidValue("promoteToFull goes with kind disk_only only");
        }
        return kind;
    }

    private static Retention retention(JsonBody body, CheckpointKind kind) {
        var policy = body.optionalObject("retentionPolicy").orElse(JsonBody.EMPTY);
        var oldest = Retention.deletingOldest(policy.optionalInt("maxCount").orElse(0), kind);
        return switch (policy.nonEmptyText("mode").orElse("none")) {
            case "none" -> Retention.NONE;
            case "delete_oldest" -> oldest;
            default -> throw new InvalidValue("retentionPolicy.mode must be none or delete_oldest");
        };
    }

    private Route list(Origin origin, SandboxId sandbox) {
        return answers.outcome(
                checkpoints.list(origin, sandbox),
                found -> Answers.ok(found.stream()
                        .map(CheckpointJson::of)
                        .flatMap(Optional::stream)
                        .toList()));
    }

    private Route remove(Origin origin, String id, String checkpoint) {
        var parsed = CheckpointId.parse(checkpoint);
        return SandboxPaths.sandbox(
                id,
                sandbox -> answers.outcome(checkpoints.delete(origin, sandbox, parsed), done -> Answers.noContent()));
    }

    private Route fork(Asker asker, CheckpointId checkpoint) {
        return bodies.creation(
                asker.origin(),
                (body, id) -> answers.outcome(
                        checkpoints.fork(
                                asker.origin(), checkpoint, SandboxId.of(id), Wishes.fork(body, asker.within())),
                        view -> Answers.created(SandboxJson.Sandbox.of(view, domain))));
    }

    private static CheckpointJson wire(CheckpointView view) {
        return CheckpointJson.of(view).orElseThrow(() -> new IllegalStateException("a checkpoint without facts"));
    }
}
