package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.CheckpointCommand;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageManifest;
import dev.sealbox.domain.image.ImageView;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.Tier;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.Entities;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The checkpoints that stand for snapshots and images: what is done to those is done to them. */
final class ImageCheckpoints {
    private final Entities entities;
    private final Duration patience;

    /** @param patience with an entity */
    ImageCheckpoints(Entities entities, Duration patience) {
        this.entities = entities;
        this.patience = patience;
    }

    /** A snapshot's has the snapshot's own id, so that what is done to one name is done to no other. */
    static CheckpointId of(SnapshotView view) {
        return new CheckpointId(view.state().id());
    }

    /** Has a checkpoint stand for a snapshot, if none does. */
    CompletionStage<Outcome<CheckpointId>> adopt(Origin origin, CheckpointId id, String name, ImageLayer image) {
        return adopt(origin, id, new CheckpointCommand.AdoptImage(name, contents(image), false));
    }

    /** The same for a snapshot or an image of the cache, which has the same id whenever it is built. */
    CompletionStage<Outcome<CheckpointId>> adopt(Origin origin, ImageView image, ImageLayer layer) {
        var name = image.name()
                .map(SnapshotName::value)
                .orElseGet(() -> image.state().image().hex());
        var id = new CheckpointId(image.state().id());
        return adopt(
                origin,
                id,
                new CheckpointCommand.AdoptImage(
                        name, contents(layer), image.name().isEmpty()));
    }

    private CompletionStage<Outcome<CheckpointId>> adopt(
            Origin origin, CheckpointId id, CheckpointCommand.AdoptImage command) {
        return tell(origin, id, command).thenApply(done -> done.map(adopted -> id));
    }

    private static Contents contents(ImageLayer image) {
        var blueprint = new Blueprint(
                ImageManifest.BASE,
                Optional.empty(),
                image.files(),
                Tier.choose(Optional.empty(), Optional.empty(), Optional.empty()),
                0,
                Map.of(),
                Map.of(),
                image.defaults());
        return new Contents(blueprint, image.host(), List.of(), List.of(), Map.of());
    }

    /** Before the image goes: who would still patch or publish it finds nothing. */
    CompletionStage<Outcome<Unit>> retire(Origin origin, CheckpointId id) {
        return tell(origin, id, new CheckpointCommand.RetireImage());
    }

    CompletionStage<Boolean> isPublished(CheckpointId id) {
        return entities.checkpoint(id, patience, CheckpointMessage.Read::new)
                .thenApply(reply -> reply instanceof CheckpointReply.Done(var state) && state.openToAll());
    }

    private CompletionStage<Outcome<Unit>> tell(Origin origin, CheckpointId id, CheckpointCommand command) {
        return entities.checkpoint(id, patience, replyTo -> new CheckpointMessage.Execute(origin, command, replyTo))
                .thenApply(reply -> reply instanceof CheckpointReply.Refused(var reason)
                        ? Outcome.refused(reason)
                        : Outcome.done(Unit.DONE));
    }
}
