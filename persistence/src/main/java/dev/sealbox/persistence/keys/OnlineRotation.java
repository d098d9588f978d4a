package dev.sealbox.persistence.keys;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.keys.MasterKeyRefusal;
import dev.sealbox.domain.keys.MasterKeyRotation;
import dev.sealbox.domain.keys.MasterKeyStatus;
import dev.sealbox.persistence.database.Database;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges the master keys while everything goes on. The order that makes it safe to stop anywhere:
 *
 * <ol>
 *   <li>the database remembers that a new key is asked for;
 *   <li>the key set with the new primary is written to its source, durably;
 *   <li>the database remembers the new key as the target;
 *   <li>batch after batch is wrapped by it.
 * </ol>
 *
 * Every node looks, at its start and from time to time, whether something is left to do, and one of them does it: an
 * advisory lock of the database decides which. Thread-safe.
 */
public final class OnlineRotation implements MasterKeyRotation, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OnlineRotation.class);
    /** Any number, the same on every node. */
    private static final long LOCK = 0x5EA1_B0C5_0000_0001L;

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Database database;
    private final MasterKeys masters;
    private final KeyCounts counts;
    private final Duration checkEvery;
    private final Semaphore wake = new Semaphore(1);
    private final Thread worker;
    private volatile boolean closed;

    private OnlineRotation(Database database, MasterKeys masters, Duration checkEvery) {
        this.database = database;
        this.masters = masters;
        this.counts = new KeyCounts(masters);
        this.checkEvery = checkEvery;
        this.worker = Thread.ofVirtual().name("sealbox-master-keys").unstarted(this::watch);
    }

    /** Goes on with a rotation that was interrupted, and looks every {@code checkEvery} whether there is one. */
    public static OnlineRotation start(Database database, MasterKeys masters, Duration checkEvery) {
        var rotation = new OnlineRotation(database, masters, checkEvery);
        rotation.worker.start();
        return rotation;
    }

    /** Stops after the batch in progress; what is left is done after the next start. */
    @Override
    public void close() {
        closed = true;
        worker.interrupt();
        try {
            worker.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        while (!closed) {
            try {
                wake.tryAcquire(checkEvery.toMillis(), TimeUnit.MILLISECONDS);
                wake.drainPermits();
                database.now("re-wrap keys", this::catchUp);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (!closed) {
                    log.warn("Master keys are not rotated to the end yet: {}", reason(e));
                }
            }
        }
    }

    private static String reason(Throwable e) {
        return e.getCause() == null
                ? String.valueOf(e.getMessage())
                : e.getMessage() + ": " + e.getCause().getMessage();
    }

    private boolean catchUp(Connection connection) throws SQLException {
        var row = follow(RotationRow.read(connection, masters.ring().primary()));
        return isBehind(connection, row)
                && locked(connection, () -> work(connection)).isPresent();
    }

    /** Takes note of a key that another node has added. */
    private RotationRow follow(RotationRow row) {
        if (row.target() != masters.ring().primary() && !row.requested()) {
            var ring = masters.reread(KeyRing.prefix(row.target()));
            if (!ring.ids().containsKey(row.target())) {
                log.warn(
                        "The master key {} is in use, but {} on this node does not have it",
                        row.target(),
                        masters.source().name());
            }
        }
        return row;
    }

    private boolean isBehind(Connection connection, RotationRow row) throws SQLException {
        var primary = masters.ring().primary();
        return row.requested()
                || (row.target() == primary && Rewrapping.remaining(connection, primary) > row.unopenable());
    }

    /** What an earlier process has left undone, from wherever it stopped. */
    private boolean work(Connection connection) throws SQLException {
        var row = RotationRow.read(connection, masters.ring().primary());
        if (row.requested()) {
            try {
                introduce(connection, row);
            } catch (IOException | GeneralSecurityException e) {
                throw new KeyFailure(masters.source().name() + " cannot be rewritten", e);
            }
        }
        if (isBehind(connection, RotationRow.read(connection, masters.ring().primary()))) {
            log.info("Wrapping keys by the master key {}", masters.ring().primary());
            var unopenable = new Rewrapping(connection, masters).run();
            RotationRow.unopenable(connection, unopenable);
            log.info(
                    "Wrapped keys by the master key {}; no key opens {}",
                    masters.ring().primary(),
                    unopenable);
        }
        return true;
    }

    /** Adds the key that was asked for, unless that was done already, and has it used. */
    private void introduce(Connection connection, RotationRow row)
            throws SQLException, IOException, GeneralSecurityException {
        masters.reread(KeyRing.prefix(row.target()));
        var ring = masters.ring().primary() == row.target() ? masters.addPrimary() : masters.ring();
        RotationRow.begin(connection, ring.primary(), Rewrapping.remaining(connection, ring.primary()));
    }

    @Override
    public CompletionStage<MasterKeyStatus> status() {
        return database.ask("count wrapped keys", connection -> {
            follow(RotationRow.read(connection, masters.ring().primary()));
            return counts.status(connection);
        });
    }

    @Override
    public CompletionStage<Outcome<MasterKeyStatus>> rotate() {
        return database.ask("rotate the master keys", connection -> {
            // Who has the lock is at work: a rotation is under way, and a second one is not begun.
            var refusal = locked(connection, () -> begin(connection)).flatMap(begun -> begun);
            wake.release();
            return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.done(counts.status(connection));
        });
    }

    private Optional<MasterKeyRefusal> begin(Connection connection) throws SQLException {
        var row = RotationRow.read(connection, masters.ring().primary());
        masters.reread(KeyRing.prefix(row.target()));
        if (isBehind(connection, row)) {
            return Optional.empty();
        }
        var remedy = masters.source().remedy();
        if (remedy.isPresent() && row.target() == masters.ring().primary()) {
            return Optional.of(new MasterKeyRefusal.NotRewritable(remedy.get()));
        }
        RotationRow.request(connection, true);
        try {
            introduce(connection, row);
            return Optional.empty();
        } catch (IOException | GeneralSecurityException e) {
            RotationRow.request(connection, false);
            return Optional.of(notWritten(e));
        }
    }

    private MasterKeyRefusal notWritten(Exception e) {
        return new MasterKeyRefusal.NotRewritable(masters.source().name() + " cannot be rewritten ("
                + e.getClass().getSimpleName() + "): make it writable for the node, and rotate again");
    }

    @Override
    public CompletionStage<Outcome<MasterKeyStatus>> retire() {
        return database.ask("retire master keys", connection -> {
            var refusal = lockedSoon(connection, () -> retire(connection)).orElseGet(() -> Optional.of(busy()));
            return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.done(counts.status(connection));
        });
    }

    private MasterKeyRefusal busy() {
        return new MasterKeyRefusal.NotRewritable("the master keys are being rotated; try again when that is done");
    }

    private Optional<MasterKeyRefusal> retire(Connection connection) throws SQLException {
        var row = RotationRow.read(connection, masters.ring().primary());
        var ring = masters.reread(KeyRing.prefix(row.target()));
        var remedy = masters.source().remedy();
        if (remedy.isPresent()) {
            return Optional.of(new MasterKeyRefusal.NotRewritable("the master keys come from "
                    + masters.source().name() + ", which a node cannot change: remove the keys that wrap nothing"));
        }
        if (row.requested() || row.target() != ring.primary()) {
            return Optional.of(busy());
        }
        var old =
                ring.ids().keySet().stream().filter(id -> id != ring.primary()).toList();
        var used = new Retirement(connection).of(old);
        if (used.isPresent()) {
            return Optional.of(used.get());
        }
        try {
            if (!old.isEmpty()) {
                masters.remove(old);
            }
            return Optional.empty();
        } catch (IOException | GeneralSecurityException e) {
            return Optional.of(notWritten(e));
        }
    }

    @FunctionalInterface
    private interface Task<T> {
        T run() throws SQLException;
    }

    /** Runs the task if nobody else does; empty when somebody does. */
    private static <T> Optional<T> locked(Connection connection, Task<T> task) throws SQLException {
        if (!asked(connection, "SELECT pg_try_advisory_lock(?)")) {
            return Optional.empty();
        }
        try {
            return Optional.of(task.run());
        } finally {
            asked(connection, "SELECT pg_advisory_unlock(?)");
        }
    }

    /** As {@link #locked}, but waits for whoever is about to finish: the last batch is counted before its lock is let go. */
    private static <T> Optional<T> lockedSoon(Connection connection, Task<T> task) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        var done = locked(connection, task);
        while (done.isEmpty()
                && System.nanoTime() < deadline
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(50_000_000);
            done = locked(connection, task);
        }
        return done;
    }

    private static boolean asked(Connection connection, String question) throws SQLException {
        try (var query = connection.prepareStatement(question)) {
            query.setLong(1, LOCK);
            try (var rows = query.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }
}
