package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.parameterOptional;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.checkpoint.Branches;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import java.util.Map;
import java.util.UUID;

/**
 * {@code /api/sandboxes/checkpoints/{checkpoint}/}{@code publish}, {@code unpublish}, {@code revoke-secrets}: POST;
 * {@code patches}: POST, GET; {@code patches/{patch}}: DELETE. {@code /api/sandboxes/{sandbox}/}
 * {@code checkpoints/{checkpoint}/restore}, {@code revoke-secrets}: POST; {@code secrets/explain}: GET.
 */
final class BranchRoutes {
    private static final String CHECKPOINTS = "checkpoints";
    private static final String REVOKE = "revoke-secrets";

    /** Of a script, and of a description. */
    private static final int LONGEST_SCRIPT = 65536;

    private static final int LONGEST_DESCRIPTION = 1024;

    private final Branches branches;
    private final Bodies bodies;
    private final Answers answers;

    BranchRoutes(Branches branches, Bodies bodies, Answers answers) {
        this.branches = branches;
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Asker asker) {
        var origin = asker.origin();
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        pathPrefix(segment(CHECKPOINTS).slash(segment()), id -> ofCheckpoint(origin, id)),
                        path(
                                segment().slash(CHECKPOINTS).slash(segment()).slash("restore"),
                                (id, checkpoint) -> post(() -> restore(origin, id, CheckpointId.parse(checkpoint)))),
                        path(
                                segment().slash(REVOKE),
                                id -> post(() -> SandboxPaths.sandbox(id, sandbox -> revoke(origin, sandbox)))),
                        path(
                                segment().slash("secrets").slash("explain"),
                                id -> get(() -> SandboxPaths.sandbox(id, sandbox -> explain(origin, sandbox))))));
    }

    private Route ofCheckpoint(Origin origin, String id) {
        return concat(
                path("publish", () -> post(() -> publish(origin, CheckpointId.parse(id), true))),
                path("unpublish", () -> post(() -> publish(origin, CheckpointId.parse(id), false))),
                path(REVOKE, () -> post(() -> revoke(origin, CheckpointId.parse(id)))),
                path(
                        "patches",
                        () -> concat(
                                post(() -> addPatch(origin, CheckpointId.parse(id))),
                                get(() -> patches(origin, CheckpointId.parse(id))))),
                path(
                        segment("patches").slash(segment()),
                        patch -> delete(() -> removePatch(origin, CheckpointId.parse(id), patch))));
    }

    private Route restore(Origin origin, String id, CheckpointId checkpoint) {
        return SandboxPaths.sandbox(
                id,
                sandbox -> answers.outcome(
                        branches.restore(origin, sandbox, checkpoint),
                        begun -> Answers.ok(Map.of(
                                "sandboxId",
                                sandbox.value(),
                                "checkpointId",
                                checkpoint.toString(),
                                "status",
                                "restoring"))));
    }

    private Route publish(Origin origin, CheckpointId checkpoint, boolean published) {
        return answers.outcome(
                branches.publish(origin, checkpoint, published),
                view -> Answers.ok(CheckpointJson.of(view).orElseThrow()));
    }

    private Route revoke(Origin origin, SandboxId sandbox) {
        return answers.outcome(
                branches.revokeSecrets(origin, sandbox), done -> Answers.ok(BranchJson.Revoked.of(done)));
    }

    private Route revoke(Origin origin, CheckpointId checkpoint) {
        return parameterOptional(
                "subtree",
                answer -> answers.outcome(
                        branches.revokeSecrets(origin, checkpoint, isYes(answer.orElse("false"))),
                        done -> Answers.ok(BranchJson.Revoked.of(done))));
    }

    /** What takes secrets away is not guessed at. */
    private static boolean isYes(String answer) {
        return switch (answer) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidValue("subtree must be true or false");
        };
    }

    private Route addPatch(Origin origin, CheckpointId checkpoint) {
        return bodies.creation(origin, (body, id) -> {
            var script = bounded("script", body.text("script"), LONGEST_SCRIPT);
            var description =
                    bounded("description", body.optionalText("description").orElse(""), LONGEST_DESCRIPTION);
            if (script.isEmpty()) {
                throw new InvalidValue("script is empty");
            }
            return answers.outcome(
                    branches.addPatch(origin, checkpoint, id, script, description),
                    patch -> Answers.created(Map.of("patch", BranchJson.Patch.of(checkpoint, patch))));
        });
    }

    private static String bounded(String field, String text, int limit) {
        if (text.length() > limit || text.indexOf('\0') >= 0) {
            throw new InvalidValue(field + " is longer than " + limit + " characters or holds a NUL character");
        }
        return text;
    }

    private Route patches(Origin origin, CheckpointId checkpoint) {
        return answers.outcome(
                branches.patches(origin, checkpoint),
                all -> Answers.ok(all.stream()
                        .map(patch -> BranchJson.Patch.of(checkpoint, patch))
                        .toList()));
    }

    private Route removePatch(Origin origin, CheckpointId checkpoint, String patch) {
        try {
            return answers.outcome(
                    branches.removePatch(origin, checkpoint, UUID.fromString(patch)), done -> Answers.noContent());
        } catch (IllegalArgumentException e) {
            return complete(Problems.from(new CheckpointRefusal.NoSuchPatch()));
        }
    }

    private Route explain(Origin origin, SandboxId sandbox) {
        return answers.outcome(
                branches.explain(origin, sandbox),
                all -> Answers.ok(Map.of(
                        "sandboxID",
                        sandbox.value(),
                        "secrets",
                        all.stream().map(BranchJson.Explained::of).toList())));
    }
}
