package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.image.Build;
import dev.sealbox.domain.image.BuildLog.Line;
import dev.sealbox.domain.image.ImageCommand;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageManifest;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.Images.Wanted;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.persistence.entity.ImageMessage;
import dev.sealbox.persistence.entity.ImageReply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One build, from the question whether there is such an image to the noting down of what became of it. The image that its
 * manifest begins with is built before, as any other. Blocks its own virtual thread.
 */
final class ImageBuild {
    private static final Logger log = LoggerFactory.getLogger(ImageBuild.class);

    /** How often another node's build of the same image is looked at. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private static final int ATTEMPTS = 3;

    private final Builds builds;
    private final Origin origin;
    private final Wanted wanted;
    private final ImageHash hash;
    private final Audience audience;
    private final Patience patience;
    private final CompletableFuture<Outcome<ImageLayer>> outcome = new CompletableFuture<>();
    private volatile @Nullable Build mine;

    ImageBuild(Builds builds, Origin origin, Wanted wanted, ImageHash hash) {
        this.builds = builds;
        this.origin = origin;
        this.wanted = wanted;
        this.hash = hash;
        this.audience = new Audience(builds.settings.keptLines());
        this.patience = new Patience(audience, builds.settings.patience());
    }

    Audience audience() {
        return audience;
    }

    CompletableFuture<Outcome<ImageLayer>> outcome() {
        return outcome;
    }

    boolean is(OrganizationId organization, ImageHash image, Build build) {
        return origin.organization().equals(organization) && hash.equals(image) && build.equals(mine);
    }

    /** Blocks until the image is there or will not be. */
    Outcome<ImageLayer> carryOut() {
        try {
            var known = known();
            return known.isPresent() ? Outcome.done(known.get()) : onTop();
        } catch (Cancelled e) {
            return Outcome.refused(new ImageRefusal.BuildCancelled());
        }
    }

    /** The image if there is one; waits for another node's build, and clears away what a dead one left. */
    private Optional<ImageLayer> known() {
        say(0, "resolve", "Looking for image " + hash);
        while (true) {
            var image = patience.await(question());
            if (image.built().isPresent()) {
                say(0, "cache_hit", "Found image " + hash);
                return image.built();
            }
            if (image.building().isEmpty()) {
                return Optional.empty();
            }
            var other = image.building().get();
            if (builds.isAlive(origin.organization(), hash, other)) {
                patience.pause(LOOK);
            } else {
                new BuildSite(builds, origin.organization(), hash, other).abandon("its builder was stopped");
            }
        }
    }

    private CompletionStage<ImageReply.Image> question() {
        return builds.entities
                .images(origin.organization(), replyTo -> new ImageMessage.ReadImage(hash, replyTo))
                .thenApply(reply -> (ImageReply.Image) reply);
    }

    private Outcome<ImageLayer> onTop() {
        if (!builds.hosts.hasRoom(Optional.empty())) {
            return Outcome.refused(new SandboxRefusal.NoRoom());
        }
        var stages = wanted.manifest().stages();
        if (stages.size() == 1) {
            return place().map(host -> built(new ImageLayer(host, List.of(), Defaults.NONE), 0))
                    .orElseGet(() -> Outcome.refused(new SandboxRefusal.NoHost()));
        }
        var before = stages.get(stages.size() - 2);
        var below = builds.want(origin, new Wanted(before, wanted.memoryMB()), audience);
        try {
            var ground = patience.await(below.outcome());
            return switch (ground) {
                case Outcome.Done<ImageLayer>(var image) ->
                    built(image, before.steps().size());
                // Somebody else's cancellation is none of ours.
                case Outcome.Refused<ImageLayer>(ImageRefusal.BuildCancelled cancelled) -> onTop();
                case Outcome.Refused<ImageLayer> refused -> refused;
            };
        } finally {
            below.leave().run();
        }
    }

    private Optional<HostId> place() {
        return builds.hosts.place(site(List.of())).found();
    }

    private dev.sealbox.domain.placement.Wanted site(List<CheckpointId> files) {
        return new dev.sealbox.domain.placement.Wanted(
                ImageManifest.BASE, BuildSite.limits(wanted.memoryMB()).size(), files, Map.of());
    }

    /** Does the steps from {@code first} on in a builder that stands on {@code ground}. */
    private Outcome<ImageLayer> built(ImageLayer ground, int first) {
        var build = new Build(
                new CheckpointId(UUID.randomUUID()),
                SandboxId.random(builds.random),
                builds.hosts.near(ground.host(), site(ground.files())).found().orElse(ground.host()),
                builds.members.me(),
                wanted.manifest().outline());
        mine = build;
        patience.awaitAnyway(execute(new ImageCommand.BeginBuild(hash, build)));
        if (!patience.awaitAnyway(question()).building().equals(Optional.of(build))) {
            // Another node was faster.
            return carryOut();
        }
        var site = new BuildSite(builds, origin.organization(), hash, build);
        try {
            return noted(site, worked(site, ground, first));
        } catch (Cancelled e) {
            site.abandon("it was cancelled");
            throw e;
        } catch (RuntimeException e) {
            log.warn("The build of image {} failed", hash, e);
            site.abandon(Patience.reason(e));
            return Outcome.refused(new ImageRefusal.BuildFailed(0, "build", Patience.reason(e)));
        }
    }

    private Outcome<ImageLayer> worked(BuildSite site, ImageLayer ground, int first) {
        patience.take(builds.builders);
        try {
            return new BuildWork(builds, site, patience, audience, wanted).from(ground, first);
        } finally {
            builds.builders.release();
        }
    }

    private Outcome<ImageLayer> noted(BuildSite site, Outcome<ImageLayer> worked) {
        return switch (worked) {
            case Outcome.Done<ImageLayer>(var image) -> finished(site.build(), image, worked);
            case Outcome.Refused<ImageLayer>(var reason) -> {
                site.abandon(reason.message());
                yield worked;
            }
        };
    }

    /**
     * An answer that is lost leaves open whether the image is noted, so the files stay. Where it is not, whoever wants the
     * image next finds a build that nobody carries out, and clears it away.
     */
    private Outcome<ImageLayer> finished(Build build, ImageLayer image, Outcome<ImageLayer> worked) {
        for (var attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                patience.awaitAnyway(execute(new ImageCommand.FinishBuild(hash, build.layer(), image)));
                return worked;
            } catch (CompletionException e) {
                log.warn("Image {} is built and not noted yet: {}", hash, Patience.reason(e));
            }
        }
        return Outcome.refused(new ImageRefusal.BuildFailed(0, "build", "the image cannot be noted down now"));
    }

    private CompletionStage<ImageReply> execute(ImageCommand command) {
        return builds.entities.images(
                origin.organization(), replyTo -> new ImageMessage.Execute(origin, command, replyTo));
    }

    private void say(int step, String type, String message) {
        audience.add(new Line(step, type, message));
    }
}
