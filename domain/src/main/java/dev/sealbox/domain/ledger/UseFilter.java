package dev.sealbox.domain.ledger;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import java.time.Instant;
import java.util.Optional;

/**
 * Which records are asked for: those that meet every condition.
 *
 * @param host a host, or {@code *.example.com} for those below one
 * @param from the first moment
 * @param until the first moment after
 */
public record UseFilter(
        Optional<SandboxId> sandbox,
        Optional<SecretName> secret,
        Optional<HostPattern> host,
        Optional<Ruling> ruling,
        Optional<Instant> from,
        Optional<Instant> until) {

    public static final UseFilter ALL = new UseFilter(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Checks the parts.
     *
     * @throws InvalidValue when the time ends before it begins
     */
    public UseFilter {
        from.ifPresent(first -> until.filter(last -> !first.isBefore(last)).ifPresent(last -> {
            throw new InvalidValue("from must lie before until");
        }));
    }
}
