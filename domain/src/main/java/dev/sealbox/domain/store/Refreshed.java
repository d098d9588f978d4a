package dev.sealbox.domain.store;

import dev.sealbox.domain.identity.SandboxId;
import java.util.List;

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
}
