package dev.sealbox.domain.ledger;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.domain.egress.UseRequest;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.egress.UseRules;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody thinks of making the policy: put to recorded uses, it says which of them it would have forbidden.
 *
 * @param allowlist the only hosts that may be reached; empty means every one, as on a store
 * @param denylist hosts that may not be reached, whatever the allowlist says
 * @param hosts where each secret may be used; one that is not named may be used wherever the allowlist lets it
 * @param rules in which requests each secret may be used
 */
public record CandidatePolicy(
        List<HostPattern> allowlist,
        List<HostPattern> denylist,
        Map<SecretName, List<HostPattern>> hosts,
        Map<SecretName, List<UseRule>> rules) {
    /** The allowlist does not permit the host. */
    public static final Obstacle HOST_NOT_ALLOWED = new Obstacle("egress.host-not-allowed");

    /** The denylist forbids the host. */
    public static final Obstacle HOST_DENIED = new Obstacle("egress.host-denied");

    /** Where secrets are used: over TLS. */
    private static final int PORT = 443;

    public CandidatePolicy {
        allowlist = List.copyOf(allowlist);
        denylist = List.copyOf(denylist);
        hosts = Map.copyOf(hosts);
        rules = Map.copyOf(rules);
    }

    /** Whether it says nothing at all. */
    public boolean isEmpty() {
        return allowlist.isEmpty() && denylist.isEmpty() && hosts.isEmpty() && rules.isEmpty();
    }

    /** What it has against a use of {@code secret} as it was recorded; an unreadable host is not allowed. */
    public Optional<Obstacle> against(SecretName secret, Asked asked) {
        try {
            return against(secret, HostName.parse(asked.host()), asked);
        } catch (InvalidValue e) {
            return Optional.of(HOST_NOT_ALLOWED);
        }
    }

    private Optional<Obstacle> against(SecretName secret, HostName host, Asked asked) {
        if (HostPattern.anyMatches(denylist, host)) {
            return Optional.of(HOST_DENIED);
        }
        if (!allowlist.isEmpty() && !HostPattern.anyMatches(allowlist, host)) {
            return Optional.of(HOST_NOT_ALLOWED);
        }
        var patterns = hosts.getOrDefault(secret, List.of());
        if (!patterns.isEmpty() && !HostPattern.anyMatches(patterns, host)) {
            return Optional.of(Obstacle.HOST);
        }
        // Whether a field disguised the request was not recorded.
        var request = new UseRequest(host, PORT, asked.method(), asked.path(), false);
        return new UseRules(rules.getOrDefault(secret, List.of())).obstacle(request);
    }
}
