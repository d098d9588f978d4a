package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.domain.organization.OrganizationCommand.ReleaseName;
import dev.sealbox.domain.organization.OrganizationCommand.ReserveName;
import dev.sealbox.domain.organization.OrganizationRefusal.NameTaken;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreCommand.AbandonStore;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.OrganizationMessage;
import dev.sealbox.persistence.entity.OrganizationReply;
import dev.sealbox.persistence.entity.StoreMessage;
import dev.sealbox.persistence.entity.StoreReply;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Which store has a name. A name is reserved before its store is created or renamed; a crash in between leaves a name
 * that no store bears, which is set right when somebody next wants it.
 */
final class Names {
    private final Entities entities;
    private final ServiceSettings settings;

    Names(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    CompletionStage<Organization> organization(OrganizationId id) {
        return entities.<OrganizationReply>organization(id, OrganizationMessage.Read::new)
                .thenApply(reply ->
                        reply instanceof OrganizationReply.Done(var organization) ? organization : Organization.EMPTY);
    }

    /** The names behind {@code after}, in their order, as the organisation has decided them by now. */
    CompletionStage<List<Map.Entry<StoreName, StoreId>>> after(
            OrganizationId id, Optional<StoreName> after, int limit) {
        return entities.<OrganizationMessage.Names>organization(
                        id, replyTo -> new OrganizationMessage.ListNames(after, limit, replyTo))
                .thenApply(found -> List.copyOf(found.names().entrySet()));
    }

    CompletionStage<Optional<StoreId>> find(OrganizationId organization, StoreName name) {
        return organization(organization)
                .thenApply(known -> Optional.ofNullable(known.names().get(name)));
    }

    CompletionStage<Outcome<Unit>> reserve(Origin origin, StoreName name, StoreId store) {
        return reserveOnce(origin, name, store)
                .thenCompose(outcome -> outcome instanceof Outcome.Refused<Unit>(NameTaken taken)
                        ? freed(origin, name)
                                .thenCompose(free -> free ? reserveOnce(origin, name, store) : Futures.now(outcome))
                        : Futures.now(outcome));
    }

    private CompletionStage<Outcome<Unit>> reserveOnce(Origin origin, StoreName name, StoreId store) {
        return decide(origin, new ReserveName(name, store, settings.maxStores()));
    }

    CompletionStage<Outcome<Unit>> release(Origin origin, StoreName name, StoreId store) {
        return decide(origin, new ReleaseName(name, store));
    }

    /** Releases every name that the store holds but one; more than one is left by a rename that a crash interrupted. */
    CompletionStage<Outcome<Unit>> releaseAll(Origin origin, StoreId store, Optional<StoreName> kept) {
        return organization(origin.organization())
                .thenCompose(known -> Futures.each(
                        known.names().entrySet().stream()
                                .filter(entry -> entry.getValue().equals(store))
                                .map(Map.Entry::getKey)
                                .filter(name -> !Optional.of(name).equals(kept))
                                .toList(),
                        name -> release(origin, name, store)))
                .thenApply(released -> Outcome.done(Unit.DONE));
    }

    private CompletionStage<Outcome<Unit>> decide(Origin origin, OrganizationCommand command) {
        return entities.<OrganizationReply>organization(
                        origin.organization(), replyTo -> new OrganizationMessage.Execute(origin, command, replyTo))
                .thenApply(reply -> switch (reply) {
                    case OrganizationReply.Done(var organization) -> Outcome.done(Unit.DONE);
                    case OrganizationReply.Refused(var reason) -> Outcome.refused(reason);
                });
    }

    /** Takes the name away from a holder that does not bear it and never will; false when the holder does. */
    private CompletionStage<Boolean> freed(Origin origin, StoreName name) {
        return find(origin.organization(), name)
                .thenCompose(holder -> holder.isEmpty() ? Futures.now(true) : freed(origin, name, holder.get()));
    }

    private CompletionStage<Boolean> freed(Origin origin, StoreName name, StoreId holder) {
        // The store's own entity decides between this and a creation that is still on its way.
        return entities.store(
                        holder,
                        settings.askTimeout(),
                        replyTo -> new StoreMessage.Execute(origin, new AbandonStore(), replyTo))
                .thenCompose(reply -> reply instanceof StoreReply.Done(var store, var refreshed)
                                && store.stage() == SecretStore.Stage.DELETED
                        ? release(origin, name, holder).thenApply(done -> true)
                        : Futures.now(false));
    }
}
