package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.sealing.Encrypted;
import java.util.List;
import java.util.Optional;

/**
 * What a store offers under a name to the sandboxes that stand on it. The name is the store's also while there is no
 * value to use, so that no other layer's value takes its place.
 *
 * @param version the current one
 * @param value empty while the secret or its current version is disabled, or that version is destroyed
 * @param hosts where it may be revealed; empty means wherever the sandbox may go
 * @param locations where in a request it may be revealed
 * @param rules in which requests it may be revealed, see {@link dev.sealbox.domain.egress.UseRules}
 */
public record Offer(
        int version, Optional<Encrypted> value, List<HostPattern> hosts, Locations locations, List<UseRule> rules) {
    public Offer {
        hosts = List.copyOf(hosts);
        rules = List.copyOf(rules);
    }

    /** Of a secret without rules. */
    public Offer(int version, Optional<Encrypted> value, List<HostPattern> hosts, Locations locations) {
        this(version, value, hosts, locations, List.of());
    }

    static Offer of(Secret secret) {
        return new Offer(secret.version(), secret.usable(), secret.hosts(), secret.locations(), secret.rules());
    }
}
