package dev.sealbox.persistence.ledger;

import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.persistence.database.Database;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger of one node. Whoever notes a record leaves it in a queue without a lock; one thread takes what is there
 * every few milliseconds and hands it to {@link Delivery}. Thread-safe.
 */
public final class DurableLedger implements UseLedger, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DurableLedger.class);

    /** How long a record lies in the queue at the most; it is also what is lost when the node is killed. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    /** Records taken before what they lead to is done. */
    private static final int MOST_TAKEN = 10_000;

    private static final CompletionStage<Void> READY = CompletableFuture.completedFuture(null);
    private static final CompletionStage<Void> FULL =
            CompletableFuture.failedFuture(new NoRoom("the spool of records of use is full"));

    private final boolean strict;
    private final long patience;
    private final Queue<Noted> noted = new ConcurrentLinkedQueue<>();
    private final Delivery delivery;
    private final Thread thread;
    private volatile boolean hasRoom = true;
    private volatile boolean stopping;

    private record Noted(UseRecord record, @Nullable CompletableFuture<Void> waiter) {}

    private DurableLedger(Database database, LedgerSettings settings) {
        this.strict = settings.strict();
        this.patience = settings.patience().toMillis();
        this.delivery = new Delivery(
                database,
                Spool.open(settings.spool(), settings.spoolLimit()),
                new RefusalCounts(settings.window()),
                new SecureRandom().nextLong());
        this.thread = Thread.ofPlatform().name("sealbox-ledger").daemon().unstarted(this::run);
    }

    /**
     * Goes on with what a former run has left in the spool.
     *
     * @throws java.io.UncheckedIOException naming the spool's folder, when it cannot be used
     */
    public static DurableLedger start(Database database, LedgerSettings settings) {
        var ledger = new DurableLedger(database, settings);
        ledger.thread.start();
        return ledger;
    }

    @Override
    public CompletionStage<Void> begins(Supplier<? extends Iterable<UseRecord>> request) {
        if (!hasRoom) {
            return FULL;
        }
        return strict ? awaited(request.get()) : READY;
    }

    private CompletionStage<Void> awaited(Iterable<UseRecord> records) {
        var waiters = new ArrayList<CompletableFuture<Void>>();
        for (var record : records) {
            var waiter = new CompletableFuture<Void>();
            waiters.add(waiter);
            noted.add(new Noted(record, waiter));
        }
        LockSupport.unpark(thread);
        return CompletableFuture.allOf(waiters.toArray(CompletableFuture[]::new))
                .orTimeout(patience, TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure ->
                        CompletableFuture.failedStage(new NoRoom("no record of the request could be made in time")));
    }

    @Override
    public void note(UseRecord record) {
        noted.add(new Noted(record, null));
    }

    /** Bytes that wait on disk for the database. */
    public long spooled() {
        return delivery.spooled();
    }

    /** Whether requests that may use secrets are let through. */
    public boolean hasRoom() {
        return hasRoom;
    }

    private void run() {
        while (!stopping) {
            if (!round()) {
                LockSupport.parkNanos(this, PAUSE);
            }
        }
    }

    /** Whether there is more to do at once. */
    private boolean round() {
        try {
            boolean more = take();
            delivery.move(System.nanoTime());
            hasRoom = delivery.hasRoom();
            return more;
        } catch (RuntimeException e) {
            log.error("The ledger of use fails; requests that may use secrets are refused", e);
            hasRoom = false;
            return false;
        }
    }

    private boolean take() {
        var now = System.nanoTime();
        for (int taken = 0; taken < MOST_TAKEN; taken++) {
            var next = noted.poll();
            if (next == null) {
                return false;
            }
            if (next.record().ruling().isCounted()) {
                delivery.refused(next.record(), now);
            } else {
                delivery.used(next.record(), now, next.waiter());
            }
        }
        return true;
    }

    /** Has everything that was noted in the database or on disk when it returns. Stop whoever notes before. */
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        while (take()) {
            // takes the rest
        }
        delivery.close();
    }
}
