package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseUnavailable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Writes of several askers are committed together, and each is told only of its own. */
class GroupCommitIT {
    private static final int MANY = 200;

    private static Database database;

    @BeforeAll
    static void open() {
        database = Database.open(TestDatabase.fresh());
        database.now("make a table", connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute("CREATE TABLE noted (number INT PRIMARY KEY, transaction XID8)");
            }
        });
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static CompletionStage<Integer> note(int number) {
        return database.together("note a number", connection -> {
            try (var insert = connection.prepareStatement("INSERT INTO noted VALUES (?, pg_current_xact_id())")) {
                insert.setInt(1, number);
                return insert.executeUpdate();
            }
        });
    }

    private static long count(String what) {
        return database.now("count", connection -> {
            try (var query = connection.prepareStatement("SELECT " + what + " FROM noted");
                    var rows = query.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    @Test
    void commitsManyTogetherAndTellsNobodyBefore() {
        var before = count("count(DISTINCT transaction)");
        var early = ConcurrentHashMap.<Integer>newKeySet();

        var all = IntStream.range(0, MANY)
                .mapToObj(number -> note(number).thenAccept(rows -> {
                    if (count("count(*) FILTER (WHERE number = " + number + ")") != 1) {
                        early.add(number);
                    }
                }))
                .toList();
        all.forEach(Told::told);

        assertThat(early).isEmpty();
        assertThat(count("count(DISTINCT transaction)") - before).isLessThan(MANY / 2);
    }

    @Test
    void doesNotLetOneTakeTheOthersWithIt() {
        told(note(1_000));
        var held = new CountDownLatch(1);
        // Both lanes are busy until everybody is waiting, so that the one that fails is in company.
        var first = IntStream.range(0, 2)
                .mapToObj(each -> database.together("wait", connection -> {
                    awaitQuietly(held);
                    return each;
                }))
                .toList();
        var good = IntStream.range(1_001, 1_011).mapToObj(GroupCommitIT::note).toList();
        var bad = note(1_000);
        var later = IntStream.range(1_011, 1_021).mapToObj(GroupCommitIT::note).toList();
        held.countDown();

        first.forEach(Told::told);
        good.forEach(Told::told);
        later.forEach(Told::told);
        assertThat(bad.toCompletableFuture().handle((rows, failure) -> failure).join())
                .satisfiesAnyOf(
                        failure -> assertThat(failure).isInstanceOf(DatabaseUnavailable.class),
                        failure -> assertThat(failure).isInstanceOf(CompletionException.class));
        assertThat(count("count(*) FILTER (WHERE number >= 1000)")).isEqualTo(21);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
