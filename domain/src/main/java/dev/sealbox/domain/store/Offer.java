package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
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
 */
public record Offer(int version, Optional<Encrypted> value, List<HostPattern> hosts, Locations locations) {
    public Offer {
        hosts = List.copyOf(hosts);
    }

    static Offer of(Secret secret) {
        return new Offer(secret.version(), secret.usable(), secret.hosts(), secret.locations());
    }
}
