package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.OrganizationRefusal.NameTaken;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.NewStore;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretChanged;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.SecretStores;
import dev.sealbox.domain.store.SecretSummary;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StorePage;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.domain.store.StoreUpdated;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.StoreReply;
import dev.sealbox.persistence.service.OwnedStores.Known;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Secret stores as their people see them, put together from the organisation's names and the stores' entities. */
public final class ShardedSecretStores implements SecretStores {
    /** How many stores a list reads at a time, so that it leaves room for others in the journal. */
    private static final int AT_A_TIME = 32;

    private final OwnedStores stores;
    private final Names names;
    private final ShardedSecretVersions secrets;

    public ShardedSecretStores(Entities entities, ShardedSecretVersions secrets, ServiceSettings settings) {
        this.stores = new OwnedStores(entities, settings);
        this.names = new Names(entities, settings);
        this.secrets = secrets;
    }

    @Override
    public CompletionStage<Outcome<StoreSummary>> create(Origin origin, StoreName name, List<HostPattern> allowlist) {
        return create(origin, new StoreId(UUID.randomUUID()), NewStore.of(name, allowlist));
    }

    @Override
    public CompletionStage<Outcome<StoreSummary>> create(Origin origin, StoreId id, NewStore store) {
        var name = store.name();
        return names.reserve(origin, name, id)
                .thenCompose(reserved -> reserved.then(done -> execute(
                                origin,
                                id,
                                new StoreCommand.CreateStore(
                                        name, store.allowlist(), store.denials(), store.egressTcp()))
                        .thenCompose(created -> created instanceof Outcome.Refused<StoreReply.Done>
                                ? createdBefore(origin, id, name)
                                : Futures.now(created.map(there -> summary(id, there.store()))))));
    }

    /** The store is there when this is a repeat; if not, somebody who wanted the same name was faster. */
    private CompletionStage<Outcome<StoreSummary>> createdBefore(Origin origin, StoreId id, StoreName name) {
        return visible(origin, id).thenCompose(found -> switch (found) {
            case Outcome.Done<Known>(var known)
            when known.store().name().equals(name) -> Futures.now(Outcome.done(summary(id, known.store())));
            case Outcome.Done<Known>(var known) ->
                names.release(origin, name, id).thenApply(released -> Outcome.done(summary(id, known.store())));
            case Outcome.Refused<Known> gone ->
                names.release(origin, name, id).thenApply(released -> Outcome.refused(new NameTaken(name)));
        });
    }

    @Override
    public CompletionStage<List<StoreSummary>> list(Origin origin) {
        return names.organization(origin.organization())
                .thenCompose(organization -> read(
                        origin,
                        organization.names().values().stream().distinct().toList()))
                .thenApply(all -> all.stream()
                        .sorted(Comparator.comparing(store -> store.name().value()))
                        .toList());
    }

    @Override
    public CompletionStage<StorePage> page(Origin origin, Optional<StoreName> after, int limit) {
        return page(origin, after, limit, List.of());
    }

    /** Reads names until the page is full: some have no store yet, or, for a moment of a rename, two for one store. */
    private CompletionStage<StorePage> page(
            Origin origin, Optional<StoreName> after, int limit, List<StoreSummary> before) {
        var wanted = limit - before.size();
        // One more than wanted tells whether there is a next page.
        return names.after(origin.organization(), after, wanted + 1).thenCompose(found -> {
            var here = found.subList(0, Math.min(wanted, found.size()));
            return bearers(origin, here).thenCompose(stores -> {
                var all = Stream.concat(before.stream(), stores.stream()).toList();
                var next = found.size() > wanted ? Optional.of(here.getLast().getKey()) : Optional.<StoreName>empty();
                return next.isEmpty() || all.size() == limit
                        ? Futures.now(new StorePage(all, next))
                        : page(origin, next, limit, all);
            });
        });
    }

    private CompletionStage<List<StoreSummary>> bearers(Origin origin, List<Map.Entry<StoreName, StoreId>> named) {
        return read(origin, named.stream().map(Map.Entry::getValue).distinct().toList())
                .thenApply(stores -> {
                    var byName = stores.stream().collect(Collectors.toMap(StoreSummary::name, Function.identity()));
                    return named.stream()
                            .flatMap(entry -> Optional.ofNullable(byName.get(entry.getKey())).stream())
                            .toList();
                });
    }

    private CompletionStage<List<StoreSummary>> read(Origin origin, List<StoreId> stores) {
        return Futures.each(stores, AT_A_TIME, id -> visible(origin, id))
                .thenApply(all -> all.stream()
                        .flatMap(each -> each instanceof Outcome.Done<Known>(var known)
                                ? Stream.of(summary(known.id(), known.store()))
                                : Stream.<StoreSummary>empty())
                        .toList());
    }

