package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import java.util.List;
import java.util.Map;

/**
 * A sandbox's egress policy for people.
 *
 * @param stores its layers, first to last
 * @param denylist hosts that may not be reached, whatever the allowlist says
 * @param perSecret secrets without hosts of their own are left out
 */
public record AllowedHosts(
        List<StoreName> stores,
        List<HostPattern> allowlist,
        List<HostPattern> denylist,
        Map<SecretName, List<HostPattern>> perSecret,
        List<TcpTarget> egressTcp) {}
