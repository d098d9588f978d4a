package dev.sealbox.persistence.service;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.BuildLog.Line;
import dev.sealbox.domain.image.Building;
import dev.sealbox.domain.image.ImageCommand;
import dev.sealbox.domain.image.ImageCommand.ConfirmSnapshot;
import dev.sealbox.domain.image.ImageCommand.DeleteSnapshot;
import dev.sealbox.domain.image.ImageCommand.FailSnapshot;
import dev.sealbox.domain.image.ImageCommand.RemoveImage;
import dev.sealbox.domain.image.ImageCommand.RequestSnapshot;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageManifest;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.ImageView;
import dev.sealbox.domain.image.Images;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import dev.sealbox.domain.layer.LayerHosts;
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.sandbox.Template;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.archive.Signers;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.ImageMessage;
import dev.sealbox.persistence.entity.ImageReply;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Images as their people see them: what is built, what has a name, and what starts from it. */
public final class ShardedImages implements Images {
    private static final Logger log = LoggerFactory.getLogger(ShardedImages.class);
    private static final int AT_A_TIME = 16;

    private final Entities entities;
    private final Launcher launcher;
    private final Builds builds;
    private final Patching patching;
    private final ImageCheckpoints checkpoints;
    private final LayersLeaving leaving;

    private ShardedImages(Entities entities, Launcher launcher, Builds builds, Patching patching) {
        this.entities = entities;
        this.launcher = launcher;
        this.builds = builds;
        this.patching = patching;
        this.checkpoints = new ImageCheckpoints(entities, builds.settings.patience());
        this.leaving = new LayersLeaving(entities, builds.hosts);
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
        var leaving = new Leaving();
        var outcome = launcher.unlessThere(
                origin,
                id,
                () -> launcher.requested(origin, sandbox.store())
                        .thenCompose(found -> found.then(layers -> {
                            var build = builds.want(origin, image, log);
                            leaving.from(build.leave());
                            return build.outcome()
                                    .thenCompose(built -> built.then(
                                            made -> launched(origin, id, sandbox, layers, image, made, leaving, log)));
                        })));
        return new Building<>(outcome.thenCompose(launched -> patched(origin, launched)), leaving);
    }

