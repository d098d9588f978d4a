package dev.sealbox.persistence.entity;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.sandbox.StoreLayers;
import dev.sealbox.domain.store.StoreView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a sandbox knows of its stores: the newest view of each, empty for one that was gone when it was asked for.
 *
 * @param views complete, or empty when the stores have not been asked yet
 */
record Layers(Map<StoreId, Optional<StoreView>> views) {
    static final Layers UNKNOWN = new Layers(Map.of());

    /** Outweighs any number of changes, so that a policy without a lost store is newer than any with it. */
    private static final long LOST = 1L << 40;

    /** Outweighs every lost store, so that a policy without any secret is newer than all with some. */
    private static final long REVOKED = 1L << 50;

    boolean completeFor(Sandbox sandbox) {
        return sandbox.stack().stores().stream().map(StoreLayer::store).allMatch(views::containsKey);
    }

    /** Takes views over; those that are not newer than the present ones change nothing. */
    Layers with(Map<StoreId, Optional<StoreView>> others) {
        var after = new LinkedHashMap<>(views);
        others.forEach((store, view) -> after.merge(store, view, Layers::newer));
        return new Layers(after);
    }

    Layers with(StoreView view) {
        return with(Map.of(view.id(), Optional.of(view)));
    }

    /** A store that disappears while the sandbox runs goes on being what it was last (SEMANTICS 8.6). */
    private static Optional<StoreView> newer(Optional<StoreView> known, Optional<StoreView> other) {
        if (known.isEmpty() || other.isEmpty()) {
            return known.or(() -> other);
        }
        return known.get().revision() >= other.get().revision() ? known : other;
    }

    /** The names of all secrets that the stores have now. */
    Set<SecretName> names() {
        return views.values().stream()
                .flatMap(Optional::stream)
                .flatMap(view -> view.secrets().keySet().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * What the layers allow. The revision is the sum of the stores' revisions: it needs no clock and no record of its
     * own, grows with every change, and is the same for the same views wherever it is computed.
     */
    EgressPolicy policy(SandboxId id, Sandbox sandbox) {
        var stack = sandbox.stack();
        var known = stack.stores().stream()
                .map(layer -> views.getOrDefault(layer.store(), Optional.empty()))
                .toList();
        var present = known.stream().flatMap(Optional::stream).toList();
        var lost = stack.lost() || present.size() < known.size();
        var revision = known.stream()
                .mapToLong(view -> view.map(StoreView::revision).orElse(LOST))
                .sum();
        var revoked = sandbox.branch().revoked();
        var policy = StoreLayers.policy(
                        id,
                        sandbox.organization(),
                        1 + revision + (revoked ? REVOKED : 0),
                        present,
                        StoreLayers.allowlist(present, lost, stack.remembered()),
                        sandbox.tokens().all())
                .descendedFrom(sandbox.blueprint().fileLayers());
        return revoked ? policy.without(policy.grants().keySet()) : policy;
    }
}
