package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.post;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.Branches;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Patches of a checkpoint, whatever the path calls it: by its own id, or by the name of a snapshot that it stands for. */
final class PatchRoutes {
    static final String PATCHES = "patches";

    private static final int LONGEST_SCRIPT = 65536;
    private static final int LONGEST_DESCRIPTION = 1024;

    private final Branches branches;
    private final Bodies bodies;
    private final Answers answers;

    PatchRoutes(Branches branches, Bodies bodies, Answers answers) {
        this.branches = branches;
        this.bodies = bodies;
        this.answers = answers;
    }

    /** Finds the checkpoint, once the request is known to be about one. */
    @FunctionalInterface
    interface Which extends Supplier<CompletionStage<Outcome<CheckpointId>>> {}

    /** POST, GET. */
    Route all(Origin origin, Which which) {
        return concat(post(() -> add(origin, which)), get(() -> list(origin, which)));
    }

    private Route add(Origin origin, Which which) {
        return bodies.creation(origin, (body, id) -> {
            var script = bounded("script", body.text("script"), LONGEST_SCRIPT);
            var description =
                    bounded("description", body.optionalText("description").orElse(""), LONGEST_DESCRIPTION);
            if (script.isEmpty()) {
                throw new InvalidValue("script is empty");
            }
            return answers.outcome(
                    which.get()
                            .thenCompose(found -> found.then(checkpoint -> branches.addPatch(
                                            origin, checkpoint, id, script, description)
                                    .thenApply(added -> added.map(patch -> BranchJson.Patch.of(checkpoint, patch))))),
                    patch -> Answers.created(Map.of("patch", patch)));
        });
    }

    private static String bounded(String field, String text, int limit) {
        if (text.length() > limit || text.indexOf('\0') >= 0) {
            throw new InvalidValue(field + " is longer than " + limit + " characters or holds a NUL character");
        }
        return text;
    }

    private Route list(Origin origin, Which which) {
        return answers.outcome(
                which.get()
                        .thenCompose(found -> found.then(checkpoint -> branches.patches(origin, checkpoint)
                                .thenApply(known -> known.map(all -> all.stream()
                                        .map(patch -> BranchJson.Patch.of(checkpoint, patch))
                                        .toList())))),
                Answers::ok);
    }

    /** DELETE. */
    Route remove(Origin origin, Which which, String patch) {
        UUID id;
        try {
            id = UUID.fromString(patch);
        } catch (IllegalArgumentException e) {
            return complete(Problems.from(new CheckpointRefusal.NoSuchPatch()));
        }
        return answers.outcome(
                which.get()
                        .thenCompose(found -> found.then(checkpoint -> branches.removePatch(origin, checkpoint, id))),
                done -> Answers.noContent());
    }
}
