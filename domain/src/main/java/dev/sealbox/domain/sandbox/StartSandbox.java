package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.CheckpointId;
import java.util.List;

/**
 * All that a host is told to start a sandbox: its files, its limits, and what may leave it.
 *
 * @param generation as in {@link Launch}
 */
public record StartSandbox(
        String template, List<CheckpointId> layers, Limits limits, EgressPolicy policy, int generation) {
    public StartSandbox {
        layers = List.copyOf(layers);
    }

    /** Of a sandbox that was never put back to a checkpoint. */
    public StartSandbox(String template, List<CheckpointId> layers, Limits limits, EgressPolicy policy) {
        this(template, layers, limits, policy, 0);
    }
}
