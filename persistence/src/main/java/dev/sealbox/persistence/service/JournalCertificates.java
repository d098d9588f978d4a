package dev.sealbox.persistence.service;

import akka.actor.typed.ActorSystem;
import akka.persistence.jdbc.query.javadsl.JdbcReadJournal;
import akka.persistence.query.PersistenceQuery;
import akka.persistence.typed.PersistenceId;
import akka.stream.javadsl.Sink;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.Notary;
import dev.sealbox.domain.forgetting.Certificate;
import dev.sealbox.domain.forgetting.Destruction;
import dev.sealbox.domain.forgetting.DestructionCertificates;
import dev.sealbox.domain.forgetting.ForgettingRefusal;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.persistence.entity.SecretStoreEntity;
import dev.sealbox.persistence.keys.DataKeys;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** Reads what was destroyed from the journal, looks into the key table that it is gone, and signs that. Thread-safe. */
public final class JournalCertificates implements DestructionCertificates {
    private final ActorSystem<?> system;
    private final JdbcReadJournal journal;
    private final DataKeys keys;
    private final Notary notary;
    private final Duration backupHorizon;
    private final Clock clock;

    /** {@code backupHorizon} is how long copies of the key table may exist. */
    public JournalCertificates(
            ActorSystem<?> system, DataKeys keys, Notary notary, Duration backupHorizon, Clock clock) {
        this.system = system;
        this.journal =
                PersistenceQuery.get(system).getReadJournalFor(JdbcReadJournal.class, JdbcReadJournal.Identifier());
        this.keys = keys;
        this.notary = notary;
        this.backupHorizon = backupHorizon;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Outcome<Certificate>> of(Origin origin, StoreId store) {
        return certificate(origin, store, Optional.empty(), all -> all);
    }

    @Override
    public CompletionStage<Outcome<Certificate>> of(Origin origin, StoreId store, SecretName name) {
        return certificate(origin, store, Optional.of(name), all -> all.of(name));
    }

    private CompletionStage<Outcome<Certificate>> certificate(
            Origin origin, StoreId store, Optional<SecretName> name, UnaryOperator<Destruction> part) {
        return history(store).thenApply(Destruction::of).thenCompose(all -> {
            if (!all.isVisibleTo(origin.organization())) {
                return Futures.now(Outcome.refused(new StoreRefusal.NoSuchStore()));
            }
            var wanted = part.apply(all);
            return wanted.versions().isEmpty()
                            && (name.isPresent() || wanted.deleted().isEmpty())
                    ? Futures.now(Outcome.refused(new ForgettingRefusal.NothingDestroyed()))
                    : proved(store, name, wanted);
        });
    }

    private CompletionStage<List<Recorded<StoreEvent>>> history(StoreId store) {
        var id = PersistenceId.of(SecretStoreEntity.TYPE, store.toString()).id();
        return journal.currentEventsByPersistenceId(id, 0, Long.MAX_VALUE)
                .map(envelope -> JournalCertificates.recorded(envelope.event()))
                .runWith(Sink.seq(), system);
    }

    // The journal holds nothing else under a store's id.
    @SuppressWarnings("unchecked")
    private static Recorded<StoreEvent> recorded(Object event) {
        return (Recorded<StoreEvent>) event;
    }

    private CompletionStage<Outcome<Certificate>> proved(
            StoreId store, Optional<SecretName> name, Destruction destroyed) {
        return keys.remaining(destroyed.keys()).thenApply(remaining -> {
            var unconfirmed = (int) destroyed.versions().stream()
                    .filter(version -> version.shredded().isEmpty())
                    .count();
            if (remaining > 0 || unconfirmed > 0) {
                return Outcome.refused(new ForgettingRefusal.NotYetDestroyed(Math.max(remaining, unconfirmed)));
            }
            return Outcome.done(
                    signed(DestructionStatement.of(store, name, destroyed, backupHorizon, clock.instant())));
        });
    }

    private Certificate signed(String statement) {
        var signature = notary.sign(statement.getBytes(StandardCharsets.UTF_8));
        return new Certificate(statement, Base64.getEncoder().encodeToString(signature), notary.publicKey());
    }
}
