package dev.sealbox.persistence.service;

import akka.actor.typed.ActorSystem;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.Building;
import dev.sealbox.domain.image.ImageCommand;
import dev.sealbox.domain.image.ImageCommand.ConfirmSnapshot;
import dev.sealbox.domain.image.ImageCommand.DeleteSnapshot;
import dev.sealbox.domain.image.ImageCommand.FailSnapshot;
import dev.sealbox.domain.image.ImageCommand.RemoveImage;
import dev.sealbox.domain.image.ImageCommand.RequestSnapshot;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.ImageView;
import dev.sealbox.domain.image.Images;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import dev.sealbox.domain.layer.LayerHosts;
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.persistence.archive.Signers;
import dev.sealbox.persistence.entity.Entities;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/** Images as their people see them: what is built, what has a name, and what starts from it. */
public final class ShardedImages implements Images {
    private final ImageCatalogue catalogue;
    private final ImageCheckpoints checkpoints;
    private final ImageStarts starts;
    private final Builds builds;
    private final LayersLeaving leaving;
    private final AbandonedImages abandoned;

    private ShardedImages(Entities entities, Launcher launcher, Builds builds, Patching patching) {
        this.catalogue = new ImageCatalogue(entities);
        this.checkpoints = new ImageCheckpoints(entities, builds.settings.patience());
        this.starts = new ImageStarts(catalogue, checkpoints, launcher, builds, patching);
        this.builds = builds;
        this.leaving = new LayersLeaving(entities, builds.hosts);
        this.abandoned = new AbandonedImages(catalogue, builds, leaving);
    }

    /** Where the entities' own knowledge of images is. */
    ImageCatalogue catalogue() {
        return catalogue;
    }

    /** {@code random} draws ids and tokens, so it must be cryptographically strong. */
    public static ShardedImages start(
            ActorSystem<?> system,
            Entities entities,
            SandboxHosts hosts,
            Sandboxes sandboxes,
            RandomGenerator random,
            ServiceSettings services,
            ImageSettings settings,
            InstantSource time) {
        return new ShardedImages(
                entities,
                new Launcher(entities, hosts, random, services, time),
                new Builds(entities, hosts, new Members(system), random, settings),
                new Patching(entities, sandboxes, services, time));
    }

    /**
     * What comes in and goes out as archives.
     *
     * @param patience with an entity
     */
    public ShardedArchives archives(LayerHosts hosts, Signers signers, Duration patience) {
        return new ShardedArchives(this, builds, hosts, signers, patience);
    }

