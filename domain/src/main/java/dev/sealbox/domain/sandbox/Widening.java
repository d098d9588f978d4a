package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.store.StoreView;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * That a fork's own store lets inherited secrets go where they could not go before: secrets without hosts of their own
 * may be used wherever the sandbox may go, and the store adds to that.
 *
 * @param secrets those that are concerned
 * @param hosts where they may be used now; a star alone when everywhere
 */
public record Widening(Set<SecretName> secrets, List<HostPattern> hosts) {
    public Widening {
        secrets = Set.copyOf(secrets);
        hosts = List.copyOf(hosts);
    }

    /**
     * What the layers on top of the inherited ones widen, if anything.
     *
     * @param inherited the layers of before
     * @param all those and the new one
     * @param before the allowlist of the inherited layers
     * @param after the allowlist of all
     */
    public static Optional<Widening> of(
            List<StoreView> inherited, List<StoreView> all, List<HostPattern> before, List<HostPattern> after) {
        var hosts = added(before, after);
        var stores = inherited.stream().map(StoreView::id).collect(Collectors.toSet());
        var secrets = StoreLayers.grants(all).entrySet().stream()
                .filter(entry -> stores.contains(entry.getValue().store())
                        && entry.getValue().hosts().isEmpty())
                .map(java.util.Map.Entry::getKey)
                .collect(Collectors.toSet());
        return hosts.isEmpty() || secrets.isEmpty() ? Optional.empty() : Optional.of(new Widening(secrets, hosts));
    }

    private static List<HostPattern> added(List<HostPattern> before, List<HostPattern> after) {
        if (before.isEmpty()) {
            return List.of();
        }
        return after.isEmpty()
                ? List.of(new HostPattern.Any())
                : after.stream()
                        .filter(pattern -> before.stream().noneMatch(known -> covers(known, pattern)))
                        .toList();
    }

    private static boolean covers(HostPattern known, HostPattern pattern) {
        return known.equals(pattern)
                || switch (known) {
                    case HostPattern.Any any -> true;
                    case HostPattern.Exactly exactly -> false;
                    case HostPattern.Below below ->
                        switch (pattern) {
                            case HostPattern.Any any -> false;
                            case HostPattern.Exactly(var host) -> below.matches(host);
                            case HostPattern.Below(var parent) -> below.matches(parent);
                        };
                };
    }

    /** One sentence for each secret, in the order of their names. */
    public List<String> warnings() {
        var reach = String.join(", ", HostPattern.texts(hosts));
        return secrets.stream()
                .map(SecretName::value)
                .sorted()
                .map(name -> "the secret " + name + " has no hosts of its own and can now also be used with " + reach)
                .toList();
    }
}
