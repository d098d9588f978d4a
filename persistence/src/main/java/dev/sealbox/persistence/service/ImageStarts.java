package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.BuildLog.Line;
import dev.sealbox.domain.image.Building;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageManifest;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.Images.Wanted;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Template;
import dev.sealbox.domain.store.StoreView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Sandboxes that start from an image, which may have to be built first, or from a snapshot by its name. */
final class ImageStarts {
    private final ImageCatalogue catalogue;
    private final ImageCheckpoints checkpoints;
    private final Launcher launcher;
    private final Builds builds;
    private final Patching patching;

    ImageStarts(
            ImageCatalogue catalogue,
            ImageCheckpoints checkpoints,
            Launcher launcher,
            Builds builds,
            Patching patching) {
        this.catalogue = catalogue;
        this.checkpoints = checkpoints;
        this.launcher = launcher;
        this.builds = builds;
        this.patching = patching;
    }

    Building<SandboxView> create(Origin origin, SandboxId id, NewSandbox sandbox, Wanted image, BuildLog log) {
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

    CompletionStage<Outcome<SandboxView>> create(
            Origin origin, SandboxId id, NewSandbox sandbox, SnapshotName name, OrganizationId publisher) {
        return launcher.unlessThere(
                        origin,
                        id,
                        () -> launcher.requested(origin, sandbox.store())
                                .thenCompose(found -> found.then(layers -> known(origin.organization(), name, publisher)
                                        .thenApply(ImageStarts::ready)
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
        return catalogue
                .view(asking, name)
                .thenCompose(own -> own.isPresent() || asking.equals(publisher)
                        ? Futures.now(own.map(Outcome::done).orElse(unknown))
                        : catalogue
                                .view(publisher, name)
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
}