    @Override
    public Building<SandboxView> create(Origin origin, SandboxId id, NewSandbox sandbox, Wanted image, BuildLog log) {
        return starts.create(origin, id, sandbox, image, log);
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> create(
            Origin origin, SandboxId id, NewSandbox sandbox, SnapshotName name, OrganizationId publisher) {
        return starts.create(origin, id, sandbox, name, publisher);
    }

    @Override
    public CompletionStage<Outcome<CheckpointId>> checkpoint(Origin origin, String called) {
        return called(origin, called)
                .thenCompose(found -> found.then(image -> image.state()
                        .layer()
                        .map(layer -> checkpoints.adopt(origin, image, layer))
                        .orElseGet(() -> Futures.now(Outcome.refused(new ImageRefusal.SnapshotNotReady(
                                image.name().orElseThrow(),
                                image.state().stage().status()))))));
    }

    @Override
    public CompletionStage<List<ImageView>> images(Origin origin) {
        return catalogue.all(origin.organization());
    }

    /** A name that looks like an id or a hash is a name. */
    @Override
    public CompletionStage<Outcome<ImageView>> image(Origin origin, String called) {
        return called(origin, called)
                .thenCompose(found -> found.then(view -> view.state()
                        .layer()
                        .map(layer -> checkpoints.adopt(origin, view, layer).handle((adopted, failure) -> found))
                        .orElseGet(() -> Futures.now(found))));
    }

    private CompletionStage<Outcome<ImageView>> called(Origin origin, String called) {
        return images(origin)
                .thenApply(all -> all.stream()
                        .filter(view -> view.isCalled(called))
                        .min(Comparator.comparing(view -> view.name()
                                .filter(name -> name.value().equals(called))
                                .isEmpty()))
                        .map(Outcome::done)
                        .orElseGet(() -> Outcome.refused(new ImageRefusal.NoSuchImage())));
    }

    @Override
    public CompletionStage<Outcome<Unit>> remove(Origin origin, String called) {
        return called(origin, called)
                .thenCompose(found -> found.then(view -> view.name()
                        .map(name -> delete(origin, name))
                        .orElseGet(() -> removed(
                                origin,
                                new CheckpointId(view.state().id()),
                                new RemoveImage(view.state().image())))));
    }

    /** First the checkpoint that stands for it, then it itself, then its files. */
    private CompletionStage<Outcome<Unit>> removed(Origin origin, CheckpointId checkpoint, ImageCommand removal) {
        return checkpoints
                .retire(origin, checkpoint)
                .thenCompose(retired -> retired.then(done -> catalogue.decide(origin, removal)))
                .thenCompose(decided -> decided.then(
                        done -> leaving.sweep(origin.organization()).handle((swept, failure) -> decided)));
    }

    CompletionStage<Outcome<CheckpointId>> adopted(Origin origin, SnapshotView view) {
        return checkpoints.adopt(
                origin,
                ImageCheckpoints.of(view),
                view.name().value(),
                view.state().layer().orElseThrow());
    }

    @Override
    public CompletionStage<Outcome<Requested>> request(
            Origin origin, SnapshotName name, UUID id, Wanted image, BuildLog log) {
        var manifest = image.manifest();
        var command = new RequestSnapshot(
                name, id, manifest.hash(), manifest.outline(), builds.members.me(), builds.settings.maxSnapshots());
        builds.naming.add(id);
        return catalogue
                .decide(origin, command)
                .thenCompose(taken -> taken instanceof Outcome.Refused<Unit>(ImageRefusal.SnapshotNameTaken refused)
                        ? abandoned
                                .freed(origin.organization(), name)
                                .thenCompose(free -> free ? catalogue.decide(origin, command) : Futures.now(taken))
                        : Futures.now(taken))
                .thenCompose(taken -> taken.then(done -> read(origin, name)))
                .thenApply(taken -> taken.map(now -> new Requested(now, noted(origin, name, id, image, log))))
                .whenComplete((taken, failure) -> {
                    if (!(taken instanceof Outcome.Done)) {
                        builds.naming.remove(id);
                    }
                });
    }

    /** Builds whoever waits, and notes down what came of it. */
    private CompletionStage<Outcome<SnapshotView>> noted(
            Origin origin, SnapshotName name, UUID id, Wanted image, BuildLog log) {
        return builds.want(origin, image, log)
                .outcome()
                .exceptionally(
                        failure -> Outcome.refused(new ImageRefusal.BuildFailed(0, "build", Patience.reason(failure))))
                .thenCompose(built -> catalogue
                        .decide(origin, outcome(name, id, built))
                        .thenCompose(done -> built.then(layer -> read(origin, name))))
                .thenCompose(made -> standing(origin, made))
                .whenComplete((done, failure) -> builds.naming.remove(id));
    }

    /**
     * With the checkpoint that stands for it, which is made later where it cannot be made now; refused where it has failed
     * after all, since its image was removed meanwhile.
     */
    CompletionStage<Outcome<SnapshotView>> standing(Origin origin, Outcome<SnapshotView> made) {
        return made.then(view -> view.state().stage() == Snapshot.Stage.FAILED
                ? Futures.now(Outcome.refused(
                        new ImageRefusal.BuildFailed(0, "build", view.state().reason())))
                : withCheckpoint(origin, made));
    }

    private CompletionStage<Outcome<SnapshotView>> withCheckpoint(Origin origin, Outcome<SnapshotView> found) {
        return found.then(view -> view.state().stage() == Snapshot.Stage.READY
                ? adopted(origin, view).handle((adopted, failure) -> found)
                : Futures.now(found));
    }

    private static ImageCommand outcome(SnapshotName name, UUID id, Outcome<ImageLayer> built) {
        return switch (built) {
            case Outcome.Done<ImageLayer>(var layer) -> new ConfirmSnapshot(name, id, layer);
            case Outcome.Refused<ImageLayer>(var reason) -> new FailSnapshot(name, id, reason.message());
        };
    }

    @Override
    public CompletionStage<List<SnapshotView>> list(Origin origin) {
        return catalogue.named(origin.organization());
    }

    @Override
    public CompletionStage<Outcome<SnapshotView>> read(Origin origin, SnapshotName name) {
        return named(origin, name).thenCompose(found -> withCheckpoint(origin, found));
    }

    private CompletionStage<Outcome<SnapshotView>> named(Origin origin, SnapshotName name) {
        return catalogue
                .view(origin.organization(), name)
                .thenApply(found ->
                        found.map(Outcome::done).orElseGet(() -> Outcome.refused(new ImageRefusal.NoSuchSnapshot())));
    }

    @Override
    public CompletionStage<Outcome<Unit>> delete(Origin origin, SnapshotName name) {
        return named(origin, name)
                .thenCompose(found ->
                        found.then(view -> removed(origin, ImageCheckpoints.of(view), new DeleteSnapshot(name))));
    }

    /** Clears away what processes that are gone have left unfinished; call it when the hosts answer. */
    public CompletionStage<Void> recover(Organizations organizations) {
        return abandoned.clear(organizations);
    }
}
