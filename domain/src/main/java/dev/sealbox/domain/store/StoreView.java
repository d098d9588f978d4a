package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import java.util.List;
import java.util.Map;

/**
 * A store at one moment, as its API and the sandboxes bound to it see it: values only encrypted.
 *
 * @param revision grows with every change of this store
 * @param deleted whether the store is gone; its secrets then are those that running sandboxes keep, and no key opens them
 */
public record StoreView(
        StoreId id,
        StoreName name,
        long revision,
        boolean deleted,
        List<HostPattern> allowlist,
        Denials denials,
        Map<SecretName, Offer> secrets,
        List<TcpTarget> egressTcp) {

    /** Of a store that denies nothing and passes no plain TCP through. */
    public StoreView(
            StoreId id,
            StoreName name,
            long revision,
            boolean deleted,
            List<HostPattern> allowlist,
            Map<SecretName, Offer> secrets) {
        this(id, name, revision, deleted, allowlist, Denials.NONE, secrets, List.of());
    }
}
