package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.CheckpointKind;
import java.util.Optional;

/**
 * Whether older checkpoints of the same kind give way to a new one (SEMANTICS 10.6).
 *
 * @param most how many of the kind there are to be with the new one; empty when none gives way
 */
public record Retention(Optional<Integer> most) {
    public static final Retention NONE = new Retention(Optional.empty());

    public Retention {
        if (most.filter(count -> count < 1).isPresent()) {
            throw new InvalidValue("a retention policy keeps at least one checkpoint");
        }
    }

    /**
     * The oldest go.
     *
     * @param most from 1 to the kind's limit, or 0 for that limit
     */
    public static Retention deletingOldest(int most, CheckpointKind kind) {
        if (most < 0 || most > kind.limit()) {
            throw new InvalidValue("retentionPolicy.maxCount must be from 0 to " + kind.limit());
        }
        return new Retention(Optional.of(most == 0 ? kind.limit() : most));
    }

    /** How many have to go where there are {@code present}. */
    public int surplus(int present) {
        return most.map(count -> Math.max(0, present - count + 1)).orElse(0);
    }
}
