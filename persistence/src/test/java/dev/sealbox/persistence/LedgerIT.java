package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.told;
import static dev.sealbox.persistence.ledger.Uses.ORGANIZATION;
import static dev.sealbox.persistence.ledger.Uses.refusal;
import static dev.sealbox.persistence.ledger.Uses.sender;
import static dev.sealbox.persistence.ledger.Uses.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseFilter;
import dev.sealbox.domain.ledger.UseLedger.NoRoom;
import dev.sealbox.domain.ledger.UseLog;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseUnavailable;
import dev.sealbox.persistence.ledger.DatabaseUseLog;
import dev.sealbox.persistence.ledger.DurableLedger;
import dev.sealbox.persistence.ledger.LedgerSettings;
import dev.sealbox.persistence.ledger.Uses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No record of use is lost or there twice, whatever becomes of the database. */
class LedgerIT {
    private static final Duration PATIENT = Duration.ofMinutes(1);
    private static final long PLENTY = 64L << 20;

    @TempDir
    private Path folder;

    private Database database;

    @BeforeEach
    void open() {
        database = Database.open(TestDatabase.fresh());
    }

    @AfterEach
    void close() {
        database.close();
    }

    private DurableLedger ledger(boolean strict, long limit) {
        return start(database, strict, PATIENT, limit);
    }

    private DurableLedger start(Database at, boolean strict, Duration patience, long limit) {
        return DurableLedger.start(
                at, new LedgerSettings(strict, patience, Duration.ofMillis(200), folder.resolve("uses"), limit));
    }

