package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: what the owner of a sandbox changes about it while it lives. What {@code origin.organization()} does not own is
 * refused as not found. Thread-safe. A stage fails with an exception when the journal is out of reach.
 */
public interface SandboxUpkeep {

    /** Replaces all tags; also those of a sandbox that has been stopped, since its usage is reported by them. */
    CompletionStage<Outcome<SandboxView>> tag(Origin origin, SandboxId sandbox, Tags tags);

    /**
     * Gives a sandbox another size, at once when it runs, and switches autoscaling off. Refused when its size is locked,
     * or when it uses more memory than it would have.
     *
     * @param memoryMB of one of {@link Tier}; the CPUs follow
     * @return the sandbox as it was, and as it is
     */
    CompletionStage<Outcome<Scaled>> scale(Origin origin, SandboxId sandbox, int memoryMB);

    /**
     * Has a sandbox scaled by what it uses, or not any more. Refused when its size is locked.
     *
     * @param autoscale empty to switch it off
     */
    CompletionStage<Outcome<SandboxView>> autoscale(Origin origin, SandboxId sandbox, Optional<Autoscale> autoscale);

    /** While its size is locked a sandbox is scaled by nobody; a lock also switches autoscaling off. */
    CompletionStage<Outcome<SandboxView>> lockScaling(Origin origin, SandboxId sandbox, boolean locked);

    record Scaled(SandboxView before, SandboxView now) {
        /** Whether this switched autoscaling off. */
        public boolean autoscaleDisabled() {
            return before.upkeep().autoscale().isPresent()
                    && now.upkeep().autoscale().isEmpty();
        }
    }
}
