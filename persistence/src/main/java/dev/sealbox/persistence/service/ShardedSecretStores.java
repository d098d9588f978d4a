package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.OrganizationRefusal.NameTaken;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.Vault;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.SecretStores;
import dev.sealbox.domain.store.SecretSummary;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.domain.store.StoreUpdated;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.StoreMessage;
import dev.sealbox.persistence.entity.StoreReply;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Secret stores as their people see them, put together from the organisation's names and the stores' entities. */
public final class ShardedSecretStores implements SecretStores {
    private final Entities entities;
    private final Names names;
    private final Vault vault;
    private final ServiceSettings settings;

    public ShardedSecretStores(Entities entities, Vault vault, ServiceSettings settings) {
        this.entities = entities;
        this.names = new Names(entities, settings);
        this.vault = vault;
        this.settings = settings;
    }

    @Override
    public CompletionStage<Outcome<StoreSummary>> create(Origin origin, StoreName name, List<HostPattern> allowlist) {
        var id = new StoreId(UUID.randomUUID());
        return names.reserve(origin, name, id)
                .thenCompose(reserved -> reserved.then(done -> execute(
                                origin, id, new StoreCommand.CreateStore(name, allowlist))
                        .thenCompose(created -> created instanceof Outcome.Refused<StoreReply.Done>
                                ? names.release(origin, name, id)
                                        // Somebody who wanted the same name at the same moment was faster.
                                        .thenApply(released -> Outcome.<StoreSummary>refused(new NameTaken(name)))
                                : Futures.now(created.map(store -> summary(id, store.store()))))));
    }

    @Override
    public CompletionStage<List<StoreSummary>> list(Origin origin) {
        return names.organization(origin.organization())
                .thenCompose(organization -> Futures.each(
                        organization.names().values().stream().distinct().toList(), id -> visible(origin, id)))
                .thenApply(all -> all.stream()
                        .flatMap(each -> each instanceof Outcome.Done<Known>(var known)
                                ? Optional.of(summary(known.id(), known.store())).stream()
                                : Optional.<StoreSummary>empty().stream())
                        .sorted(Comparator.comparing(store -> store.name().value()))
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
                        .map(entry -> {
                            var secret = entry.getValue();
                            return new SecretSummary(
                                    secret.entry(),
                                    store,
                                    entry.getKey(),
                                    secret.version(),
                                    secret.hosts(),
                                    secret.createdAt(),
                                    secret.updatedAt());
                        })
                        .toList()));
    }

    @Override
    public CompletionStage<Outcome<Refreshed>> set(
            Origin origin, StoreId store, SecretName name, Plaintext value, List<HostPattern> hosts) {
        return visible(origin, store)
                .thenCompose(outcome -> outcome.then(known -> vault.seal(origin.organization(), store, name, value)
                        .whenComplete((encrypted, failure) -> value.close())
                        .thenCompose(encrypted -> set(origin, store, name, encrypted, hosts))))
                .whenComplete((done, failure) -> value.close());
    }

    private CompletionStage<Outcome<Refreshed>> set(
            Origin origin, StoreId store, SecretName name, Encrypted value, List<HostPattern> hosts) {
        return execute(origin, store, new StoreCommand.SetSecret(name, value, hosts, UUID.randomUUID()))
                .thenCompose(outcome -> outcome instanceof Outcome.Refused<StoreReply.Done>(var reason)
                        ? vault.destroy(Set.of(value.key())).thenApply(gone -> Outcome.<Refreshed>refused(reason))
                        : Futures.now(outcome.map(StoreReply.Done::refreshed)));
    }

    @Override
    public CompletionStage<Outcome<Refreshed>> deleteSecret(Origin origin, StoreId store, SecretName name) {
        return execute(origin, store, new StoreCommand.DeleteSecret(name))
                .thenApply(outcome -> outcome.map(StoreReply.Done::refreshed));
    }

    private record Known(StoreId id, SecretStore store) {}

    private CompletionStage<Outcome<Known>> visible(Origin origin, StoreId id) {
        return entities.store(id, settings.askTimeout(), StoreMessage.Read::new).thenApply(reply -> switch (reply) {
            case StoreReply.Done(var store, var refreshed)
            when store.isVisibleTo(origin.organization()) -> Outcome.done(new Known(id, store));
            case StoreReply.Done done -> Outcome.refused(new StoreRefusal.NoSuchStore());
            case StoreReply.Refused(Refusal reason) -> Outcome.refused(reason);
        });
    }

    private CompletionStage<Outcome<StoreReply.Done>> execute(Origin origin, StoreId id, StoreCommand command) {
        // Longer than the entity itself waits for sandboxes, so that its own answer comes first.
        return entities.store(
                        id,
                        settings.pushTimeout().plus(settings.askTimeout()),
                        replyTo -> new StoreMessage.Execute(origin, command, replyTo))
                .thenApply(reply -> switch (reply) {
                    case StoreReply.Done done -> Outcome.done(done);
                    case StoreReply.Refused(var reason) -> Outcome.refused(reason);
                });
    }

    private static StoreSummary summary(StoreId id, SecretStore store) {
        return new StoreSummary(
                id, store.organization(), store.name(), store.allowlist(), store.createdAt(), store.updatedAt());
    }
}
