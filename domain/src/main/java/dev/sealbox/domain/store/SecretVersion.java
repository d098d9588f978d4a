package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.Encrypted;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One version of a secret, as long as its store keeps it.
 *
 * @param number 1, 2, … for a name, never used twice, not even after a delete
 * @param value empty once the version is destroyed
 * @param hosts where the value may be revealed; empty means wherever the sandbox may go
 * @param restoredFrom the version whose value a rollback took up again
 * @param createdBy the API key's id; empty for a version that was set before versions were kept
 * @param requestId of the request that made it; empty as {@code createdBy}
 */
public record SecretVersion(
        int number,
        Optional<Encrypted> value,
        boolean enabled,
        List<HostPattern> hosts,
        Optional<Integer> restoredFrom,
        Instant createdAt,
        String createdBy,
        String requestId) {

    /** What can be done with a version; {@code DESTROYED} is final. */
    public enum State {
        ENABLED,
        DISABLED,
        DESTROYED
    }

    public SecretVersion {
        hosts = List.copyOf(hosts);
    }

    static SecretVersion made(
            int number, Encrypted value, List<HostPattern> hosts, Optional<Integer> restoredFrom, Recorded<?> by) {
        return new SecretVersion(
                number,
                Optional.of(value),
                true,
                hosts,
                restoredFrom,
                by.at(),
                by.origin().keyId(),
                by.origin().requestId());
    }

    public State state() {
        return value.isEmpty() ? State.DESTROYED : enabled ? State.ENABLED : State.DISABLED;
    }

    /** Why its value cannot be taken up again; empty when it can. */
    public Optional<StoreRefusal> refusal(SecretName name) {
        return switch (state()) {
            case ENABLED -> Optional.empty();
            case DISABLED -> Optional.of(new StoreRefusal.VersionDisabled(name, number));
            case DESTROYED -> Optional.of(new StoreRefusal.VersionDestroyed(name, number));
        };
    }

    SecretVersion destroyed() {
        return with(Optional.empty(), enabled, hosts);
    }

    SecretVersion switched(boolean on) {
        return with(value, on, hosts);
    }

    SecretVersion at(List<HostPattern> others) {
        return with(value, enabled, others);
    }

    private SecretVersion with(Optional<Encrypted> kept, boolean on, List<HostPattern> where) {
        return new SecretVersion(number, kept, on, where, restoredFrom, createdAt, createdBy, requestId);
    }
}
