package dev.sealbox.domain.egress;

import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import java.util.List;

/**
 * A secret as a sandbox may use it: the value of the layer that won the name, and that layer's hosts.
 *
 * @param hosts where it may be revealed; empty means wherever the sandbox may go
 */
public record Grant(StoreId store, int version, Encrypted value, List<HostPattern> hosts) {
    public Grant {
        hosts = List.copyOf(hosts);
    }
}
