package dev.sealbox.benchmarks;

import static dev.sealbox.benchmarks.JournalNode.now;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Props;
import akka.actor.typed.SpawnProtocol;
import akka.actor.typed.javadsl.AskPattern;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SecretStoreEntity;
import dev.sealbox.persistence.entity.StoreMessage;
import dev.sealbox.persistence.entity.StoreReply;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** From nothing in memory to a store's first answer, by the number of its events. */
final class RecoveryTime {
    private static final List<Integer> LENGTHS = List.of(10, 100, 1000, 10_000);
    private static final int NAMES = 20;
    private static final int UNMEASURED = 5;
    private static final int TIMES = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final JournalNode node;
    private final Entities entities;

    private RecoveryTime(JournalNode node) {
        this.node = node;
        this.entities = new Entities(node.system, node.settings.entities());
    }

    static List<Samples> measure(JournalNode node, JournalSpeed speed) {
        var recovery = new RecoveryTime(node);
        var all = new ArrayList<Samples>();
        for (var length : LENGTHS) {
            var store = recovery.store(speed, length);
            all.add(recovery.samples(store, "recovery of %d events".formatted(recovery.events(store)), () -> {}));
            // A recovery takes a snapshot, so each time anew.
            all.add(recovery.samples(store, "the same without snapshots", () -> recovery.forgetSnapshots(store)));
        }
        return all;
    }

    /** A store with at least so many events. */
    private StoreId store(JournalSpeed speed, int length) {
        var store = speed.create();
        for (var turn = 0; turn % 10 != 0 || turn < length / 2 || events(store) < length; turn++) {
            speed.set(store, turn % NAMES, turn);
        }
        return store;
    }

    private Samples samples(StoreId store, String name, Runnable before) {
        var nanos = new ArrayList<Long>();
        for (var i = -UNMEASURED; i < TIMES; i++) {
            before.run();
            var start = System.nanoTime();
            recover(store);
            if (i >= 0) {
                nanos.add(System.nanoTime() - start);
            }
        }
        return new Samples(name, nanos);
    }

    /** Beside the store's own entity, which is idle meanwhile. */
    private void recover(StoreId store) {
        var behavior =
                SecretStoreEntity.create(store, entities, node.vault, node.settings.entities(), Clock.systemUTC());
        ActorRef<StoreMessage> entity = now(AskPattern.ask(
                node.system,
                replyTo -> new SpawnProtocol.Spawn<>(behavior, "", Props.empty(), replyTo),
                PATIENCE,
                node.system.scheduler()));
        StoreReply reply = now(AskPattern.ask(entity, StoreMessage.Read::new, PATIENCE, node.system.scheduler()));
        if (!(reply instanceof StoreReply.Done)) {
            throw new IllegalStateException("not recovered: " + reply);
        }
        entity.tell(new StoreMessage.Stop());
    }

    private int events(StoreId store) {
        return node.database.now("count events", connection -> {
            try (var query = connection.prepareStatement(
                    "SELECT coalesce(max(sequence_number), 0) FROM event_journal WHERE persistence_id = ?")) {
                query.setString(1, persistenceId(store));
                try (var rows = query.executeQuery()) {
                    rows.next();
                    return rows.getInt(1);
                }
            }
        });
    }

    private void forgetSnapshots(StoreId store) {
        node.database.now("forget snapshots", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM snapshot WHERE persistence_id = ?")) {
                delete.setString(1, persistenceId(store));
                return delete.executeUpdate();
            }
        });
    }

    private static String persistenceId(StoreId store) {
        return SecretStoreEntity.TYPE + "|" + store;
    }
}
