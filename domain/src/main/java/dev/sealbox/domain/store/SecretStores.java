package dev.sealbox.domain.store;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Plaintext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: an organisation's secret stores; what {@code origin.organization()} does not own is refused as not found.
 * Thread-safe. A stage fails with an exception when the journal or the key database is out of reach; then nothing has
 * been acknowledged, and a repeat is safe.
 */
public interface SecretStores {

    CompletionStage<Outcome<StoreSummary>> create(Origin origin, StoreName name, List<HostPattern> allowlist);

    /** As {@link #create(Origin, StoreName, List)}, under an id that was drawn before: repeating it makes no second one. */
    CompletionStage<Outcome<StoreSummary>> create(Origin origin, StoreId id, NewStore store);

    /** Ordered by name. */
    CompletionStage<List<StoreSummary>> list(Origin origin);

    /**
     * The first {@code limit} stores whose name comes behind {@code after}, or the first of all. A store whose creation
     * was acknowledged is on the page where its name belongs; only the page's stores are read.
     */
    CompletionStage<StorePage> page(Origin origin, Optional<StoreName> after, int limit);

    CompletionStage<Outcome<StoreSummary>> read(Origin origin, StoreId store);

    /** Changes what is given and keeps the rest. Complete when running sandboxes have the new allowlist. */
    CompletionStage<Outcome<StoreUpdated>> update(
            Origin origin, StoreId store, Optional<StoreName> name, Optional<List<HostPattern>> allowlist);

    /** Changes where plain TCP is passed through. Complete when running sandboxes have it, or after 15 s. */
    CompletionStage<Outcome<StoreUpdated>> passTcp(Origin origin, StoreId store, List<TcpTarget> targets);

    /** Changes what the store denies; what is not given stays. Complete when running sandboxes have it. */
    CompletionStage<Outcome<StoreUpdated>> changeDenials(
            Origin origin, StoreId store, Optional<List<HostPattern>> hosts, Optional<UnusableTokens> unusableTokens);

    /** Deletes the store and its secrets; sandboxes that run with it keep what they have. */
    CompletionStage<Outcome<Unit>> delete(Origin origin, StoreId store);

    /**
     * Deletes the store and takes its secrets from the sandboxes that run with it; its allowlist goes on restricting them.
     * Complete when they have heard of it, or after 15 s.
     */
    CompletionStage<Outcome<Refreshed>> revoke(Origin origin, StoreId store);

    /** Ordered by name. */
    CompletionStage<Outcome<List<SecretSummary>>> secrets(Origin origin, StoreId store);

    /**
     * Sets a secret's value and hosts, as a new version. The value is encrypted and {@code value} closed before the stage
     * completes. Complete when running sandboxes have it, or after 15 s.
     *
     * @param cas the version that must be current, 0 for none; empty for whichever is
     */
    CompletionStage<Outcome<SecretChanged>> set(
            Origin origin,
            StoreId store,
            SecretName name,
            Plaintext value,
            List<HostPattern> hosts,
            Optional<Integer> cas);

    /** As {@link #set}, whichever version is current. */
    default CompletionStage<Outcome<SecretChanged>> set(
            Origin origin, StoreId store, SecretName name, Plaintext value, List<HostPattern> hosts) {
        return set(origin, store, name, value, hosts, Optional.empty());
    }

    /** Complete when running sandboxes no longer use it, or after 15 s. */
    CompletionStage<Outcome<Refreshed>> deleteSecret(Origin origin, StoreId store, SecretName name);
}
