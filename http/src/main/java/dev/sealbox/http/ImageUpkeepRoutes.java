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
import dev.sealbox.domain.checkpoint.Branches;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.Images;
import java.util.Map;

/**
 * {@code /api/snapshots/{name or id}/} and {@code /api/images/{name or id}/}{@code patches}: POST, GET;
 * {@code patches/{patch}}: DELETE. {@code /api/images}: GET; {@code …/{name or id}}: GET, DELETE. {@code /api/snapshots/{name}/}{@code publish}, {@code unpublish}: POST.
 */
final class ImageUpkeepRoutes {
    private final Images images;
    private final Branches branches;
    private final PatchRoutes patches;
    private final Answers answers;

    ImageUpkeepRoutes(Images images, Branches branches, PatchRoutes patches, Answers answers) {
        this.images = images;
        this.branches = branches;
        this.patches = patches;
        this.answers = answers;
    }

    Route of(Asker asker) {
        var origin = asker.origin();
        return concat(
                pathPrefix(
                        "snapshots",
                        () -> concat(
                                path(segment().slash("publish"), text -> post(() -> publish(origin, text, true))),
                                path(segment().slash("unpublish"), text -> post(() -> publish(origin, text, false))),
                                patches(origin))),
                pathPrefix(
                        "images",
                        () -> concat(
                                pathEnd(() -> get(() -> answers.always(
                                        images.images(origin),
                                        all -> Answers.ok(all.stream()
                                                .map(SnapshotJson::listed)
                                                .toList())))),
                                path(segment(), called -> one(origin, called)),
                                patches(origin))));
    }

    private Route one(Origin origin, String called) {
        return concat(
                get(() -> answers.outcome(images.image(origin, called), view -> Answers.ok(SnapshotJson.of(view)))),
                delete(() -> answers.outcome(images.remove(origin, called), done -> Answers.noContent())));
    }

    private Route patches(Origin origin) {
        return concat(
                path(
                        segment().slash(PatchRoutes.PATCHES),
                        text -> patches.all(origin, () -> images.checkpoint(origin, text))),
                path(
                        segment().slash(PatchRoutes.PATCHES).slash(segment()),
                        (text, patch) ->
                                delete(() -> patches.remove(origin, () -> images.checkpoint(origin, text), patch))));
    }

    private Route publish(Origin origin, String text, boolean published) {
        return SnapshotRoutes.named(
                text,
                name -> answers.outcome(
                        images.checkpoint(origin, text)
                                .thenCompose(found -> found.then(
                                        checkpoint -> branches.publish(origin, checkpoint, published, true))),
                        done -> Answers.ok(Map.of("name", name.value(), "public", published))));
    }
}
