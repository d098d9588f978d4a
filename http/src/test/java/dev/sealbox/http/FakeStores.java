package dev.sealbox.http;

import static dev.sealbox.domain.Outcome.done;
import static dev.sealbox.domain.Outcome.refused;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.OrganizationRefusal;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.NewStore;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretChanged;
import dev.sealbox.domain.store.SecretStores;
import dev.sealbox.domain.store.SecretSummary;
import dev.sealbox.domain.store.SecretVersion;
import dev.sealbox.domain.store.StorePage;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.domain.store.StoreUpdated;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Secret stores in memory; keeps the length of a value, never the value. */
final class FakeStores implements SecretStores {
    private final Map<StoreId, StoreSummary> stores = new LinkedHashMap<>();
    private final Map<StoreId, Map<SecretName, SecretSummary>> secrets = new ConcurrentHashMap<>();
    final List<Plaintext> received = new CopyOnWriteArrayList<>();
    final List<Origin> origins = new CopyOnWriteArrayList<>();
    volatile List<SandboxId> lagging = List.of();

    /** Under which ids stores were to be created. */
    final List<StoreId> ids = new CopyOnWriteArrayList<>();

    /** How many creates fail from now on. */
    final AtomicInteger unavailable = new AtomicInteger();

    /** Whether a read is never answered. */
    volatile boolean silent;

    volatile Optional<RuntimeException> failure = Optional.empty();

    /** How many changes have been made, to see that a refused request made none. */
    final AtomicInteger changes = new AtomicInteger();

    @Override
    public CompletionStage<Outcome<StoreSummary>> create(Origin origin, StoreName name, List<HostPattern> allowlist) {
        return create(origin, new StoreId(UUID.randomUUID()), NewStore.of(name, allowlist));
    }

    @Override
    public synchronized CompletionStage<Outcome<StoreSummary>> create(Origin origin, StoreId id, NewStore wanted) {
        ids.add(id);
        if (unavailable.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return CompletableFuture.failedFuture(new UncheckedIOException(new IOException("no journal")));
        }
        if (stores.values().stream().anyMatch(store -> store.name().equals(wanted.name()))) {
            return now(refused(new OrganizationRefusal.NameTaken(wanted.name())));
        }
        changes.incrementAndGet();
        var store = new StoreSummary(
                id,
                origin.organization(),
                wanted.name(),
                wanted.allowlist(),
                wanted.denials(),
                Instant.now(),
                Instant.now(),
                10,
                wanted.egressTcp());
        stores.put(id, store);
        secrets.put(id, new TreeMap<>());
        return now(done(store));
    }

    @Override
    public synchronized CompletionStage<List<StoreSummary>> list(Origin origin) {
        return now(stores.values().stream()
                .filter(store -> store.organization().equals(origin.organization()))
                .sorted(Comparator.comparing(store -> store.name().value()))
                .toList());
    }

    @Override
    public CompletionStage<StorePage> page(Origin origin, Optional<StoreName> after, int limit) {
        return list(origin).thenApply(all -> {
            var behind = all.stream()
                    .filter(store -> after.isEmpty()
                            || store.name().value().compareTo(after.get().value()) > 0)
                    .toList();
            var page = behind.subList(0, Math.min(limit, behind.size()));
            return new StorePage(
                    page,
                    page.size() < behind.size() ? Optional.of(page.getLast().name()) : Optional.empty());
        });
    }

    @Override
    public CompletionStage<Outcome<StoreSummary>> read(Origin origin, StoreId store) {
        var known = in(origin, store, Outcome::done);
        return silent ? new CompletableFuture<>() : now(known);
    }

    @Override
    public CompletionStage<Outcome<StoreUpdated>> update(
            Origin origin, StoreId store, Optional<StoreName> name, Optional<List<HostPattern>> allowlist) {
        return now(in(origin, store, old -> {
            changes.incrementAndGet();
            var updated = new StoreSummary(
                    store,
                    old.organization(),
                    name.orElse(old.name()),
                    allowlist.orElse(old.allowlist()),
                    old.denials(),
                    old.createdAt(),
                    Instant.now(),
                    old.maxVersions(),
                    old.egressTcp());
            stores.put(store, updated);
            return done(new StoreUpdated(updated, new Refreshed(2, lagging)));
        }));
    }

