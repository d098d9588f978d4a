package dev.sealbox.domain.egress;

import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import java.util.List;

/**
 * A secret as a sandbox may use it: the value of the layer that won the name, and that layer's hosts.
 *
 * @param hosts where it may be revealed; empty means wherever the sandbox may go
 * @param locations where in a request it may be revealed
 * @param rules in which requests it may be revealed, see {@link UseRules}
 * @param orphaned whether its store was deleted: no key opens the value any more, so it lasts as long as a proxy that had
 *     opened it before remembers it
 */
public record Grant(
        StoreId store,
        int version,
        Encrypted value,
        List<HostPattern> hosts,
        Locations locations,
        List<UseRule> rules,
        boolean orphaned) {
    public Grant {
        hosts = List.copyOf(hosts);
        rules = List.copyOf(rules);
    }

    /** Of a secret without rules. */
    public Grant(
            StoreId store,
            int version,
            Encrypted value,
            List<HostPattern> hosts,
            Locations locations,
            boolean orphaned) {
        this(store, version, value, hosts, locations, List.of(), orphaned);
    }
}
