package dev.sealbox.http;

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
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.Branches;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.organization.Role;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * {@code /api/sandboxes/checkpoints/{checkpoint}/}{@code publish}, {@code unpublish}, {@code revoke-secrets}: POST;
 * {@code patches}: POST, GET; {@code patches/{patch}}: DELETE. {@code /api/sandboxes/{sandbox}/}
 * {@code checkpoints/{checkpoint}/restore}, {@code revoke-secrets}: POST; {@code secrets/explain}: GET.
 */
final class BranchRoutes {
    private static final String CHECKPOINTS = "checkpoints";
    private static final String REVOKE = "revoke-secrets";

    private final Branches branches;
    private final PatchRoutes patches;
    private final OrganizationId operators;
    private final Answers answers;

    /** @param operators the deployment's own organisation, whose published snapshots are everybody's by their names */
    BranchRoutes(Branches branches, PatchRoutes patches, OrganizationId operators, Answers answers) {
        this.operators = operators;
        this.branches = branches;
        this.patches = patches;
        this.answers = answers;
    }

    Route of(Asker asker) {
        var origin = asker.origin();
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        pathPrefix(segment(CHECKPOINTS).slash(segment()), id -> ofCheckpoint(asker, id)),
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

    private Route ofCheckpoint(Asker asker, String id) {
        var origin = asker.origin();
        return concat(
                path("publish", () -> post(() -> publish(asker, CheckpointId.parse(id), true))),
                path("unpublish", () -> post(() -> publish(asker, CheckpointId.parse(id), false))),
                path(REVOKE, () -> post(() -> revoke(origin, CheckpointId.parse(id)))),
                path(PatchRoutes.PATCHES, () -> patches.all(origin, one(id))),
                path(
                        segment(PatchRoutes.PATCHES).slash(segment()),
                        patch -> delete(() -> patches.remove(origin, one(id), patch))));
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

    private Route publish(Asker asker, CheckpointId checkpoint, boolean published) {
        var origin = asker.origin();
        boolean images = asker.role() == Role.ADMIN || !origin.organization().equals(operators);
        return answers.outcome(
                branches.publish(origin, checkpoint, published, images),
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

    private static PatchRoutes.Which one(String checkpoint) {
        return () -> CompletableFuture.completedFuture(Outcome.done(CheckpointId.parse(checkpoint)));
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
