package dev.sealbox.persistence.service;

import akka.actor.typed.ActorRef;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.ImageCommand;
import dev.sealbox.domain.image.ImageView;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.ImageMessage;
import dev.sealbox.persistence.entity.ImageReply;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;

/** What an organisation's entity knows of its images: questions to it, and commands. */
final class ImageCatalogue {
    private final Entities entities;

    ImageCatalogue(Entities entities) {
        this.entities = entities;
    }

    /** All with a name, in the order of the names. */
    CompletionStage<List<SnapshotView>> named(OrganizationId organization) {
        return snapshots(organization, ImageMessage.ListSnapshots::new)
                .thenApply(found -> found.entrySet().stream()
                        .map(entry -> new SnapshotView(organization, entry.getKey(), entry.getValue()))
                        .sorted(Comparator.comparing(view -> view.name().value()))
                        .toList());
    }

    /** Those of the cache as well, the newest first. */
    CompletionStage<List<ImageView>> all(OrganizationId organization) {
        return named(organization)
                .thenCombine(
                        entities.images(organization, ImageMessage.ListImages::new),
                        (named, reply) -> Stream.concat(
                                        named.stream().map(ImageView::of),
                                        ((ImageReply.Images) reply)
                                                .byHash().entrySet().stream()
                                                        .map(image -> ImageView.of(
                                                                organization, image.getKey(), image.getValue())))
                                .sorted(Comparator.comparing(
                                                (ImageView view) -> view.state().createdAt())
                                        .reversed())
                                .toList());
    }

    CompletionStage<Optional<SnapshotView>> view(OrganizationId organization, SnapshotName name) {
        return find(organization, name)
                .thenApply(found -> found.map(known -> new SnapshotView(organization, name, known)));
    }

    CompletionStage<Optional<Snapshot>> find(OrganizationId organization, SnapshotName name) {
        return snapshots(organization, replyTo -> new ImageMessage.ReadSnapshot(name, replyTo))
                .thenApply(found -> Optional.ofNullable(found.get(name)));
    }

    private CompletionStage<Map<SnapshotName, Snapshot>> snapshots(
            OrganizationId organization, Function<ActorRef<ImageReply>, ImageMessage> question) {
        return entities.images(organization, question).thenApply(reply -> ((ImageReply.Snapshots) reply).byName());
    }

    /** What processes have begun and not ended. */
    CompletionStage<ImageReply.Unfinished> unfinished(OrganizationId organization) {
        return entities.images(organization, ImageMessage.ListUnfinished::new)
                .thenApply(reply -> (ImageReply.Unfinished) reply);
    }

    CompletionStage<Outcome<Unit>> decide(Origin origin, ImageCommand command) {
        return entities.images(origin.organization(), replyTo -> new ImageMessage.Execute(origin, command, replyTo))
                .thenApply(reply -> reply instanceof ImageReply.Refused(var reason)
                        ? Outcome.refused(reason)
                        : Outcome.done(Unit.DONE));
    }
}