    private CompletionStage<Outcome<SandboxView>> launched(
            Origin origin,
            SandboxId id,
            NewSandbox sandbox,
            List<StoreView> layers,
            Wanted image,
            ImageLayer made,
            Leaving leaving,
            BuildLog log) {
        if (leaving.left()) {
            return Futures.now(Outcome.refused(new ImageRefusal.BuildCancelled()));
        }
        log.add(new Line(image.manifest().steps().size() + 1, "create", "Starting the sandbox"));
        var checkpoint = image.manifest().hash().checkpoint(origin.organization());
        return launch(origin, id, sandbox, layers, checkpoint, made);
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> create(
            Origin origin, SandboxId id, NewSandbox sandbox, SnapshotName name, OrganizationId publisher) {
        return launcher.unlessThere(
                        origin,
                        id,
                        () -> launcher.requested(origin, sandbox.store())
                                .thenCompose(found -> found.then(layers -> known(origin.organization(), name, publisher)
                                        .thenApply(ShardedImages::ready)
                                        .thenCompose(ready -> ready.then(view -> launch(
                                                origin,
                                                id,
                                                sandbox,
                                                layers,
                                                ImageCheckpoints.of(view),
                                                view.state().layer().orElseThrow()))))))
                .thenCompose(launched -> patched(origin, launched));
    }

    /** The asker's own, or else a published one of the publisher's. */
    private CompletionStage<Outcome<SnapshotView>> known(
            OrganizationId asking, SnapshotName name, OrganizationId publisher) {
        var unknown = Outcome.<SnapshotView>refused(new ImageRefusal.UnknownSnapshot(name));
        return view(asking, name)
                .thenCompose(own -> own.isPresent() || asking.equals(publisher)
                        ? Futures.now(own.map(Outcome::done).orElse(unknown))
                        : view(publisher, name)
                                .thenCompose(other -> other.map(view -> checkpoints
                                                .isPublished(ImageCheckpoints.of(view))
                                                .thenApply(published -> published ? Outcome.done(view) : unknown))
                                        .orElseGet(() -> Futures.now(unknown))));
    }

    private static Outcome<SnapshotView> ready(Outcome<SnapshotView> known) {
        return known instanceof Outcome.Done<SnapshotView>(var view)
                        && view.state().layer().isEmpty()
                ? Outcome.refused(new ImageRefusal.SnapshotNotReady(
                        view.name(), view.state().stage().status()))
                : known;
    }

    /** Also when a request is repeated: patches that have run are not run again. */
    private CompletionStage<Outcome<SandboxView>> patched(Origin origin, Outcome<SandboxView> launched) {
        return launched.then(sandbox -> sandbox.blueprint()
                .origin()
                .map(checkpoint -> patching.apply(origin, checkpoint, sandbox))
                .orElseGet(() -> Futures.now(launched)));
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
        var organization = origin.organization();
        return list(origin)
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
                .thenCompose(retired -> retired.then(done -> decide(origin, removal)))
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

    private CompletionStage<Outcome<SandboxView>> launch(
            Origin origin,
            SandboxId id,
            NewSandbox sandbox,
            List<StoreView> layers,
            CheckpointId checkpoint,
            ImageLayer image) {
        // Of the template's name an image leaves what is to run it.
        var runtime = Template.of(sandbox.template()).runtime();
        var blueprint = new Blueprint(
                new Template(ImageManifest.BASE, runtime).name(),
                Optional.of(checkpoint),
                image.files(),
                sandbox.limits(),
                sandbox.timeoutSeconds(),
                sandbox.envs(),
                sandbox.metadata(),
                image.defaults());
        return launcher.launch(
                origin,
                new Launcher.Plan(
                        id,
                        blueprint,
                        layers,
                        false,
                        List.of(),
                        Map.of(),
                        Optional.of(image.host()),
                        Optional.empty(),
                        sandbox.guard(),
                        sandbox.siting()));
    }

    @Override
    public CompletionStage<Outcome<Requested>> request(
            Origin origin, SnapshotName name, UUID id, Wanted image, BuildLog log) {
        var manifest = image.manifest();
        var command = new RequestSnapshot(
                name, id, manifest.hash(), manifest.outline(), builds.members.me(), builds.settings.maxSnapshots());
        builds.naming.add(id);
        return decide(origin, command)
                .thenCompose(taken -> taken instanceof Outcome.Refused<Unit>(ImageRefusal.SnapshotNameTaken refused)
                        ? freed(origin.organization(), name)
                                .thenCompose(free -> free ? decide(origin, command) : Futures.now(taken))
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
                .thenCompose(built -> decide(origin, outcome(name, id, built))
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
        return snapshots(origin.organization(), ImageMessage.ListSnapshots::new)
                .thenApply(found -> found.entrySet().stream()
                        .map(entry -> new SnapshotView(origin.organization(), entry.getKey(), entry.getValue()))
                        .sorted(Comparator.comparing(view -> view.name().value()))
                        .toList());
    }

    @Override
    public CompletionStage<Outcome<SnapshotView>> read(Origin origin, SnapshotName name) {
        return named(origin, name).thenCompose(found -> withCheckpoint(origin, found));
    }

    private CompletionStage<Outcome<SnapshotView>> named(Origin origin, SnapshotName name) {
        return view(origin.organization(), name)
                .thenApply(found ->
                        found.map(Outcome::done).orElseGet(() -> Outcome.refused(new ImageRefusal.NoSuchSnapshot())));
    }

    private CompletionStage<Optional<SnapshotView>> view(OrganizationId organization, SnapshotName name) {
        return find(organization, name)
                .thenApply(found -> found.map(known -> new SnapshotView(organization, name, known)));
    }

    @Override
    public CompletionStage<Outcome<Unit>> delete(Origin origin, SnapshotName name) {
        return named(origin, name)
                .thenCompose(found ->
                        found.then(view -> removed(origin, ImageCheckpoints.of(view), new DeleteSnapshot(name))));
    }

    private CompletionStage<Optional<Snapshot>> find(OrganizationId organization, SnapshotName name) {
        return snapshots(organization, replyTo -> new ImageMessage.ReadSnapshot(name, replyTo))
                .thenApply(found -> Optional.ofNullable(found.get(name)));
    }

    private CompletionStage<Map<SnapshotName, Snapshot>> snapshots(
            OrganizationId organization, Function<ActorRef<ImageReply>, ImageMessage> question) {
        return entities.images(organization, question).thenApply(reply -> ((ImageReply.Snapshots) reply).byName());
    }

    CompletionStage<Outcome<Unit>> decide(Origin origin, ImageCommand command) {
        return entities.images(origin.organization(), replyTo -> new ImageMessage.Execute(origin, command, replyTo))
                .thenApply(reply -> reply instanceof ImageReply.Refused(var reason)
                        ? Outcome.refused(reason)
                        : Outcome.done(Unit.DONE));
    }

    /** Ends what a process has begun that is gone; whether the name was one of those. */
    private CompletionStage<Boolean> freed(OrganizationId organization, SnapshotName name) {
        return find(organization, name)
                .thenCompose(known -> known.filter(this::isLeft).isPresent()
                        ? failed(organization, name, known.get()).thenApply(done -> true)
                        : Futures.now(false));
    }

    private boolean isLeft(Snapshot snapshot) {
        return snapshot.stage() == Snapshot.Stage.BUILDING
                && (builds.members.isMe(snapshot.node())
                        ? !builds.naming.contains(snapshot.id())
                        : !builds.members.has(snapshot.node()));
    }

    private CompletionStage<Outcome<Unit>> failed(OrganizationId organization, SnapshotName name, Snapshot left) {
        return decide(
                Origin.system(organization),
                new FailSnapshot(name, left.id(), "the server was stopped while it was built"));
    }

    /** Clears away what processes that are gone have left unfinished; call it when the hosts answer. */
    public CompletionStage<Void> recover(Organizations organizations) {
        return organizations
                .list()
                .thenCompose(all -> Futures.each(
                        all,
                        AT_A_TIME,
                        found -> recover(found.id()).handle((done, failure) -> {
                            if (failure != null) {
                                log.warn(
                                        "Cannot clear away builds of {} yet: {}", found.id(), Patience.reason(failure));
                            }
                            return found.id();
                        })))
                .thenAccept(done -> {});
    }

    private CompletionStage<Void> recover(OrganizationId organization) {
        return entities.images(organization, ImageMessage.ListUnfinished::new)
                .thenCompose(reply -> {
                    var left = (ImageReply.Unfinished) reply;
                    left.builds().forEach((image, build) -> {
                        if (!builds.isAlive(organization, image, build)) {
                            Thread.ofVirtual()
                                    .start(() -> new BuildSite(builds, organization, image, build)
                                            .abandon("the server was stopped while it was built"));
                        }
                    });
                    return Futures.each(
                            left.snapshots().entrySet().stream()
                                    .filter(entry -> isLeft(entry.getValue()))
                                    .toList(),
                            entry -> failed(organization, entry.getKey(), entry.getValue()));
                })
                .thenCompose(done -> leaving.sweep(organization));
    }
}
