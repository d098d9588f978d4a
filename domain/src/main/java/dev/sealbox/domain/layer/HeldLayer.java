package dev.sealbox.domain.layer;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import java.util.List;
import java.util.Optional;

/**
 * A layer that can be had, from a host or from the layer store.
 *
 * @param organization whose files it holds; empty where a host has never noted it
 * @param below what it stands on, newest first
 */
public record HeldLayer(CheckpointId layer, Optional<OrganizationId> organization, List<CheckpointId> below) {
    public HeldLayer {
        below = List.copyOf(below);
    }
}
