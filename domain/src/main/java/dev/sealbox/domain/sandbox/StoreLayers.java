package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.store.Offer;
import dev.sealbox.domain.store.StoreView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where a fork layers stores (SEMANTICS 7): secrets merge and the last layer wins a name with its value and its hosts;
 * allowlists add up, and an empty one adds nothing; denials add up, and win.
 */
public final class StoreLayers {

    /** The deepest stack of stores (SEMANTICS 7.7). */
    public static final int MAX = 16;

    private StoreLayers() {}

    /**
     * The names of a fork's stores, in order. A name that occurs twice keeps its first place, but the one that the
     * request names moves to the last, so that it wins.
     *
     * @throws InvalidValue beyond {@link #MAX} layers
     */
    public static List<StoreName> names(List<StoreName> inherited, Optional<StoreName> requested) {
        var names = new LinkedHashSet<>(inherited);
        requested.ifPresent(name -> {
            names.remove(name);
            names.add(name);
        });
        if (names.size() > MAX) {
            throw new InvalidValue("a sandbox has at most " + MAX + " secret stores layered");
        }
        return List.copyOf(names);
    }

    /** Every name that a layer has, also one whose secret cannot be used now. */
    public static Set<SecretName> secrets(List<StoreView> layers) {
        return layers.stream()
                .flatMap(layer -> layer.secrets().keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * The secrets that can be used, the last layer's winning each name. A layer wins a name also with a secret that
     * cannot be used now: then nobody's value is used, rather than another layer's.
     */
    public static Map<SecretName, Grant> grants(List<StoreView> layers) {
        var winners = new LinkedHashMap<SecretName, Optional<Grant>>();
        for (var layer : layers) {
            layer.secrets().forEach((name, offer) -> winners.put(name, grant(layer, offer)));
        }
        var grants = new LinkedHashMap<SecretName, Grant>();
        winners.forEach((name, winner) -> winner.ifPresent(grant -> grants.put(name, grant)));
        return grants;
    }

    private static Optional<Grant> grant(StoreView layer, Offer offer) {
        return offer.value()
                .map(value -> new Grant(
                        layer.id(),
                        offer.version(),
                        value,
                        offer.hosts(),
                        offer.locations(),
                        offer.rules(),
                        layer.deleted()));
    }

    /**
     * The union of the layers' allowlists.
     *
     * @param lost whether a layer's store is gone
     * @param remembered the list that was enforced when all layers were there; it stands in for the lost layers'
     *     restriction, so that deleting a store never opens a sandbox to every host
     */
    public static List<HostPattern> allowlist(List<StoreView> layers, boolean lost, List<HostPattern> remembered) {
        var union = new ArrayList<HostPattern>();
        layers.forEach(layer -> union.addAll(layer.allowlist()));
        return union.isEmpty() && lost ? remembered : union.stream().distinct().toList();
    }

    /** The union of the targets of plain TCP. A store that is gone adds none: this list permits and never restricts. */
    public static List<TcpTarget> tcp(List<StoreView> layers) {
        return layers.stream()
                .flatMap(layer -> layer.egressTcp().stream())
                .distinct()
                .toList();
    }

    /** What any of the layers denies. */
    public static Denials denials(List<StoreView> layers) {
        return layers.stream().map(StoreView::denials).reduce(Denials.NONE, Denials::and);
    }

    /** What the layers say now. Tokens of names that no layer has, or that cannot be used now, stay known. */
    public static EgressPolicy policy(
            SandboxId sandbox,
            OrganizationId organization,
            long revision,
            List<StoreView> layers,
            List<HostPattern> allowlist,
            Map<SealedToken, SecretName> tokens) {
        return new EgressPolicy(sandbox, organization, revision, allowlist, grants(layers), tokens)
                .denying(denials(layers))
                .passing(tcp(layers));
    }
}
