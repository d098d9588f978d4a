package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.store.SecretVersion;
import java.util.List;
import java.util.Optional;

/**
 * Why a name means in a sandbox what it means.
 *
 * @param layer the winning store's place, from 0
 * @param version the one that is used, or would be
 * @param hosts where it may be revealed; empty means wherever the sandbox may go
 * @param ownTokens how many tokens of the sandbox's own stand for it: one, or none when a plain variable has the name
 * @param inheritedTokens how many of its ancestors' do
 * @param given the version, with who set it and by which request; empty when its store is gone
 */
public record Explanation(
        SecretName name,
        int layer,
        StoreLayer store,
        Standing standing,
        int version,
        List<HostPattern> hosts,
        int ownTokens,
        int inheritedTokens,
        Optional<SecretVersion> given) {
    public Explanation {
        hosts = List.copyOf(hosts);
    }

    /** Whether it can be used. */
    public enum Standing {
        GRANTED,
        /** It or its version is disabled, or that version is destroyed. */
        UNUSABLE,
        /** Its store was deleted; the sandbox still has what it offered last. */
        ORPHANED,
        /** All secrets of the sandbox were taken away. */
        REVOKED
    }
}
