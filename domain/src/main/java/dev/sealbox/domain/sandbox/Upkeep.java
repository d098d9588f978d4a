package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.preview.Preview;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What changes about a sandbox while it lives, beside its stage.
 *
 * @param boot how often its container was started; tells one run from the next
 * @param keptBytes of its disk, and of its processes if they were kept, when it was last hibernated; 0 before
 * @param trouble why it could not be woken or rebooted the last time; empty when it could
 * @param tags of its owner, by key
 * @param tagsUpdatedAt empty until they are first set
 * @param scalingLocked whether its size must not be changed
 * @param autoscale empty when its size is changed by hand only
 * @param preview what of it can be reached from outside
 * @param site where it may be
 */
public record Upkeep(
        int boot,
        long keptBytes,
        String trouble,
        Map<String, String> tags,
        Optional<Instant> tagsUpdatedAt,
        boolean scalingLocked,
        Optional<Autoscale> autoscale,
        Preview preview,
        Site site) {

    public static final Upkeep NEW =
            new Upkeep(0, 0, "", Map.of(), Optional.empty(), false, Optional.empty(), Preview.NONE, Site.ANYWHERE);

    public Upkeep {
        tags = Map.copyOf(tags);
    }

    Upkeep booted() {
        return new Upkeep(
                boot + 1, keptBytes, "", tags, tagsUpdatedAt, scalingLocked, autoscale, preview, site.started());
    }

    Upkeep hibernated(long bytes) {
        return new Upkeep(
                boot, bytes, "", tags, tagsUpdatedAt, scalingLocked, autoscale, preview, site.withProcesses(false));
    }

    Upkeep tagged(Map<String, String> all, Instant at) {
        return new Upkeep(boot, keptBytes, trouble, all, Optional.of(at), scalingLocked, autoscale, preview, site);
    }

    Upkeep locked(boolean locked) {
        return new Upkeep(boot, keptBytes, trouble, tags, tagsUpdatedAt, locked, autoscale, preview, site);
    }

    Upkeep scaledBetween(Optional<Autoscale> bounds) {
        return new Upkeep(boot, keptBytes, trouble, tags, tagsUpdatedAt, scalingLocked, bounds, preview, site);
    }

    Upkeep troubled(String why) {
        return new Upkeep(boot, keptBytes, why, tags, tagsUpdatedAt, scalingLocked, autoscale, preview, site);
    }

    Upkeep open(Preview other) {
        return new Upkeep(boot, keptBytes, trouble, tags, tagsUpdatedAt, scalingLocked, autoscale, other, site);
    }

    Upkeep at(Site other) {
        return new Upkeep(boot, keptBytes, trouble, tags, tagsUpdatedAt, scalingLocked, autoscale, preview, other);
    }
}
