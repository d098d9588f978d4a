package dev.sealbox.domain.image;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.image.ImageCommand.BeginBuild;
import dev.sealbox.domain.image.ImageCommand.ConfirmGone;
import dev.sealbox.domain.image.ImageCommand.ConfirmSnapshot;
import dev.sealbox.domain.image.ImageCommand.DeleteSnapshot;
import dev.sealbox.domain.image.ImageCommand.FailBuild;
import dev.sealbox.domain.image.ImageCommand.FailSnapshot;
import dev.sealbox.domain.image.ImageCommand.FinishBuild;
import dev.sealbox.domain.image.ImageCommand.RemoveImage;
import dev.sealbox.domain.image.ImageCommand.RequestSnapshot;
import dev.sealbox.domain.image.ImageEvent.BuildBegun;
import dev.sealbox.domain.image.ImageEvent.BuildFailed;
import dev.sealbox.domain.image.ImageEvent.ImageBuilt;
import dev.sealbox.domain.image.ImageEvent.ImageRemoved;
import dev.sealbox.domain.image.ImageEvent.LayersGone;
import dev.sealbox.domain.image.ImageEvent.SnapshotBuilt;
import dev.sealbox.domain.image.ImageEvent.SnapshotDeleted;
import dev.sealbox.domain.image.ImageEvent.SnapshotFailed;
import dev.sealbox.domain.image.ImageEvent.SnapshotRequested;
import dev.sealbox.domain.image.Snapshot.Stage;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An organisation's images and the names that some of them have: decided in one place, so that no image is built twice at
 * once and no name is given twice.
 *
 * @param building the builds that have begun and not ended
 * @param images what was built; failures are not kept
 * @param leaving layers that nothing here needs any more, and the hosts that have not let them go yet
 */
