package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.CheckpointId;
import java.util.List;

/** All that a host is told to start a sandbox: its files, its limits, and what may leave it. */
public record StartSandbox(String template, List<CheckpointId> layers, Limits limits, EgressPolicy policy) {
    public StartSandbox {
        layers = List.copyOf(layers);
    }
}
