package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.HostPattern;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that is ever told of a version: never its value.
 *
 * @param current whether it is the one that sandboxes use
 * @param createdBy the API key's id; empty when it is not known any more
 */
public record VersionSummary(
        int version,
        SecretVersion.State state,
        boolean current,
        Instant createdAt,
        String createdBy,
        String requestId,
        List<HostPattern> hosts,
        Optional<Integer> restoredFrom) {

    /** Newest first. */
    public static List<VersionSummary> of(Secret secret) {
        return secret.versions().reversed().stream()
                .map(version -> of(version, version.number() == secret.version()))
                .toList();
    }

    private static VersionSummary of(SecretVersion version, boolean current) {
        return new VersionSummary(
                version.number(),
                version.state(),
                current,
                version.createdAt(),
                version.createdBy(),
                version.requestId(),
                version.hosts(),
                version.restoredFrom());
    }
}
