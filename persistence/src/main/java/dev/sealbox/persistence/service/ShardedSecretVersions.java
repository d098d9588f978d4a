package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.domain.sealing.Vault;
import dev.sealbox.domain.store.Secret;
import dev.sealbox.domain.store.SecretChanged;
import dev.sealbox.domain.store.SecretSummary;
import dev.sealbox.domain.store.SecretVersions;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.domain.store.VersionLimit;
import dev.sealbox.domain.store.VersionSummary;
import dev.sealbox.persistence.entity.Entities;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Secrets and their versions as their people see them, put together from the vault and the stores' entities. */
public final class ShardedSecretVersions implements SecretVersions {
    private final OwnedStores stores;
    private final Vault vault;
    private final ServiceSettings settings;

    public ShardedSecretVersions(Entities entities, Vault vault, ServiceSettings settings) {
        this.stores = new OwnedStores(entities, settings);
        this.vault = vault;
        this.settings = settings;
    }

    @Override
    public CompletionStage<Outcome<SecretSummary>> read(Origin origin, StoreId store, SecretName name) {
        return secret(origin, store, name)
                .thenApply(outcome -> outcome.map(secret -> SecretSummary.of(store, name, secret)));
    }

    @Override
    public CompletionStage<Outcome<List<VersionSummary>>> list(Origin origin, StoreId store, SecretName name) {
        return secret(origin, store, name).thenApply(outcome -> outcome.map(VersionSummary::of));
    }

    private CompletionStage<Outcome<Secret>> secret(Origin origin, StoreId store, SecretName name) {
        return stores.visible(origin, store)
                .thenCompose(outcome -> outcome.then(known ->
                        Futures.now(Optional.ofNullable(known.store().secrets().get(name))
                                .map(Outcome::done)
                                .orElseGet(() -> Outcome.refused(new StoreRefusal.NoSuchSecret(name))))));
    }

    /** See {@link dev.sealbox.domain.store.SecretStores#set}. */
    CompletionStage<Outcome<SecretChanged>> set(
            Origin origin,
            StoreId store,
            SecretName name,
            Plaintext value,
            List<HostPattern> hosts,
            Optional<Integer> cas) {
        return stores.visible(origin, store)
                .thenCompose(outcome -> outcome.then(known -> vault.seal(origin.organization(), store, name, value)
                        .whenComplete((encrypted, failure) -> value.close())
                        .thenCompose(encrypted -> keep(
                                origin,
                                store,
                                name,
                                encrypted,
                                new StoreCommand.SetSecret(
                                        name, encrypted, hosts, UUID.randomUUID(), cas, settings.maxVersions())))))
                .whenComplete((done, failure) -> value.close());
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> rollBack(
            Origin origin, StoreId store, SecretName name, int version, Optional<Integer> cas) {
        return secret(origin, store, name)
                .thenCompose(outcome -> outcome.then(secret -> Futures.now(restorable(name, secret, version))))
                .thenCompose(outcome -> outcome.then(value -> vault.reseal(
                                new SealContext(origin.organization(), store, name, value.key()), value)
                        .thenCompose(resealed -> resealed.map(encrypted -> keep(
                                        origin,
                                        store,
                                        name,
                                        encrypted,
                                        new StoreCommand.RollBackSecret(
                                                name, version, encrypted, cas, settings.maxVersions())))
                                // Destroyed since it was looked up.
                                .orElseGet(() -> Futures.now(
                                        Outcome.refused(new StoreRefusal.VersionDestroyed(name, version)))))));
    }

    private static Outcome<Encrypted> restorable(SecretName name, Secret secret, int number) {
        var version = secret.version(number);
        if (version.isEmpty()) {
            return Outcome.refused(new StoreRefusal.NoSuchVersion(name, number));
        }
        return version.get()
                .refusal(name)
                .<Outcome<Encrypted>>map(Outcome::refused)
                .orElseGet(() -> Outcome.done(version.get().value().orElseThrow()));
    }

    /** Gives a value to the store; one that the store does not take leaves no data key behind. */
    private CompletionStage<Outcome<SecretChanged>> keep(
            Origin origin, StoreId store, SecretName name, Encrypted value, StoreCommand command) {
        return changed(origin, store, name, command)
                .thenCompose(outcome -> outcome instanceof Outcome.Refused
                        ? vault.destroy(Set.of(value.key())).thenApply(gone -> outcome)
                        : Futures.now(outcome));
    }

    private CompletionStage<Outcome<SecretChanged>> changed(
            Origin origin, StoreId store, SecretName name, StoreCommand command) {
        return stores.execute(origin, store, command)
                .thenApply(outcome -> outcome.map(done -> {
                    var secret =
                            Objects.requireNonNull(done.store().secrets().get(name), "a secret that was just changed");
                    var anywhere =
                            secret.hosts().isEmpty() && done.store().allowlist().isEmpty();
                    return new SecretChanged(secret.version(), done.refreshed(), anywhere);
                }));
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> changeHosts(
            Origin origin, StoreId store, SecretName name, List<HostPattern> hosts, Optional<Integer> cas) {
        return changed(origin, store, name, new StoreCommand.ChangeSecretHosts(name, hosts, cas));
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> changeLocations(
            Origin origin, StoreId store, SecretName name, Locations locations) {
        return changed(origin, store, name, new StoreCommand.ChangeSecretLocations(name, locations));
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> changeRules(
            Origin origin, StoreId store, SecretName name, List<UseRule> rules) {
        return changed(origin, store, name, new StoreCommand.ChangeSecretRules(name, rules));
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> switchSecret(
            Origin origin, StoreId store, SecretName name, boolean enabled) {
        return changed(origin, store, name, new StoreCommand.SwitchSecret(name, enabled));
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> switchVersion(
            Origin origin, StoreId store, SecretName name, int version, boolean enabled) {
        return changed(origin, store, name, new StoreCommand.SwitchVersion(name, version, enabled));
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> destroy(Origin origin, StoreId store, SecretName name, int version) {
        return changed(origin, store, name, new StoreCommand.DestroyVersion(name, version));
    }

    @Override
    public CompletionStage<Outcome<StoreSummary>> limit(Origin origin, StoreId store, VersionLimit limit) {
        return stores.execute(origin, store, new StoreCommand.LimitVersions(limit))
                .thenApply(outcome -> outcome.map(done -> stores.summary(store, done.store())));
    }
}
