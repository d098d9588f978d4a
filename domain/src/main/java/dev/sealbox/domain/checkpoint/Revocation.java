package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.identity.SandboxId;
import java.util.List;

/**
 * What a revocation has reached.
 *
 * @param cut sandboxes whose secrets nothing carries any more
 * @param lagging sandboxes whose host has not said so yet; it is told again until it has
 */
public record Revocation(List<SandboxId> cut, List<SandboxId> lagging) {
    public Revocation {
        cut = List.copyOf(cut);
        lagging = List.copyOf(lagging);
    }
}
