package dev.sealbox.persistence.ledger;

import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.persistence.database.Database;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How records get into the database: a transaction at a time, straight from memory while it takes them, and otherwise
 * over the spool. What neither takes stays in memory, and then there is no room for further requests. For one thread,
 * but for {@link #spooled}.
 */
final class Delivery {
    private static final Logger log = LoggerFactory.getLogger(Delivery.class);

    /** What waits longer than this in memory goes to the spool. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    /** After a failure, until the next attempt. */
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

    /** Records in memory beyond which they go to the spool; and how many of them at a time. */
    private static final int MOST_WAITING = 5_000;

    /** How long the end waits for a transaction, and how often it looks. */
    private static final long LAST_CHANCE = TimeUnit.SECONDS.toNanos(5);

    private static final long POLL = TimeUnit.MILLISECONDS.toNanos(1);

    private final Database database;
    private final Spool spool;
    private final RefusalCounts refusals;
    private final long run;
    private final Deque<Pending> waiting = new ArrayDeque<>();

    private long number;
    private @Nullable Shipping shipping;
    private final Backoff databaseTries = new Backoff("the database");
    private final Backoff diskTries = new Backoff("the spool");
    /** Whether records wait in memory that should be on disk. */
    private boolean blocked;

    private boolean fromSpool;

    /** @param run drawn at random, once for each start of a node */
    Delivery(Database database, Spool spool, RefusalCounts refusals, long run) {
        this.database = database;
        this.spool = spool;
        this.refusals = refusals;
        this.run = run;
    }

    /** Whether something fails, and when it is tried again; says each change once. */
    private static final class Backoff {
        private final String what;
        private boolean failing;
        private long next;

        Backoff(String what) {
            this.what = what;
        }

        void failed(long now, Throwable failure) {
            if (!failing) {
                log.warn("Records of use: {} does not take them: {}", what, String.valueOf(failure.getMessage()));
            }
            failing = true;
            next = now + PAUSE;
        }

        void worked() {
            if (failing) {
                log.info("Records of use: {} takes them again", what);
            }
            failing = false;
        }

        boolean mayTry(long now) {
            return !failing || now - next >= 0;
        }
    }

    void used(UseRecord record, long now, @Nullable CompletableFuture<Void> waiter) {
        waiting.addLast(new Pending(new Numbered(new UUID(run, ++number), record), now, waiter));
    }

    void refused(UseRecord record, long now) {
        if (refusals.isFirst(record, now, hasRoom())) {
            used(record, now, null);
        }
    }

    /** Without room nothing but uses that are under way already is added to what waits in memory. */
    boolean hasRoom() {
        return !blocked;
    }

    long spooled() {
        return spool.bytes();
    }

    /** Does all that can be done now, without waiting for the database. */
    void move(long now) {
        if (hasRoom()) {
            refusals.due(now).forEach(sum -> used(sum, now, null));
        }
        settle(now);
        ship(now);
        if (mustSpool(now) && diskTries.mayTry(now)) {
            spool(now);
        }
    }

    private void settle(long now) {
        var done = shipping;
        if (done == null || !done.isDone()) {
            return;
        }
        shipping = null;
        var answer = done.written().toCompletableFuture();
        if (answer.isCompletedExceptionally()) {
            databaseTries.failed(now, cause(answer.exceptionNow()));
            giveBack(done);
            return;
        }
        databaseTries.worked();
        blocked = false;
        switch (done) {
            case Shipping.Direct(var entries, var written) -> entries.forEach(Pending::kept);
            case Shipping.Spooled(var batch, var written) -> passed(batch, now);
        }
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private void giveBack(Shipping failed) {
        if (failed instanceof Shipping.Direct(var entries, var written)) {
            entries.reversed().forEach(waiting::addFirst);
        }
    }

    private void passed(SpoolFile.Batch batch, long now) {
        try {
            spool.passed(batch);
        } catch (IOException e) {
            diskTries.failed(now, e);
        }
    }

    /** By turns, so that neither what waits on disk nor what waits in memory waits for ever. */
    private void ship(long now) {
        if (shipping != null || !databaseTries.mayTry(now)) {
            return;
        }
        boolean spooled = !spool.isEmpty() && diskTries.mayTry(now);
        fromSpool = spooled && (waiting.isEmpty() || !fromSpool);
        if (fromSpool) {
            shipSpooled(now);
        } else if (!waiting.isEmpty()) {
            shipping = Shipping.direct(database, waiting);
        }
    }

    private void shipSpooled(long now) {
        try {
            shipping = Shipping.spooled(database, spool.next(Shipping.MOST));
        } catch (IOException e) {
            diskTries.failed(now, e);
        }
    }

    private boolean mustSpool(long now) {
        var oldest = waiting.peekFirst();
        return oldest != null
                && (databaseTries.failing || waiting.size() > MOST_WAITING || now - oldest.since() > PATIENCE);
    }

    private void spool(long now) {
        while (!waiting.isEmpty()) {
            var some = waiting.stream().limit(MOST_WAITING).toList();
            some.forEach(Pending::delayed);
            if (!offered(some, now)) {
                return;
            }
            for (int i = 0; i < some.size(); i++) {
                waiting.removeFirst();
            }
        }
    }

    private boolean offered(List<Pending> some, long now) {
        try {
            boolean taken = spool.offer(Pending.records(some));
            if (!taken && !blocked) {
                log.error("The spool of records of use is full: requests that may use secrets are refused");
            }
            blocked = !taken;
            diskTries.worked();
            return taken;
        } catch (IOException e) {
            diskTries.failed(now, e);
            blocked = true;
            return false;
        }
    }

    /** The end: once more into the database, and otherwise to the disk, whether the spool has room or not. */
    void close() {
        var now = System.nanoTime();
        refusals.rest().forEach(sum -> used(sum, now, null));
        finish();
        while (!databaseTries.failing && !waiting.isEmpty()) {
            shipping = Shipping.direct(database, waiting);
            finish();
        }
        try (spool) {
            if (!waiting.isEmpty()) {
                spool.force(Pending.records(new ArrayList<>(waiting)));
                waiting.forEach(Pending::delayed);
            }
        } catch (IOException e) {
            log.error("{} records of use are lost, the disk does not take them", waiting.size(), e);
        }
    }

    private void finish() {
        var last = shipping;
        if (last == null) {
            return;
        }
        long deadline = System.nanoTime() + LAST_CHANCE;
        while (!last.isDone() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(this, POLL);
        }
        if (last.isDone()) {
            settle(System.nanoTime());
        } else {
            // Perhaps it will be committed yet; its id keeps it from being there twice.
            shipping = null;
            databaseTries.failed(System.nanoTime(), new IllegalStateException("no answer"));
            giveBack(last);
        }
    }
}
