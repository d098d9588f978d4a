package dev.sealbox.domain.audit;

import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.sandbox.StoreLayers;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.store.Offer;
import dev.sealbox.domain.store.StoreView;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A sandbox as it was at one moment, with all that decides whether it could use one secret.
 *
 * @param layeredBy the number of its event that gave it its stores
 * @param layers its stores, first to last
 * @param lost whether an inherited layer's store was gone when it was created
 * @param remembered the allowlist that stands in for lost layers
 * @param token how the secret's name can be used inside; empty when no token stands for it
 * @param lineage what it was forked from, newest first
 */
public record Candidate(
        SandboxId sandbox,
        OrganizationId organization,
        Life life,
        long layeredBy,
        List<Layer> layers,
        boolean lost,
        List<HostPattern> remembered,
        Optional<TokenKind> token,
        List<Ancestor> lineage) {

    /**
     * When it came to be, and through whom.
     *
     * @param createdBy the API key's id
     * @param stopping whether its end was asked for by then
     */
    public record Life(Instant createdAt, String createdBy, Instant startedAt, boolean stopping) {}

    /** Whether a token stands in the environment, or only in files made before a checkpoint. */
    public enum TokenKind {
        OWN,
        INHERITED
    }

    /** A store of the stack, and what the sandbox knew of it; empty when there was no trace of the store. */
    public record Layer(StoreLayer layer, Optional<Known> known) {}

    /** Whether the store was there by then; of one that was not, sandboxes that stand on it keep what they had. */
    public enum Presence {
        PRESENT,
        DELETED
    }

    /**
     * What a sandbox knew of a store.
     *
     * @param secret the secret that is asked about, if the store offered it
     */
    public record Known(
            Presence presence, List<HostPattern> allowlist, List<HostPattern> denylist, Optional<Given> secret) {}

    /**
     * A secret as a store offered it.
     *
     * @param usable false while it or its current version is disabled, or that version is destroyed
     * @param sequence the store's event that made it so
     */
    public record Given(int version, List<HostPattern> hosts, boolean usable, long sequence, Instant at) {}

    /** A checkpoint that the sandbox stands on, and the sandbox that it was taken of. */
    public record Ancestor(CheckpointId checkpoint, Optional<String> name, Optional<SandboxId> sandbox) {}

    /** Whether a request of this sandbox to {@code host} could have carried the secret; by the rules of production. */
    public Optional<Finding> judge(SecretName name, HostName host) {
        var policy = policy(name);
        return Optional.ofNullable(policy.grants().get(name))
                .filter(grant -> policy.mayUse(name, host) && policy.tokens().containsValue(name))
                .map(grant -> new Finding(this, place(grant.store()), policy.allowlist()));
    }

    private EgressPolicy policy(SecretName name) {
        var views = layers.stream().flatMap(layer -> view(layer, name).stream()).toList();
        var allowlist = StoreLayers.allowlist(views, lost || views.size() < layers.size(), remembered);
        var tokens = new LinkedHashMap<SealedToken, SecretName>();
        token.ifPresent(kind -> tokens.put(STAND_IN, name));
        return StoreLayers.policy(sandbox, organization, 0, views, allowlist, tokens);
    }

    private static Optional<StoreView> view(Layer layer, SecretName name) {
        return layer.known()
                .map(known -> new StoreView(
                        layer.layer().store(),
                        layer.layer().name(),
                        0,
                        known.presence() == Presence.DELETED,
                        known.allowlist(),
                        new Denials(known.denylist(), UnusableTokens.PASS),
                        known.secret().map(given -> Map.of(name, offer(given))).orElse(Map.of()),
                        List.of()));
    }

    private static Offer offer(Given given) {
        return new Offer(
                given.version(),
                given.usable() ? Optional.of(NO_VALUE) : Optional.empty(),
                given.hosts(),
                Locations.ALL);
    }

    private int place(StoreId store) {
        return layers.stream().map(layer -> layer.layer().store()).toList().indexOf(store);
    }

    // Values and tokens are not known here and not needed: the rules ask only whether there is one.
    private static final Encrypted NO_VALUE = new Encrypted(new KeyId(new UUID(0, 0)), "");
    private static final SealedToken STAND_IN = new SealedToken(SealedToken.PREFIX + "0".repeat(32));
}
