package dev.sealbox.domain.checkpoint;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What its owner has made of a checkpoint since it was taken.
 *
 * @param published whether every organisation may fork it
 * @param lastPatch the highest number that a patch ever had
 * @param patches those that are there, in their order
 * @param revoked whether what descends from it gets none of its stores any more
 */
public record Upkeep(boolean published, int lastPatch, List<Patch> patches, boolean revoked) {
    public static final Upkeep NONE = new Upkeep(false, 0, List.of(), false);

    public Upkeep {
        patches = List.copyOf(patches);
    }

    Upkeep published(boolean now) {
        return new Upkeep(now, lastPatch, patches, revoked);
    }

    Upkeep with(Patch patch) {
        var after = Stream.concat(patches.stream(), Stream.of(patch)).toList();
        return new Upkeep(published, patch.number(), after, revoked);
    }

    Upkeep without(UUID patch) {
        var after = patches.stream().filter(known -> !known.id().equals(patch)).toList();
        return new Upkeep(published, lastPatch, after, revoked);
    }

    Upkeep cut() {
        return new Upkeep(published, lastPatch, patches, true);
    }

    boolean has(UUID patch) {
        return patches.stream().anyMatch(known -> known.id().equals(patch));
    }
}
