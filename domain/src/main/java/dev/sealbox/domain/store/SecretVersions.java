package dev.sealbox.domain.store;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: single secrets and the versions that are kept of them. Ownership, failures and threads as in
 * {@link SecretStores}; a change is complete when running sandboxes have it, or after 15 s.
 */
public interface SecretVersions {

    CompletionStage<Outcome<SecretSummary>> read(Origin origin, StoreId store, SecretName name);

    /** Newest first. */
    CompletionStage<Outcome<List<VersionSummary>>> list(Origin origin, StoreId store, SecretName name);

    /**
     * Makes the value and the hosts of a kept version current again, as a new version.
     *
     * @param cas the version that must be current; empty for whichever is
     */
    CompletionStage<Outcome<SecretChanged>> rollBack(
            Origin origin, StoreId store, SecretName name, int version, Optional<Integer> cas);

    /** Changes where the current version may be revealed. {@code cas} as in {@link #rollBack}. */
    CompletionStage<Outcome<SecretChanged>> changeHosts(
            Origin origin, StoreId store, SecretName name, List<HostPattern> hosts, Optional<Integer> cas);

    /** Changes in which parts of requests a secret may be revealed, whichever version is current. */
    CompletionStage<Outcome<SecretChanged>> changeLocations(
            Origin origin, StoreId store, SecretName name, Locations locations);

    /** Changes in which requests a secret may be revealed, whichever version is current. */
    CompletionStage<Outcome<SecretChanged>> changeRules(
            Origin origin, StoreId store, SecretName name, List<UseRule> rules);

    /** Lets sandboxes use a secret, or takes it from them without losing it; repeating it is harmless. */
    CompletionStage<Outcome<SecretChanged>> switchSecret(
            Origin origin, StoreId store, SecretName name, boolean enabled);

    /** As {@link #switchSecret}, for one version. */
    CompletionStage<Outcome<SecretChanged>> switchVersion(
            Origin origin, StoreId store, SecretName name, int version, boolean enabled);

    /** Gives a version up for ever: its data key is destroyed when the stage completes. Repeating it is harmless. */
    CompletionStage<Outcome<SecretChanged>> destroy(Origin origin, StoreId store, SecretName name, int version);

    /** How many versions of each secret the store keeps from now on; what is beyond is destroyed. */
    CompletionStage<Outcome<StoreSummary>> limit(Origin origin, StoreId store, VersionLimit limit);
}
