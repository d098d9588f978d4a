package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.CheckpointId;
import java.util.List;
import java.util.Optional;

/**
 * All that a host is told to start a sandbox: its files, its terms, and what may leave it.
 *
 * @param origin as in {@link Launch}
 * @param generation as in {@link Launch}
 * @param kept as in {@link Launch}
 * @param resume as in {@link Launch}; false also from a node of an earlier version
 */
public record StartSandbox(
        String template,
        List<CheckpointId> layers,
        Terms terms,
        EgressPolicy policy,
        Optional<CheckpointId> origin,
        int generation,
        boolean kept,
        boolean resume) {
    public StartSandbox {
        layers = List.copyOf(layers);
    }
}
