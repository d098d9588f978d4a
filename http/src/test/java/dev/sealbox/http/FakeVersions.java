package dev.sealbox.http;

import static dev.sealbox.domain.Outcome.done;
import static dev.sealbox.domain.Outcome.refused;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretChanged;
import dev.sealbox.domain.store.SecretSummary;
import dev.sealbox.domain.store.SecretVersion.State;
import dev.sealbox.domain.store.SecretVersions;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.domain.store.VersionLimit;
import dev.sealbox.domain.store.VersionSummary;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Versions of the secrets in {@link FakeStores}: version 2 is destroyed, 3 is disabled, 4 and later are not kept. */
final class FakeVersions implements SecretVersions {
    private final FakeStores stores;

    /** What was asked for, one line each. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    FakeVersions(FakeStores stores) {
        this.stores = stores;
    }

    @Override
    public CompletionStage<Outcome<SecretSummary>> read(Origin origin, StoreId store, SecretName name) {
        return now(of(origin, store, name, Outcome::done));
    }

    @Override
    public CompletionStage<Outcome<List<VersionSummary>>> list(Origin origin, StoreId store, SecretName name) {
        return now(of(
                origin,
                store,
                name,
                secret -> done(List.of(
                        new VersionSummary(
                                2,
                                State.DESTROYED,
                                true,
                                Instant.EPOCH,
                                "key-1",
                                "request-1",
                                secret.hosts(),
                                Optional.of(1)),
                        new VersionSummary(
                                1, State.ENABLED, false, Instant.EPOCH, "", "", List.of(), Optional.empty())))));
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> rollBack(
            Origin origin, StoreId store, SecretName name, int version, Optional<Integer> cas) {
        return changed(origin, store, name, "roll back to " + version + cas(cas), version, cas);
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> changeHosts(
            Origin origin, StoreId store, SecretName name, List<HostPattern> hosts, Optional<Integer> cas) {
        return changed(origin, store, name, "hosts " + hosts + cas(cas), 1, cas);
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> changeLocations(
            Origin origin, StoreId store, SecretName name, Locations locations) {
        return changed(origin, store, name, "locations " + locations, 1, Optional.empty());
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> changeRules(
            Origin origin, StoreId store, SecretName name, List<UseRule> rules) {
        return changed(origin, store, name, "rules " + rules, 1, Optional.empty());
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> switchSecret(
            Origin origin, StoreId store, SecretName name, boolean enabled) {
        return changed(origin, store, name, enabled ? "enable" : "disable", 1, Optional.empty());
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> switchVersion(
            Origin origin, StoreId store, SecretName name, int version, boolean enabled) {
        return changed(origin, store, name, (enabled ? "enable " : "disable ") + version, version, Optional.empty());
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> destroy(Origin origin, StoreId store, SecretName name, int version) {
        return changed(origin, store, name, "destroy " + version, version, Optional.empty());
    }

    @Override
    public CompletionStage<Outcome<StoreSummary>> limit(Origin origin, StoreId store, VersionLimit limit) {
        return now(stores.in(origin, store, old -> {
            asked.add("limit " + limit);
            return done(new StoreSummary(
                    old.id(),
                    old.organization(),
                    old.name(),
                    old.allowlist(),
                    old.denials(),
                    old.createdAt(),
                    old.updatedAt(),
                    limit.versions(),
                    old.egressTcp()));
        }));
    }

    private static String cas(Optional<Integer> cas) {
        return cas.map(version -> " if " + version).orElse("");
    }

    private CompletionStage<Outcome<SecretChanged>> changed(
            Origin origin, StoreId store, SecretName name, String what, int version, Optional<Integer> cas) {
        return now(of(origin, store, name, secret -> {
            if (!cas.orElse(secret.version()).equals(secret.version())) {
                return refused(new StoreRefusal.VersionMismatch(name, cas.orElse(0), secret.version()));
            }
            asked.add(what);
            return switch (version) {
                case 1 -> done(new SecretChanged(secret.version() + 1, new Refreshed(2, stores.lagging)));
                case 2 -> refused(new StoreRefusal.VersionDestroyed(name, version));
                case 3 -> refused(new StoreRefusal.VersionDisabled(name, version));
                default -> refused(new StoreRefusal.NoSuchVersion(name, version));
            };
        }));
    }

    private <T> Outcome<T> of(Origin origin, StoreId store, SecretName name, Function<SecretSummary, Outcome<T>> act) {
        return stores.in(
                origin,
                store,
                old -> Optional.ofNullable(stores.secretsOf(store).get(name))
                        .map(act)
                        .orElseGet(() -> refused(new StoreRefusal.NoSuchSecret(name))));
    }

    private static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
