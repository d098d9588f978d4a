package dev.sealbox.domain.layer;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import java.util.List;
import java.util.Optional;

/**
 * A layer that hosts share.
 *
 * @param organization whose files it holds, also when others may fork it
 * @param below what it stands on, newest first
 */
public record SharedLayer(CheckpointId layer, OrganizationId organization, List<CheckpointId> below) {
    public SharedLayer {
        below = List.copyOf(below);
    }

    /** As whoever lacks it finds it. */
    public HeldLayer held() {
        return new HeldLayer(layer, Optional.of(organization), below);
    }
}
