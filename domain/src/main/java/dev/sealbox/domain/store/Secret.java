package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.sealing.Encrypted;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The current version of a secret.
 *
 * @param entry stays the same as long as the name is not deleted
 * @param version 1, 2, … for a name, never used twice, not even after a delete
 * @param hosts where it may be revealed; empty means wherever the sandbox may go
 */
public record Secret(
        UUID entry, int version, Encrypted value, List<HostPattern> hosts, Instant createdAt, Instant updatedAt) {
    public Secret {
        hosts = List.copyOf(hosts);
    }
}
