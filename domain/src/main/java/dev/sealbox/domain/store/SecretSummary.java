package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * All that is ever told of a secret: never its value.
 *
 * @param version the current one
 * @param enabled whether sandboxes may use the secret, as far as the current version lets them
 */
public record SecretSummary(
        UUID entry,
        StoreId store,
        SecretName name,
        int version,
        SecretVersion.State versionState,
        boolean enabled,
        List<HostPattern> hosts,
        Locations locations,
        List<UseRule> rules,
        Instant createdAt,
        Instant updatedAt) {
    public static SecretSummary of(StoreId store, SecretName name, Secret secret) {
        return new SecretSummary(
                secret.entry(),
                store,
                name,
                secret.version(),
                secret.current().state(),
                secret.enabled(),
                secret.hosts(),
                secret.locations(),
                secret.rules(),
                secret.createdAt(),
                secret.updatedAt());
    }
}
