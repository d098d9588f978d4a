package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.told;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.persistence.entity.SecretStoreEntity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Makes a store's history long, many events in one write; to be used while the store's own entity is not in memory. */
final class LongHistory extends EventSourcedBehavior<ActorRef<Long>, Recorded<StoreEvent>, SecretStore> {
    private static final int AT_ONCE = 50;

    private LongHistory(StoreId store) {
        super(PersistenceId.of(SecretStoreEntity.TYPE, store.toString()));
    }

    /** Until the store has at least so many events. */
    static void write(TestNode node, StoreId store, long events) {
        var writer = node.system.systemActorOf(new LongHistory(store), "long-history", Props.empty());
        for (var written = 0L; written < events; ) {
            written = told(AskPattern.<ActorRef<Long>, Long>ask(
                    writer, replyTo -> replyTo, Duration.ofSeconds(20), node.system.scheduler()));
        }
    }

    @Override
    public SecretStore emptyState() {
        return SecretStore.ABSENT;
    }

    @Override
    public CommandHandler<ActorRef<Long>, Recorded<StoreEvent>, SecretStore> commandHandler() {
        return (store, asker) -> Effect()
                .persist(IntStream.range(0, AT_ONCE)
                        .<Recorded<StoreEvent>>mapToObj(i -> new Recorded<>(
                                new StoreEvent.AllowlistChanged(
                                        HostPattern.parseAll(List.of("h" + store.revision() + "-" + i + ".test"))),
                                RestartIT.ORIGIN,
                                Instant.now()))
                        .toList())
                .thenRun(after -> asker.tell(after.revision()));
    }

    @Override
    public EventHandler<SecretStore, Recorded<StoreEvent>> eventHandler() {
        return SecretStore::apply;
    }

    @Override
    public Set<String> tagsFor(Recorded<StoreEvent> event) {
        return Set.of(SecretStoreEntity.TYPE);
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(100, 2);
    }
}
