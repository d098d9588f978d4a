package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** All that is ever told of a secret: never its value. */
public record SecretSummary(
        UUID entry,
        StoreId store,
        SecretName name,
        int version,
        List<HostPattern> hosts,
        Instant createdAt,
        Instant updatedAt) {}
