package dev.sealbox.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a sandbox may go, and with which secret.
 *
 * @param secretStore the store layered last, if there is one
 * @param baseSecretStore the one below it
 * @param perSecretAllowedHosts secrets that go wherever the sandbox may go are left out
 * @param egressTcp {@code host:port} to which plain TCP is passed through; empty from servers that know none
 */
public record AllowedHosts(
        String sandboxID,
        @Nullable String secretStore,
        @Nullable String baseSecretStore,
        List<String> egressAllowlist,
        Map<String, List<String>> perSecretAllowedHosts,
        List<String> egressTcp) {
    public AllowedHosts {
        egressTcp = egressTcp == null ? List.of() : List.copyOf(egressTcp);
    }
}
