package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.Build;
import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.Building;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.Images.Wanted;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.persistence.entity.Entities;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/**
 * The builds of this node, each on a virtual thread of its own. Whoever wants an image that is being built here waits for
 * that build; one that nobody waits for is cancelled. Thread-safe.
 */
final class Builds {
    final Entities entities;
    final SandboxHosts hosts;
    final Members members;
    final RandomGenerator random;
    final ImageSettings settings;

    /** Limits the builders that run at a time, not the builds that wait for others. */
    final Semaphore builders;

    /** The imports that this process carries out. */
    final Set<Build> imports = ConcurrentHashMap.newKeySet();

    /** The snapshots whose outcome this process will note down. */
    final Set<UUID> naming = ConcurrentHashMap.newKeySet();

    private final Map<Key, ImageBuild> running = new ConcurrentHashMap<>();

    private record Key(OrganizationId organization, ImageHash image) {}

    /** {@code random} draws ids, so it must be cryptographically strong. */
    Builds(Entities entities, SandboxHosts hosts, Members members, RandomGenerator random, ImageSettings settings) {
        this.entities = entities;
        this.hosts = hosts;
        this.members = members;
        this.random = random;
        this.settings = settings;
        this.builders = new Semaphore(settings.maxBuilds());
    }

    /** The image from the cache or from a build, its own or one that goes on already. */
    Building<ImageLayer> want(Origin origin, Wanted wanted, BuildLog log) {
        var key = new Key(origin.organization(), wanted.manifest().hash());
        var fresh = new ImageBuild(this, origin, wanted, key.image());
        var build = running.computeIfAbsent(key, absent -> fresh);
        return build.audience()
                .join(log)
                .map(leave -> {
                    if (build == fresh) {
                        start(key, fresh);
                    }
                    return new Building<>(build.outcome(), leave);
                })
                .orElseGet(() -> afterwards(build, origin, wanted, log));
    }

    private void start(Key key, ImageBuild build) {
        Thread.ofVirtual().name("image-build").start(() -> {
            Outcome<ImageLayer> outcome;
            try {
                outcome = build.carryOut();
            } catch (RuntimeException e) {
                build.audience().close();
                running.remove(key, build);
                build.outcome().completeExceptionally(e);
                return;
            }
            build.audience().close();
            running.remove(key, build);
            build.outcome().complete(outcome);
        });
    }

    /** A build that is being cleared away, or has just ended, cannot be joined. */
    private Building<ImageLayer> afterwards(ImageBuild former, Origin origin, Wanted wanted, BuildLog log) {
        var leaving = new Leaving();
        var outcome = former.outcome().handle((ended, failure) -> ended).thenCompose(ended -> {
            var next = want(origin, wanted, log);
            leaving.from(next.leave());
            return next.outcome();
        });
        return new Building<>(outcome, leaving);
    }

    /** Whether whoever carries a build out is still at it. */
    boolean isAlive(OrganizationId organization, ImageHash image, Build build) {
        return members.isMe(build.node())
                ? imports.contains(build)
                        || running.values().stream().anyMatch(one -> one.is(organization, image, build))
                : members.has(build.node());
    }
}
