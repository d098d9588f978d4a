package dev.sealbox.persistence.entity;

import akka.actor.typed.Behavior;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import dev.sealbox.domain.Decision.Accepted;
import dev.sealbox.domain.Decision.Refused;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.image.BuiltImage;
import dev.sealbox.domain.image.ImageEvent;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.image.ImageLibrary;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Hosts one organisation's {@link ImageLibrary}. It decides and persists only; builds are done by whoever wants one. */
public final class ImageLibraryEntity extends EventSourcedBehavior<ImageMessage, Recorded<ImageEvent>, ImageLibrary> {
    /** Part of the id of every event: never to be changed. */
    public static final String TYPE = "image-library";

    private static final Set<String> TAGS = Set.of(TYPE);

    private final EntitySettings settings;
    private final Clock clock;

    private ImageLibraryEntity(OrganizationId id, EntitySettings settings, Clock clock) {
        super(PersistenceId.of(TYPE, id.value()));
        this.settings = settings;
        this.clock = clock;
    }

    public static Behavior<ImageMessage> create(OrganizationId id, EntitySettings settings, Clock clock) {
        return new ImageLibraryEntity(id, settings, clock);
    }

    @Override
    public ImageLibrary emptyState() {
        return ImageLibrary.EMPTY;
    }

    @Override
    public CommandHandler<ImageMessage, Recorded<ImageEvent>, ImageLibrary> commandHandler() {
        return this::onMessage;
    }

    private Effect<Recorded<ImageEvent>, ImageLibrary> onMessage(ImageLibrary library, ImageMessage message) {
        return switch (message) {
            case ImageMessage.Execute execute -> onExecute(library, execute);
            case ImageMessage.ReadImage(var image, var replyTo) -> Effect().reply(replyTo, image(library, image));
            case ImageMessage.ReadSnapshot(var name, var replyTo) ->
                Effect()
                        .reply(
                                replyTo,
                                new ImageReply.Snapshots(library.snapshot(name)
                                        .map(known -> Map.of(name, known))
                                        .orElse(Map.of())));
            case ImageMessage.ListSnapshots(var replyTo) ->
                Effect().reply(replyTo, new ImageReply.Snapshots(library.snapshots()));
            case ImageMessage.ListUnfinished(var replyTo) ->
                Effect().reply(replyTo, new ImageReply.Unfinished(library.building(), building(library)));
            case ImageMessage.ListImages(var replyTo) ->
                Effect().reply(replyTo, new ImageReply.Images(library.images(), library.leaving()));
            case ImageMessage.ListLayers(var replyTo) ->
                Effect().reply(replyTo, new ImageReply.Layers(library.layers()));
            case ImageMessage.Stop() -> Effect().stop();
        };
    }

    private static ImageReply image(ImageLibrary library, ImageHash image) {
        return new ImageReply.Image(
                Optional.ofNullable(library.building().get(image)),
                Optional.ofNullable(library.images().get(image)).map(BuiltImage::layer));
    }

    private static Map<SnapshotName, Snapshot> building(ImageLibrary library) {
        var building = new LinkedHashMap<>(library.snapshots());
        building.values().removeIf(snapshot -> snapshot.stage() != Snapshot.Stage.BUILDING);
        return building;
    }

    private Effect<Recorded<ImageEvent>, ImageLibrary> onExecute(ImageLibrary library, ImageMessage.Execute execute) {
        return switch (library.decide(execute.command())) {
            case Accepted<ImageEvent, ?>(var events) ->
                Effect()
                        .persist(Records.of(events, execute.origin(), clock))
                        .thenReply(execute.replyTo(), after -> new ImageReply.Done());
            case Refused<ImageEvent, ?>(var reason) ->
                Effect().reply(execute.replyTo(), new ImageReply.Refused(reason));
        };
    }

    @Override
    public EventHandler<ImageLibrary, Recorded<ImageEvent>> eventHandler() {
        return ImageLibrary::apply;
    }

    /** Read models follow an entity's kind by this tag. */
    @Override
    public Set<String> tagsFor(Recorded<ImageEvent> event) {
        return TAGS;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return Records.retention(settings);
    }
}
