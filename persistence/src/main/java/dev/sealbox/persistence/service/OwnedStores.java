package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.StoreMessage;
import dev.sealbox.persistence.entity.StoreReply;
import java.util.concurrent.CompletionStage;

/** Reaches the stores of whoever asks; another organisation's do not exist. */
final class OwnedStores {
    private final Entities entities;
    private final ServiceSettings settings;

    OwnedStores(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    /** A store as it is. */
    record Known(StoreId id, SecretStore store) {}

    CompletionStage<Outcome<Known>> visible(Origin origin, StoreId id) {
        return entities.store(id, settings.askTimeout(), StoreMessage.Read::new).thenApply(reply -> switch (reply) {
            case StoreReply.Done(var store, var refreshed)
            when store.isVisibleTo(origin.organization()) -> Outcome.done(new Known(id, store));
            case StoreReply.Done done -> Outcome.refused(new StoreRefusal.NoSuchStore());
            case StoreReply.Refused(Refusal reason) -> Outcome.refused(reason);
        });
    }

    CompletionStage<Outcome<StoreReply.Done>> execute(Origin origin, StoreId id, StoreCommand command) {
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

    StoreSummary summary(StoreId id, SecretStore store) {
        return new StoreSummary(
                id,
                store.organization(),
                store.name(),
                store.allowlist(),
                store.denials(),
                store.createdAt(),
                store.updatedAt(),
                store.limit().orElse(settings.maxVersions()).versions(),
                store.egressTcp());
    }
}
