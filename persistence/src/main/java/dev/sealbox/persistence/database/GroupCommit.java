package dev.sealbox.persistence.database;

import dev.sealbox.persistence.database.Database.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * Commits together what is asked at the same time, so that many small writes wait for the disk once. Whoever asks while
 * a commit is under way is in the next one; nobody waits for company. Thread-safe.
 */
final class GroupCommit {
    /** Transactions at a time: one collects while another waits for the disk. */
    private static final int LANES = 2;

    /** Bounds a transaction, and so what has to be done again when a part of it fails. */
    private static final int MOST = 64;

    private final Database database;
    private final Executor threads;
    private final Queue<Task<?>> waiting = new ConcurrentLinkedQueue<>();
    private final Semaphore lanes = new Semaphore(LANES);

    GroupCommit(Database database, Executor threads) {
        this.database = database;
        this.threads = threads;
    }

    private record Task<T>(String step, Work<T> work, CompletableFuture<T> answer) {
        /** Does the work; the result tells its asker, once it is committed. */
        Runnable done(Connection connection) throws SQLException {
            var result = work.with(connection);
            return () -> answer.complete(result);
        }

        void alone(Database database) {
            try {
                answer.complete(database.now(step, work));
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        }
    }

    <T> CompletionStage<T> ask(String step, Work<T> work) {
        var task = new Task<>(step, work, new CompletableFuture<T>());
        waiting.add(task);
        serve();
        return task.answer();
    }

    private void serve() {
        if (lanes.tryAcquire()) {
            threads.execute(this::drain);
        }
    }

    private void drain() {
        try {
            for (var tasks = next(); !tasks.isEmpty(); tasks = next()) {
                commit(tasks);
            }
        } finally {
            lanes.release();
        }
        // Who came after the last look found no lane free.
        if (!waiting.isEmpty()) {
            serve();
        }
    }

    private List<Task<?>> next() {
        var tasks = new ArrayList<Task<?>>();
        for (var task = waiting.poll(); task != null; task = tasks.size() < MOST ? waiting.poll() : null) {
            tasks.add(task);
        }
        return tasks;
    }

    private void commit(List<Task<?>> tasks) {
        var committed = tasks.size() == 1 ? Optional.<List<Runnable>>empty() : together(tasks);
        // One that fails must not take the others with it.
        committed.ifPresentOrElse(all -> all.forEach(Runnable::run), () -> tasks.forEach(task -> task.alone(database)));
    }

    private Optional<List<Runnable>> together(List<Task<?>> tasks) {
        try {
            return Optional.of(database.now("commit", connection -> transaction(connection, tasks)));
        } catch (RuntimeException | Error e) {
            return Optional.empty();
        }
    }

    private static List<Runnable> transaction(Connection connection, List<Task<?>> tasks) throws SQLException {
        connection.setAutoCommit(false);
        try {
            var answers = new ArrayList<Runnable>();
            for (var task : tasks) {
                answers.add(task.done(connection));
            }
            connection.commit();
            return answers;
        } catch (SQLException | RuntimeException | Error e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
