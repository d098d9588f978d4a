package dev.sealbox.http;

import static dev.sealbox.domain.Outcome.done;
import static dev.sealbox.domain.Outcome.refused;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.BuildLog.Line;
import dev.sealbox.domain.image.Building;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.ImageView;
import dev.sealbox.domain.image.Images;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.SandboxView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Images that are built when a test says so. */
final class FakeImages implements Images {
    private record Owned(String organization, SnapshotName name) {}

    private final FakeSandboxes sandboxes;
    private final FakeCheckpoints checkpoints;
    private final Map<Owned, SnapshotView> snapshots = new ConcurrentHashMap<>();
    final List<Wanted> wanted = new CopyOnWriteArrayList<>();
    final AtomicInteger left = new AtomicInteger();

    /** Refuses, or succeeds when empty; a build waits for it. */
    volatile CompletableFuture<Optional<ImageRefusal>> verdict = CompletableFuture.completedFuture(Optional.empty());

    FakeImages(FakeSandboxes sandboxes, FakeCheckpoints checkpoints) {
        this.sandboxes = sandboxes;
        this.checkpoints = checkpoints;
    }

    @Override
    public Building<SandboxView> create(Origin origin, SandboxId id, NewSandbox sandbox, Wanted image, BuildLog log) {
        wanted.add(image);
        log.add(new Line(1, "run", "two\nlines"));
        var outcome = verdict.thenCompose(refusal -> refusal.<CompletionStage<Outcome<SandboxView>>>map(
                        reason -> CompletableFuture.completedFuture(refused(reason)))
                .orElseGet(() -> sandboxes.create(origin, id, sandbox)));
        return new Building<>(outcome, left::incrementAndGet);
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> create(
            Origin origin, SandboxId id, NewSandbox sandbox, SnapshotName snapshot, OrganizationId publisher) {
        return snapshots.containsKey(new Owned(origin.organization().value(), snapshot))
                        || isPublished(snapshots.get(new Owned(publisher.value(), snapshot)))
                ? sandboxes.create(origin, id, sandbox)
                : CompletableFuture.completedFuture(refused(new ImageRefusal.UnknownSnapshot(snapshot)));
    }

    private boolean isPublished(@Nullable SnapshotView view) {
        return view != null
                && Optional.ofNullable(checkpoints.known.get(
                                new CheckpointId(view.state().id())))
                        .filter(checkpoint -> checkpoint.state().openToAll())
                        .isPresent();
    }

    /** As the real one does it: a checkpoint stands for the snapshot, made when it is first asked for. */
    @Override
    public CompletionStage<Outcome<CheckpointId>> checkpoint(Origin origin, String snapshot) {
        return image(origin, snapshot)
                .thenApply(found -> found.map(view -> {
                    var id = new CheckpointId(view.state().id());
                    checkpoints.adopt(
                            origin,
                            id,
                            view.name().orElseThrow().value(),
                            view.state().layer().orElseThrow());
                    return id;
                }));
    }

    @Override
    public CompletionStage<List<ImageView>> images(Origin origin) {
        return list(origin).thenApply(all -> all.stream().map(ImageView::of).toList());
    }

    @Override
    public CompletionStage<Outcome<ImageView>> image(Origin origin, String called) {
        return images(origin)
                .thenApply(all -> all.stream()
                        .filter(view -> view.isCalled(called))
                        .findFirst()
                        .map(Outcome::done)
                        .orElseGet(() -> refused(new ImageRefusal.NoSuchImage())));
    }

    @Override
    public CompletionStage<Outcome<Unit>> remove(Origin origin, String called) {
        return image(origin, called)
                .thenCompose(
                        found -> found.then(view -> delete(origin, view.name().orElseThrow())));
    }

    @Override
    public CompletionStage<Outcome<Requested>> request(
            Origin origin, SnapshotName name, UUID id, Wanted image, BuildLog log) {
        var owned = new Owned(origin.organization().value(), name);
        if (snapshots.containsKey(owned)) {
            return CompletableFuture.completedFuture(refused(new ImageRefusal.SnapshotNameTaken(name)));
        }
        wanted.add(image);
        var now = view(origin, name, id, image, Snapshot.Stage.BUILDING);
        snapshots.put(owned, now);
        log.add(new Line(0, "resolve", "looking"));
        var ready = verdict.thenApply(refusal -> refusal.<Outcome<SnapshotView>>map(Outcome::refused)
                .orElseGet(() -> {
                    var built = view(origin, name, id, image, Snapshot.Stage.READY);
                    snapshots.put(owned, built);
                    return done(built);
                }));
        return CompletableFuture.completedFuture(done(new Requested(now, ready)));
    }

    private static SnapshotView view(Origin origin, SnapshotName name, UUID id, Wanted image, Snapshot.Stage stage) {
        var manifest = image.manifest();
        var layer = Optional.of(new ImageLayer(new HostId("host-1"), List.of(), manifest.defaults()))
                .filter(built -> stage == Snapshot.Stage.READY);
        var at = Instant.now();
        return new SnapshotView(
                origin.organization(),
                name,
                new Snapshot(id, manifest.hash(), manifest.outline(), stage, layer, "", at, at, 1));
    }

    @Override
    public CompletionStage<List<SnapshotView>> list(Origin origin) {
        return CompletableFuture.completedFuture(snapshots.values().stream()
                .filter(view -> view.organization().equals(origin.organization()))
                .toList());
    }

    @Override
    public CompletionStage<Outcome<SnapshotView>> read(Origin origin, SnapshotName name) {
        return CompletableFuture.completedFuture(Optional.ofNullable(
                        snapshots.get(new Owned(origin.organization().value(), name)))
                .map(Outcome::done)
                .orElseGet(() -> refused(new ImageRefusal.NoSuchSnapshot())));
    }

    @Override
    public CompletionStage<Outcome<Unit>> delete(Origin origin, SnapshotName name) {
        return CompletableFuture.completedFuture(
                snapshots.remove(new Owned(origin.organization().value(), name)) != null
                        ? done(Unit.DONE)
                        : refused(new ImageRefusal.NoSuchSnapshot()));
    }
}
