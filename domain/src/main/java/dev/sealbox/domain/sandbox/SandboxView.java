package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import java.time.Instant;
import java.util.Optional;

/**
 * A sandbox for people. {@code status} is one of pending, running, hibernated, stopped, error.
 *
 * @param startedBy as in {@link Sandbox}
 */
public record SandboxView(
        SandboxId id,
        String status,
        Blueprint blueprint,
        Optional<HostId> host,
        Instant startedAt,
        String startedBy,
        Branch branch,
        Upkeep upkeep) {

    /** Of a sandbox that nothing has changed since its creation. */
    public SandboxView(
            SandboxId id,
            String status,
            Blueprint blueprint,
            Optional<HostId> host,
            Instant startedAt,
            String startedBy) {
        this(id, status, blueprint, host, startedAt, startedBy, Branch.NEW, Upkeep.NEW);
    }
}
