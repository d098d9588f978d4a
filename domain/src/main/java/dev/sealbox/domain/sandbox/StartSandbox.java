package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.CheckpointId;
import java.util.List;

/**
 * All that a host is told to start a sandbox: its files, its terms, and what may leave it.
 *
 * @param generation as in {@link Launch}
 * @param kept as in {@link Launch}
 */
public record StartSandbox(
        String template, List<CheckpointId> layers, Terms terms, EgressPolicy policy, int generation, boolean kept) {
    public StartSandbox {
        layers = List.copyOf(layers);
    }
}