public record ImageLibrary(
        Map<ImageHash, Build> building,
        Map<ImageHash, BuiltImage> images,
        Map<SnapshotName, Snapshot> snapshots,
        Map<CheckpointId, HostId> leaving) {

    private static final String REMOVED = "its image was removed meanwhile";

    public static final ImageLibrary EMPTY = new ImageLibrary(Map.of(), Map.of(), Map.of(), Map.of());

    public Decision<ImageEvent, ImageRefusal> decide(ImageCommand command) {
        return switch (command) {
            case BeginBuild(var image, var build) ->
                images.containsKey(image) || building.containsKey(image)
                        ? accept()
                        : accept(new BuildBegun(image, build));
            case FinishBuild(var image, var layer, var built) ->
                isBuilding(image, layer) ? accept(finished(image, layer, built)) : accept();
            case FailBuild(var image, var layer, var reason) ->
                isBuilding(image, layer) ? accept(new BuildFailed(image, layer, reason)) : accept();
            case RequestSnapshot request -> request(request);
            case ConfirmSnapshot(var name, var id, var built) ->
                isBuilding(name, id)
                        ? accept(
                                isHere(built.files())
                                        ? new SnapshotBuilt(name, id, built)
                                        : new SnapshotFailed(name, id, REMOVED))
                        : accept();
            case FailSnapshot(var name, var id, var reason) ->
                isBuilding(name, id) ? accept(new SnapshotFailed(name, id, reason)) : accept();
            case DeleteSnapshot(var name) ->
                snapshot(name)
                        .<Decision<ImageEvent, ImageRefusal>>map(known -> accept(new SnapshotDeleted(name, known.id())))
                        .orElseGet(() -> refuse(new ImageRefusal.NoSuchSnapshot()));
            case RemoveImage(var image) ->
                images.containsKey(image) ? accept(new ImageRemoved(image)) : refuse(new ImageRefusal.NoSuchImage());
            case ConfirmGone(var layers) ->
                leaving.keySet().containsAll(layers) && !layers.isEmpty() ? accept(new LayersGone(layers)) : accept();
        };
    }

    /** With a layer of its own its host keeps what is below; without, it is only what it begins with. */
    private ImageEvent finished(ImageHash image, CheckpointId layer, ImageLayer built) {
        return built.files().contains(layer) || isHere(built.files())
                ? new ImageBuilt(image, layer, built)
                : new BuildFailed(image, layer, REMOVED);
    }

    private boolean isHere(List<CheckpointId> files) {
        return layers().containsAll(files);
    }

    private Decision<ImageEvent, ImageRefusal> request(RequestSnapshot request) {
        var known = snapshot(request.name());
        if (known.filter(taken -> taken.stage() != Stage.FAILED).isPresent()) {
            return refuse(new ImageRefusal.SnapshotNameTaken(request.name()));
        }
        return known.isEmpty() && snapshots.size() >= request.limit()
                ? refuse(new ImageRefusal.TooManySnapshots(request.limit()))
                : accept(new SnapshotRequested(
                        request.name(), request.id(), request.image(), request.outline(), request.node()));
    }

    private boolean isBuilding(ImageHash image, CheckpointId layer) {
        return Optional.ofNullable(building.get(image))
                .filter(build -> build.layer().equals(layer))
                .isPresent();
    }

    private boolean isBuilding(SnapshotName name, UUID id) {
        return snapshot(name)
                .filter(known -> known.id().equals(id) && known.stage() == Stage.BUILDING)
                .isPresent();
    }

    /** What its images, its snapshots and the builds under way consist of. */
    public Set<CheckpointId> layers() {
        return Stream.concat(
                        built().flatMap(image -> image.files().stream()),
                        building.values().stream().map(Build::layer))
                .collect(Collectors.toUnmodifiableSet());
    }

    private Stream<ImageLayer> built() {
        return Stream.concat(
                images.values().stream().map(BuiltImage::layer),
                snapshots.values().stream().flatMap(known -> known.layer().stream()));
    }

    public Optional<Snapshot> snapshot(SnapshotName name) {
        return Optional.ofNullable(snapshots.get(name));
    }

    public ImageLibrary apply(Recorded<ImageEvent> recorded) {
        var at = recorded.at();
        return switch (recorded.event()) {
            case BuildBegun(var image, var build) ->
                new ImageLibrary(with(building, image, build), images, snapshots, leaving);
            case ImageBuilt(var image, var layer, var built) ->
                new ImageLibrary(
                        without(building, image),
                        with(images, image, new BuiltImage(built, outline(image), at)),
                        snapshots,
                        withoutAll(leaving, built.files()));
            case BuildFailed(var image, var layer, var reason) ->
                new ImageLibrary(without(building, image), images, snapshots, leaving);
            case SnapshotRequested requested -> named(requested.name(), requested(requested, at));
            case SnapshotBuilt(var name, var id, var built) ->
                snapshot(name).map(known -> named(name, known.ready(built, at))).orElse(this);
            case SnapshotFailed(var name, var id, var reason) ->
                snapshot(name)
                        .map(known -> named(name, known.failed(reason, at)))
                        .orElse(this);
            case SnapshotDeleted(var name, var id) ->
                new ImageLibrary(building, images, without(snapshots, name), leaving)
                        .leftBy(snapshot(name).flatMap(Snapshot::layer));
            case ImageRemoved(var image) ->
                new ImageLibrary(building, without(images, image), snapshots, leaving)
                        .leftBy(Optional.ofNullable(images.get(image)).map(BuiltImage::layer));
            case LayersGone(var layers) -> new ImageLibrary(building, images, snapshots, withoutAll(leaving, layers));
        };
    }

    private String outline(ImageHash image) {
        return Optional.ofNullable(building.get(image)).map(Build::outline).orElse("{}");
    }

    /** What only this image stood on is to go. */
    private ImageLibrary leftBy(Optional<ImageLayer> image) {
        var needed = layers();
        var after = new LinkedHashMap<>(leaving);
        image.ifPresent(known -> known.files().stream()
                .filter(layer -> !needed.contains(layer))
                .forEach(layer -> after.put(layer, known.host())));
        return new ImageLibrary(building, images, snapshots, after);
    }

    private static Snapshot requested(SnapshotRequested event, Instant at) {
        return new Snapshot(
                event.id(), event.image(), event.outline(), Stage.BUILDING, Optional.empty(), "", at, at, event.node());
    }

    private ImageLibrary named(SnapshotName name, Snapshot snapshot) {
        return new ImageLibrary(building, images, with(snapshots, name, snapshot), leaving);
    }

    private static <K, V> Map<K, V> with(Map<K, V> before, K key, V value) {
        var after = new LinkedHashMap<>(before);
        after.put(key, value);
        return after;
    }

    private static <K, V> Map<K, V> withoutAll(Map<K, V> before, Collection<K> keys) {
        var after = new LinkedHashMap<>(before);
        after.keySet().removeAll(keys);
        return after;
    }

    private static <K, V> Map<K, V> without(Map<K, V> before, K key) {
        var after = new LinkedHashMap<>(before);
        after.remove(key);
        return after;
    }
}
