package dev.sealbox.domain.egress;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a store takes away, whatever anything else allows.
 *
 * @param hosts may not be reached; wins over every allowlist, of this store and of others that are layered with it
 */
public record Denials(List<HostPattern> hosts, UnusableTokens unusableTokens) {
    public static final Denials NONE = new Denials(List.of(), UnusableTokens.PASS);

    public Denials {
        hosts = List.copyOf(hosts);
    }

    /** Both: layers can only add to what is taken away. */
    public Denials and(Denials other) {
        var refused = unusableTokens == UnusableTokens.REFUSE || other.unusableTokens == UnusableTokens.REFUSE;
        return new Denials(
                Stream.concat(hosts.stream(), other.hosts.stream()).distinct().toList(),
                refused ? UnusableTokens.REFUSE : UnusableTokens.PASS);
    }
}
