package dev.sealbox.domain.store;

import dev.sealbox.domain.identity.SandboxId;
import java.util.List;
import java.util.stream.Stream;

/**
 * How far a change has come.
 *
 * @param sandboxes how many running sandboxes have taken it
 * @param lagging bound running sandboxes that have not answered in time, by id; they are told again until they have it
 */
public record Refreshed(int sandboxes, List<SandboxId> lagging) {
    /** Nobody had to be told. */
    public static final Refreshed NOBODY = new Refreshed(0, List.of());

    public Refreshed {
        lagging = List.copyOf(lagging);
    }

    /** Of two changes of one store, which the same sandboxes are told of. */
    public Refreshed and(Refreshed other) {
        var behind = Stream.concat(lagging.stream(), other.lagging.stream())
                .distinct()
                .toList();
        return new Refreshed(Math.max(sandboxes, other.sandboxes), behind);
    }
}
