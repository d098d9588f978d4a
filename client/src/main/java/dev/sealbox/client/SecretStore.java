package dev.sealbox.client;

import java.util.List;

/**
 * A secret store without its secrets.
 *
 * @param egressAllowlist the hosts that its sandboxes may reach; empty means every public one
 * @param createdAt RFC 3339
 * @param maxVersions how many versions of each secret are kept
 * @param egressTcp {@code host:port} to which plain TCP is passed through; empty from servers that know none
 */
public record SecretStore(
        String id,
        String orgId,
        String name,
        List<String> egressAllowlist,
        String createdAt,
        String updatedAt,
        int maxVersions,
        List<String> egressTcp) {
    public SecretStore {
        egressTcp = egressTcp == null ? List.of() : List.copyOf(egressTcp);
    }
}
