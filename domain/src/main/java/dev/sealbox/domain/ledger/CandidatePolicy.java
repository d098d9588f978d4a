package dev.sealbox.domain.ledger;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SecretName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody thinks of making the policy: put to recorded uses, it says which of them it would have forbidden.
 *
 * @param allowlist the only hosts that may be reached; empty means every one, as on a store
 * @param hosts where each secret may be used; one that is not named may be used wherever the allowlist lets it
 */
public record CandidatePolicy(List<HostPattern> allowlist, Map<SecretName, List<HostPattern>> hosts) {
    public CandidatePolicy {
        allowlist = List.copyOf(allowlist);
        hosts = Map.copyOf(hosts);
    }

    /** Why a use would be forbidden. */
    public enum Objection {
        /** The allowlist does not permit the host. */
        HOST_NOT_ALLOWED("egress.host-not-allowed"),
        /** The host may be reached, and the secret may not be used there. */
        SECRET_NOT_FOR_HOST("secret.not-for-host");

        private final String code;

        Objection(String code) {
            this.code = code;
        }

        /** Stable, part of the API. */
        public String code() {
            return code;
        }
    }

    /** What it has against a use of {@code secret} on a host as it was recorded; an unreadable host is not allowed. */
    public Optional<Objection> against(SecretName secret, String host) {
        HostName name;
        try {
            name = HostName.parse(host);
        } catch (InvalidValue e) {
            return Optional.of(Objection.HOST_NOT_ALLOWED);
        }
        if (!allowlist.isEmpty() && !HostPattern.anyMatches(allowlist, name)) {
            return Optional.of(Objection.HOST_NOT_ALLOWED);
        }
        var patterns = hosts.getOrDefault(secret, List.of());
        return patterns.isEmpty() || HostPattern.anyMatches(patterns, name)
                ? Optional.empty()
                : Optional.of(Objection.SECRET_NOT_FOR_HOST);
    }
}