    @Override
    public CompletionStage<Outcome<StoreSummary>> read(Origin origin, StoreId store) {
        return visible(origin, store).thenApply(outcome -> outcome.map(known -> summary(store, known.store())));
    }

    @Override
    public CompletionStage<Outcome<StoreUpdated>> update(
            Origin origin, StoreId store, Optional<StoreName> name, Optional<List<HostPattern>> allowlist) {
        return visible(origin, store)
                .thenCompose(outcome -> outcome.then(known -> name.filter(
                                wanted -> !wanted.equals(known.store().name()))
                        .map(wanted -> rename(origin, known, wanted))
                        .orElseGet(() -> Futures.now(outcome))))
                .thenCompose(outcome -> outcome.then(known -> allowlist
                        .map(hosts -> execute(origin, store, new StoreCommand.ChangeAllowlist(hosts)))
                        .orElseGet(
                                () -> Futures.now(Outcome.done(new StoreReply.Done(known.store(), Refreshed.NOBODY))))))
                .thenApply(outcome ->
                        outcome.map(done -> new StoreUpdated(summary(store, done.store()), done.refreshed())));
    }

    @Override
    public CompletionStage<Outcome<StoreUpdated>> passTcp(Origin origin, StoreId store, List<TcpTarget> targets) {
        return changed(origin, store, new StoreCommand.ChangeEgressTcp(targets));
    }

    @Override
    public CompletionStage<Outcome<StoreUpdated>> changeDenials(
            Origin origin, StoreId store, Optional<List<HostPattern>> hosts, Optional<UnusableTokens> unusableTokens) {
        return changed(origin, store, new StoreCommand.ChangeDenials(hosts, unusableTokens));
    }

    private CompletionStage<Outcome<StoreUpdated>> changed(Origin origin, StoreId store, StoreCommand change) {
        return execute(origin, store, change)
                .thenApply(outcome ->
                        outcome.map(done -> new StoreUpdated(summary(store, done.store()), done.refreshed())));
    }

    private CompletionStage<Outcome<Known>> rename(Origin origin, Known known, StoreName wanted) {
        return names.reserve(origin, wanted, known.id())
                .thenCompose(reserved -> reserved.then(done -> execute(
                                origin, known.id(), new StoreCommand.RenameStore(wanted))
                        .thenCompose(renamed -> (renamed instanceof Outcome.Done
                                        ? names.releaseAll(origin, known.id(), Optional.of(wanted))
                                        : names.release(origin, wanted, known.id()))
                                .thenApply(released -> renamed.map(store -> new Known(known.id(), store.store()))))));
    }

    @Override
    public CompletionStage<Outcome<Unit>> delete(Origin origin, StoreId store) {
        return end(origin, store, new StoreCommand.DeleteStore()).thenApply(ended -> ended.map(done -> Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<Refreshed>> revoke(Origin origin, StoreId store) {
        return end(origin, store, new StoreCommand.RevokeStore());
    }

    private CompletionStage<Outcome<Refreshed>> end(Origin origin, StoreId store, StoreCommand command) {
        return execute(origin, store, command)
                .thenCompose(ended -> ended.then(done -> names.releaseAll(origin, store, Optional.empty())
                        .thenApply(released -> released.map(free -> done.refreshed()))));
    }

    @Override
    public CompletionStage<Outcome<List<SecretSummary>>> secrets(Origin origin, StoreId store) {
        return visible(origin, store)
                .thenApply(outcome -> outcome.map(known -> known.store().secrets().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> SecretSummary.of(store, entry.getKey(), entry.getValue()))
                        .toList()));
    }

    @Override
    public CompletionStage<Outcome<SecretChanged>> set(
            Origin origin,
            StoreId store,
            SecretName name,
            Plaintext value,
            List<HostPattern> hosts,
            Optional<Integer> cas) {
        return secrets.set(origin, store, name, value, hosts, cas);
    }

    @Override
    public CompletionStage<Outcome<Refreshed>> deleteSecret(Origin origin, StoreId store, SecretName name) {
        return execute(origin, store, new StoreCommand.DeleteSecret(name))
                .thenApply(outcome -> outcome.map(StoreReply.Done::refreshed));
    }

    private CompletionStage<Outcome<Known>> visible(Origin origin, StoreId id) {
        return stores.visible(origin, id);
    }

    private CompletionStage<Outcome<StoreReply.Done>> execute(Origin origin, StoreId id, StoreCommand command) {
        return stores.execute(origin, id, command);
    }

    private StoreSummary summary(StoreId id, SecretStore store) {
        return stores.summary(id, store);
    }
}