    private static void execute(Database at, String sql) {
        at.now("execute a statement", connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    private void hideTable() {
        execute(database, "ALTER TABLE use_record RENAME TO hidden");
    }

    private void showTable() {
        execute(database, "ALTER TABLE hidden RENAME TO use_record");
    }

    private static void note(DurableLedger ledger, int from, int until) {
        IntStream.range(from, until).forEach(number -> ledger.note(use(number)));
    }

    private static List<UseRecord> all(Database at, UseFilter filter) {
        var log = new DatabaseUseLog(at);
        var all = new ArrayList<UseRecord>();
        UseLog.Page page;
        long after = 0;
        do {
            page = told(log.uses(ORGANIZATION, filter, after, 100));
            page.uses().forEach(entry -> all.add(entry.record()));
            after = page.next();
        } while (!page.complete());
        return all;
    }

    private static UseRecord[] uses(int until) {
        return IntStream.range(0, until).mapToObj(Uses::use).toArray(UseRecord[]::new);
    }

    private static void eventuallyThere(Database at, int number) {
        eventually(number + " records", () -> all(at, UseFilter.ALL).size() >= number);
        assertThat(all(at, UseFilter.ALL)).containsExactlyInAnyOrder(uses(number));
    }

    /** Why the request must not go; empty when it may. */
    private static Optional<Throwable> failure(CompletionStage<Void> stage) {
        return told(stage.handle((done, failure) ->
                Optional.ofNullable(failure instanceof CompletionException wrapped ? wrapped.getCause() : failure)));
    }

    @Test
    void tellsAnOrganisationWhatItsSandboxesDid() {
        var other = sender("sb-00000000000000aa", new OrganizationId("other"));
        var second = sender("sb-00000000000000bb", ORGANIZATION);
        try (var ledger = ledger(false, PLENTY)) {
            ledger.note(use(0));
            ledger.note(use(other, "TOKEN", "api.example.com", 1));
            ledger.note(use(second, "KEY", "a_b.example.org", 2));
            ledger.note(refusal("sb-00000000000000bb", "egress.host-not-allowed", "evil.test", 3));
        }

        var none = UseFilter.ALL;
        var no = Optional.<HostPattern>empty();
        assertThat(all(database, none)).hasSize(3).contains(use(0));
        assertThat(all(database, filter(Optional.of(new SandboxId("sb-00000000000000bb")), no)))
                .hasSize(2);
        assertThat(all(database, filter(Optional.empty(), Optional.of(HostPattern.parse("*.example.com")))))
                .containsExactly(use(0));
        assertThat(all(database, filter(Optional.empty(), Optional.of(HostPattern.parse("*.b.example.org")))))
                .isEmpty();
        assertThat(all(database, filter(Optional.empty(), Optional.of(HostPattern.parse("evil.test")))))
                .extracting(UseRecord::rule)
                .containsExactly("egress.host-not-allowed");
        assertThat(all(
                        database,
                        new UseFilter(
                                none.sandbox(),
                                Optional.of(new SecretName("KEY")),
                                no,
                                Optional.of(Ruling.USED),
                                Optional.of(Uses.AT.plusSeconds(1)),
                                Optional.of(Uses.AT.plusSeconds(3)))))
                .containsExactly(use(second, "KEY", "a_b.example.org", 2));
    }

    private static UseFilter filter(Optional<SandboxId> sandbox, Optional<HostPattern> host) {
        return new UseFilter(sandbox, Optional.empty(), host, Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void keepsEveryRecordOfAKilledDatabaseOnDiskAndWritesItAfterTheRestart() throws IOException {
        var settings = TestNode.embedded(folder.resolve("postgres"));
        var killed = Database.open(settings);
        var ledger = start(killed, false, PATIENT, PLENTY);
        note(ledger, 0, 300);
        eventuallyThere(killed, 300);
        var pid = folder.resolve("postgres/data/postmaster.pid");
        var server = ProcessHandle.of(
                        Long.parseLong(Files.readAllLines(pid).getFirst().strip()))
                .orElseThrow();
        Stream.concat(Stream.of(server), server.descendants()).toList().forEach(ProcessHandle::destroyForcibly);

        note(ledger, 300, 2_000);
        eventually("records are on disk", () -> ledger.spooled() > 0);
        assertThat(failure(ledger.begins(List::of))).isEmpty();
        note(ledger, 2_000, 2_500);
        ledger.close();
        closeDead(killed);

        try (var again = Database.open(settings);
                var after = start(again, false, PATIENT, PLENTY)) {
            note(after, 2_500, 3_000);
            eventuallyThere(again, 3_000);
            eventually("nothing is left on disk", () -> after.spooled() == 0);
        }
    }

    private static void closeDead(Database killed) {
        try {
            killed.close();
        } catch (DatabaseUnavailable e) {
            // There is nothing left to stop.
        }
    }

    @Test
    void doesNotWaitForADatabaseThatDoesNotAnswer() throws java.sql.SQLException {
        try (var ledger = ledger(false, PLENTY)) {
            try (var connection = database.connection();
                    var statement = connection.createStatement()) {
                statement.execute("SELECT pg_advisory_lock(7129009)");
                note(ledger, 0, 100);
                eventually("the first is under way", () -> waitingForLocks() == 1);
                note(ledger, 100, 1_000);
                eventually("records are on disk", () -> ledger.spooled() > 0);
                assertThat(ledger.hasRoom()).isTrue();
                statement.execute("SELECT pg_advisory_unlock(7129009)");
            }
            eventuallyThere(database, 1_000);
            eventually("nothing is left on disk", () -> ledger.spooled() == 0);
        }
    }

    private int waitingForLocks() {
        return database.now("look at locks", connection -> {
            try (var query = connection.prepareStatement(
                            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                                    + " AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
                    var rows = query.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        });
    }

    @Test
    void refusesRequestsRatherThanDropRecordsWhenTheSpoolIsFull() {
        try (var ledger = ledger(false, 100_000)) {
            hideTable();
            note(ledger, 0, 50);
            eventually("records are on disk", () -> ledger.spooled() > 0);
            assertThat(failure(ledger.begins(List::of))).isEmpty();

            note(ledger, 50, 500);
            eventually("there is no room", () -> !ledger.hasRoom());
            assertThat(failure(ledger.begins(List::of))).get().isInstanceOf(NoRoom.class);
            // Requests that were under way already end now.
            note(ledger, 500, 600);
            IntStream.range(0, 1_000).forEach(i -> ledger.note(refusal("sb-00000000000000cc", "ledger", "h" + i, i)));

            showTable();
            eventually("there is room again", ledger::hasRoom);
            eventually("nothing is left on disk", () -> ledger.spooled() == 0);
            assertThat(failure(ledger.begins(List::of))).isEmpty();
        }
        var used = all(database, UseFilter.ALL).stream()
                .filter(record -> record.ruling() == Ruling.USED)
                .toList();
        assertThat(used).containsExactlyInAnyOrder(uses(600));
        assertThat(refusals()).isEqualTo(1_000);
    }

    private long refusals() {
        return all(database, UseFilter.ALL).stream()
                .filter(record -> record.ruling() == Ruling.REFUSED)
                .mapToLong(UseRecord::count)
                .sum();
    }

    @Test
    void keepsAFullSpoolsRecordsOverAStop() {
        hideTable();
        try (var ledger = ledger(false, 1_000)) {
            note(ledger, 0, 100);
            eventually("there is no room", () -> !ledger.hasRoom());
        }
        showTable();
        try (var ledger = ledger(false, 1_000)) {
            eventuallyThere(database, 100);
            eventually("nothing is left on disk", () -> ledger.spooled() == 0);
        }
    }

    @Test
    void writesNoRecordTwiceThatWasWrittenBeforeACrash() throws IOException {
        hideTable();
        try (var ledger = ledger(false, PLENTY)) {
            note(ledger, 0, 700);
        }
        showTable();
        var spooled = folder.resolve("uses/0000000000000001.spool");
        var copy = Files.copy(spooled, folder.resolve("copy"));
        for (int run = 0; run < 2; run++) {
            try (var ledger = ledger(false, PLENTY)) {
                eventually("nothing is left on disk", () -> ledger.spooled() == 0);
            }
            // As if the node had been killed between the commit and the removal of the file.
            Files.copy(copy, spooled);
        }

        assertThat(all(database, UseFilter.ALL)).containsExactlyInAnyOrder(uses(700));
    }

    @Test
    void doesNotLetAFloodOfRefusalsHideAUse() {
        try (var ledger = ledger(false, PLENTY)) {
            for (int i = 0; i < 200_000; i++) {
                ledger.note(refusal("sb-00000000000000cc", "egress.host-not-allowed", "evil" + i % 1_000, i));
                if (i == 100_000) {
                    ledger.note(use(1));
                }
            }
            eventually("all are counted", () -> refusals() == 200_000);
        }
        var all = all(database, UseFilter.ALL);
        assertThat(all).contains(use(1)).hasSizeLessThan(5_000);
    }

    @Test
    void letsAStrictRequestWaitUntilItsRecordIsInTheDatabase() {
        try (var ledger = ledger(true, PLENTY)) {
            for (int i = 0; i < 20; i++) {
                var records = List.of(use(2 * i), use(2 * i + 1));
                assertThat(failure(ledger.begins(() -> records))).isEmpty();
                assertThat(all(database, UseFilter.ALL)).containsAll(records);
            }
        }
        try (var ledger = start(database, true, Duration.ofMillis(200), PLENTY)) {
            hideTable();
            assertThat(failure(ledger.begins(() -> List.of(use(40))))).get().isInstanceOf(NoRoom.class);
            showTable();
            eventually(
                    "requests may go again",
                    () -> failure(ledger.begins(List::of)).isEmpty());
            eventuallyThere(database, 41);
        }
    }
}
