package dev.sealbox.benchmarks;

import static dev.sealbox.benchmarks.JournalNode.now;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Plaintext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** How fast secrets are set and stores recovered, durable commits and all. */
final class JournalSpeed {
    private static final Origin ORIGIN =
            new Origin(new OrganizationId("default"), "key-1", "127.0.0.1", "6f9619ff-8b86-4011-b42d-00c04fc964ff");
    private static final int CLIENTS = 64;
    private static final int NAMES = 10;
    private static final int SETS = 20_000;
    private static final int LONE_SETS = 50;
    private static final Duration POLLING = Duration.ofMillis(2);
    private static final List<Integer> STORES = List.of(1, 100, 1000);

    private final JournalNode node;
    private int made;

    private JournalSpeed(JournalNode node) {
        this.node = node;
    }

    static List<Samples> measure() {
        try (var node = JournalNode.open()) {
            Runtime.getRuntime().addShutdownHook(new Thread(node::close));
            var speed = new JournalSpeed(node);
            var all = new ArrayList<Samples>();
            for (var stores : STORES) {
                all.add(speed.sets(stores));
                all.add(speed.untilLevel("read models, %d events behind, level".formatted(node.lag())));
            }
            all.add(speed.visibility());
            all.addAll(RecoveryTime.measure(node, speed));
            return all;
        }
    }

    /** Sets over so many stores by {@value #CLIENTS} clients, each waiting for its answer; every name is there already. */
    private Samples sets(int count) {
        var stores = IntStream.range(0, count).mapToObj(each -> create()).toList();
        var sets = count == 1 ? SETS / 4 : SETS;
        load(stores, Math.max(sets / 4, count * NAMES));
        var start = System.nanoTime();
        var nanos = load(stores, sets);
        var elapsed = Duration.ofNanos(System.nanoTime() - start);
        return new Samples("SecretSet over %d stores".formatted(count), nanos, Optional.of(elapsed));
    }

    /** From the last answer until every read model has every event. */
    private Samples untilLevel(String name) {
        return Samples.of(name, 0, 1, this::awaitLevel);
    }

    /** From one set's answer until every read model has its events, with nothing else going on. */
    private Samples visibility() {
        var store = create();
        var nanos = new ArrayList<Long>();
        for (var turn = 0; turn < LONE_SETS; turn++) {
            set(store, 0, turn);
            var start = System.nanoTime();
            awaitLevel();
            nanos.add(System.nanoTime() - start);
        }
        return new Samples("event to read models", nanos);
    }

    private void awaitLevel() {
        while (node.lag() > 0) {
            LockSupport.parkNanos(POLLING.toNanos());
        }
    }

    private List<Long> load(List<StoreId> stores, int sets) {
        var nanos = new ConcurrentLinkedQueue<Long>();
        var next = new AtomicInteger();
        var clients = IntStream.range(0, CLIENTS)
                .mapToObj(each -> Thread.ofVirtual().start(() -> {
                    for (var i = next.getAndIncrement(); i < sets; i = next.getAndIncrement()) {
                        var start = System.nanoTime();
                        set(stores.get(i % stores.size()), (i / stores.size()) % NAMES, i);
                        nanos.add(System.nanoTime() - start);
                    }
                }))
                .toList();
        clients.forEach(JournalSpeed::join);
        if (nanos.size() != sets) {
            throw new IllegalStateException("only " + nanos.size() + " of " + sets + " sets were acknowledged");
        }
        return List.copyOf(nanos);
    }

    private static void join(Thread client) {
        try {
            client.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    StoreId create() {
        made++;
        return done(node.persistence.stores().create(ORIGIN, new StoreName("bench-" + made), List.of()))
                .id();
    }

    void set(StoreId store, int name, int turn) {
        var value = Plaintext.of("ghp_%036d".formatted(turn));
        done(node.persistence.stores().set(ORIGIN, store, new SecretName("SECRET_" + name), value, List.of()));
    }

    private static <T> T done(CompletionStage<Outcome<T>> stage) {
        return switch (now(stage)) {
            case Outcome.Done<T>(var value) -> value;
            case Outcome.Refused<T>(var reason) -> throw new IllegalStateException("refused: " + reason);
        };
    }
}
