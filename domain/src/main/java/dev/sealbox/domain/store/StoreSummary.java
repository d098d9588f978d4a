package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import java.time.Instant;
import java.util.List;

/**
 * A store without its secrets, for people.
 *
 * @param maxVersions how many versions of each secret it keeps
 * @param egressTcp where plain TCP is passed through
 */
public record StoreSummary(
        StoreId id,
        OrganizationId organization,
        StoreName name,
        List<HostPattern> allowlist,
        Denials denials,
        Instant createdAt,
        Instant updatedAt,
        int maxVersions,
        List<TcpTarget> egressTcp) {}
