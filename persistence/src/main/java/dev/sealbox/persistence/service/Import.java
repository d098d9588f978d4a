package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.image.Build;
import dev.sealbox.domain.image.ImageCommand;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.persistence.entity.ImageMessage;
import dev.sealbox.persistence.entity.ImageReply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Files from outside that become an image and get a name. It is noted as a build, so that whatever interrupts it is cleared
 * away as an interrupted build is; the name is taken when the image is there. Blocks its own virtual thread.
 */
final class Import {
    /** As long as a checkpoint of a large disk may take, and the upload before it. */
    private static final Duration LONGEST = Duration.ofHours(24);

    private final Builds builds;
    private final ShardedImages images;
    private final Origin origin;
    private final SnapshotName name;

    Import(Builds builds, ShardedImages images, Origin origin, SnapshotName name) {
        this.builds = builds;
        this.images = images;
        this.origin = origin;
        this.name = name;
    }

    /**
     * Has files made, unless there is such an image already.
     *
     * @param defaults of the image, unless the files say so
     */
    Outcome<SnapshotView> carryOut(
            ImageHash hash,
            String outline,
            Defaults defaults,
            Function<Build, CompletionStage<Outcome<Unpacked>>> unpack) {
        if (isTaken()) {
            return Outcome.refused(new ImageRefusal.SnapshotNameTaken(name));
        }
        return switch (image(hash, outline, defaults, unpack)) {
            case Outcome.Refused<ImageLayer>(var reason) -> Outcome.refused(reason);
            case Outcome.Done<ImageLayer>(var image) -> named(hash, outline, image);
        };
    }

    private boolean isTaken() {
        return settled(images.read(origin, name)) instanceof Outcome.Done<SnapshotView>(var known)
                && known.state().stage() != Snapshot.Stage.FAILED;
    }

    private Outcome<ImageLayer> image(
            ImageHash hash,
            String outline,
            Defaults defaults,
            Function<Build, CompletionStage<Outcome<Unpacked>>> unpack) {
        var known = question(hash);
        if (known.built().isPresent()) {
            return Outcome.done(known.built().get());
        }
        if (known.building().isPresent()) {
            var other = known.building().get();
            if (builds.isAlive(origin.organization(), hash, other)) {
                return Outcome.refused(new ArchiveRefusal.Busy());
            }
            new BuildSite(builds, origin.organization(), hash, other).abandon("its import was interrupted");
        }
        if (!builds.hosts.hasRoom(Optional.empty())) {
            return Outcome.refused(new SandboxRefusal.NoRoom());
        }
        return builds.hosts
                .place(dev.sealbox.domain.placement.Wanted.fresh(
                        BuildSite.limits(1024).size()))
                .found()
                .map(host -> made(hash, outline, host, defaults, unpack))
                .orElseGet(() -> Outcome.refused(new SandboxRefusal.NoHost()));
    }

    private Outcome<ImageLayer> made(
            ImageHash hash,
            String outline,
            HostId host,
            Defaults defaults,
            Function<Build, CompletionStage<Outcome<Unpacked>>> unpack) {
        var build = new Build(
                new CheckpointId(UUID.randomUUID()),
                SandboxId.random(builds.random),
                host,
                builds.members.me(),
                outline);
        var site = new BuildSite(builds, origin.organization(), hash, build);
        builds.imports.add(build);
        try {
            execute(new ImageCommand.BeginBuild(hash, build));
            if (question(hash).building().filter(build::equals).isEmpty()) {
                return Outcome.refused(new ArchiveRefusal.Busy());
            }
            return noted(hash, site, defaults, Patience.settle(unpack.apply(build), LONGEST));
        } catch (RuntimeException e) {
            site.abandon(Patience.reason(e));
            throw e;
        } finally {
            builds.imports.remove(build);
        }
    }

    private Outcome<ImageLayer> noted(ImageHash hash, BuildSite site, Defaults defaults, Outcome<Unpacked> unpacked) {
        return switch (unpacked) {
            case Outcome.Refused<Unpacked>(var reason) -> {
                site.abandon(reason.message());
                yield Outcome.refused(reason);
            }
            case Outcome.Done<Unpacked>(var made) -> {
                var build = site.build();
                var own = made.defaults().equals(Defaults.NONE) ? defaults : made.defaults();
                var image = new ImageLayer(build.host(), List.of(build.layer()), own);
                execute(new ImageCommand.FinishBuild(hash, build.layer(), image));
                yield Outcome.done(image);
            }
        };
    }

    private Outcome<SnapshotView> named(ImageHash hash, String outline, ImageLayer image) {
        var id = UUID.randomUUID();
        var request = new ImageCommand.RequestSnapshot(
                name, id, hash, outline, builds.members.me(), builds.settings.maxSnapshots());
        builds.naming.add(id);
        try {
            return switch (settled(images.catalogue().decide(origin, request))) {
                case Outcome.Refused<Unit>(var reason) -> Outcome.refused(reason);
                case Outcome.Done<Unit> taken -> {
                    settled(images.catalogue().decide(origin, new ImageCommand.ConfirmSnapshot(name, id, image)));
                    yield settled(images.read(origin, name).thenCompose(made -> images.standing(origin, made)));
                }
            };
        } finally {
            builds.naming.remove(id);
        }
    }

    private ImageReply.Image question(ImageHash hash) {
        return settled(builds.entities
                .images(origin.organization(), replyTo -> new ImageMessage.ReadImage(hash, replyTo))
                .thenApply(reply -> (ImageReply.Image) reply));
    }

    private void execute(ImageCommand command) {
        settled(images.catalogue().decide(origin, command));
    }

    private <T> T settled(CompletionStage<T> stage) {
        return Patience.settle(stage, builds.settings.patience());
    }
}