    @Override
    public CompletionStage<Outcome<StoreUpdated>> changeDenials(
            Origin origin, StoreId store, Optional<List<HostPattern>> hosts, Optional<UnusableTokens> unusableTokens) {
        return now(in(origin, store, old -> {
            changes.incrementAndGet();
            var updated = new StoreSummary(
                    store,
                    old.organization(),
                    old.name(),
                    old.allowlist(),
                    new Denials(
                            hosts.orElse(old.denials().hosts()),
                            unusableTokens.orElse(old.denials().unusableTokens())),
                    old.createdAt(),
                    Instant.now(),
                    old.maxVersions(),
                    old.egressTcp());
            stores.put(store, updated);
            return done(new StoreUpdated(updated, new Refreshed(2, lagging)));
        }));
    }

    @Override
    public CompletionStage<Outcome<StoreUpdated>> passTcp(Origin origin, StoreId store, List<TcpTarget> targets) {
        return now(in(origin, store, old -> {
            changes.incrementAndGet();
            var updated = new StoreSummary(
                    store,
                    old.organization(),
                    old.name(),
                    old.allowlist(),
                    old.denials(),
                    old.createdAt(),
                    Instant.now(),
                    old.maxVersions(),
                    targets);
            stores.put(store, updated);
            return done(new StoreUpdated(updated, new Refreshed(2, lagging)));
        }));
    }

    @Override
    public CompletionStage<Outcome<Unit>> delete(Origin origin, StoreId store) {
        return now(in(origin, store, old -> {
            changes.incrementAndGet();
            stores.remove(store);
            return done(Unit.DONE);
        }));
    }

    @Override
    public CompletionStage<Outcome<Refreshed>> revoke(Origin origin, StoreId store) {
        return now(in(origin, store, old -> {
            changes.incrementAndGet();
            stores.remove(store);
            return done(new Refreshed(2, lagging));
        }));
    }

    @Override
    public CompletionStage<Outcome<List<SecretSummary>>> secrets(Origin origin, StoreId store) {
        return now(in(origin, store, old -> done(List.copyOf(secretsOf(store).values()))));
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> set(
            Origin origin,
            StoreId store,
            SecretName name,
            Plaintext value,
            List<HostPattern> hosts,
            Optional<Integer> cas) {
        received.add(value);
        return now(in(origin, store, old -> {
            var current = Optional.ofNullable(secretsOf(store).get(name))
                    .map(SecretSummary::version)
                    .orElse(0);
            if (!cas.orElse(current).equals(current)) {
                return refused(new StoreRefusal.VersionMismatch(name, cas.orElse(current), current));
            }
            changes.incrementAndGet();
            secretsOf(store)
                    .put(
                            name,
                            new SecretSummary(
                                    UUID.randomUUID(),
                                    store,
                                    name,
                                    current + 1,
                                    SecretVersion.State.ENABLED,
                                    true,
                                    hosts,
                                    Locations.ALL,
                                    List.of(),
                                    Instant.now(),
                                    Instant.now()));
            var anywhere = hosts.isEmpty() && old.allowlist().isEmpty();
            return done(new SecretChanged(current + 1, new Refreshed(2, lagging), anywhere));
        }));
    }

    @Override
    public CompletionStage<Outcome<Refreshed>> deleteSecret(Origin origin, StoreId store, SecretName name) {
        return now(in(origin, store, old -> {
            changes.incrementAndGet();
            return secretsOf(store).remove(name) == null
                    ? refused(new StoreRefusal.NoSuchSecret(name))
                    : done(new Refreshed(2, lagging));
        }));
    }

    Map<SecretName, SecretSummary> secretsOf(StoreId store) {
        return secrets.computeIfAbsent(store, id -> new TreeMap<>());
    }

    synchronized <T> Outcome<T> in(Origin origin, StoreId id, Function<StoreSummary, Outcome<T>> act) {
        origins.add(origin);
        failure.ifPresent(thrown -> {
            throw thrown;
        });
        var store = stores.get(id);
        return store == null || !store.organization().equals(origin.organization())
                ? refused(new StoreRefusal.NoSuchStore())
                : act.apply(store);
    }

    private static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
