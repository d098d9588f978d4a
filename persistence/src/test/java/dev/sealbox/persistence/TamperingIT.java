package dev.sealbox.persistence;

import static dev.sealbox.domain.audit.Flaw.Kind.CHANGED;
import static dev.sealbox.domain.audit.Flaw.Kind.HEAD_FORGED;
import static dev.sealbox.domain.audit.Flaw.Kind.HEAD_MISSING;
import static dev.sealbox.domain.audit.Flaw.Kind.HIDDEN;
import static dev.sealbox.domain.audit.Flaw.Kind.INSERTED;
import static dev.sealbox.domain.audit.Flaw.Kind.REMOVED;
import static dev.sealbox.domain.audit.Flaw.Kind.REORDERED;
import static dev.sealbox.domain.audit.Flaw.Kind.SNAPSHOT_ALTERED;
import static dev.sealbox.domain.audit.Flaw.Kind.TRUNCATED;
import static dev.sealbox.domain.audit.Flaw.Kind.UNANCHORED;
import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sealbox.domain.audit.Flaw;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Verdict;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.persistence.audit.AuditSettings;
import dev.sealbox.persistence.audit.DatabaseAuditLog;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.SealedNotary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that somebody with full access to the database may try, and how the log shows it. */
class TamperingIT {
    private static final Origin MINE = new Origin(new OrganizationId("mine"), "key-1", "127.0.0.1", "request-1");
    private static final Origin OTHERS = new Origin(new OrganizationId("others"), "key-2", "127.0.0.1", "request-2");
    private static final List<String> TABLES = List.of(
            "event_journal",
            "event_tag",
            "snapshot",
            "audit_head",
            "audit_head_entry",
            "audit_unanchored",
            "audit_event");

    private static final String RECHAIN = """
            DO $$
            DECLARE event event_journal; previous BYTEA;
            BEGIN
              SELECT chain INTO previous FROM event_journal WHERE persistence_id = '%1$s' AND sequence_number = %2$d - 1;
              FOR event IN SELECT * FROM event_journal WHERE persistence_id = '%1$s' AND sequence_number >= %2$d
                  AND sequence_number <= %3$d ORDER BY sequence_number LOOP
                previous := audit_chain(previous, event);
                UPDATE event_journal SET chain = previous
                 WHERE persistence_id = '%1$s' AND sequence_number = event.sequence_number;
              END LOOP;
            END $$""";

    @TempDir
    private static Path folder;

    private static TestNode node;
    private static DatabaseAuditLog audit;
    private static String store;
    private static String name;

    @BeforeAll
    static void start() throws IOException {
        node = TestNode.start(
                TestDatabase.fresh(),
                folder.resolve("master.json"),
                new RememberedHosts(),
                "sealbox.persistence { ask-timeout = 15 s, snapshot-every = 5, audit { head-interval = 1 h, heads-file = \""
                        + headsFile() + "\" } }");
        var masters = MasterKeys.open(folder.resolve("master.json"), node.database);
        audit = DatabaseAuditLog.start(
                node.system,
                node.database,
                SealedNotary.open(node.database, masters),
                AuditSettings.from(node.system.settings().config()));
        store = fill(MINE, "first", 4);
        told(audit.anchored());
        fill(MINE, "second", 3);
        fill(OTHERS, "third", 3);
        told(audit.anchored());
        set(MINE, store, 4, 7);
        told(audit.anchored());
        name = "secret-store:" + store.substring("secret-store|".length());
        listed();
        sql("CREATE SCHEMA kept");
        TABLES.forEach(table -> sql("CREATE TABLE kept." + table + " AS TABLE " + table));
        Files.copy(headsFile(), folder.resolve("kept.log"));
    }

    private static Path headsFile() {
        return folder.resolve("audit/heads.log");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void isIntact() {
        var verdict = verify(Scope.EVERYTHING);
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.intact()).isTrue();
        assertThat(verdict.events()).isEqualTo(count("event_journal")).isGreaterThan(15);
        assertThat(verdict.heads()).isEqualTo(3).isEqualTo(verdict.anchored());
        assertThat(count("snapshot")).isPositive();
    }

    @AfterEach
    void restore() throws IOException {
        Files.copy(folder.resolve("kept.log"), headsFile(), StandardCopyOption.REPLACE_EXISTING);
        TABLES.forEach(table -> {
            tamper("DELETE FROM " + table);
            tamper("INSERT INTO " + table + " SELECT * FROM kept." + table);
        });
    }

    private static String fill(Origin origin, String name, int secrets) {
        var id = done(node.persistence.stores().create(origin, new StoreName(name), List.of()))
                .id();
        set(origin, "secret-store|" + id, 0, secrets);
        return "secret-store|" + id;
    }

    private static void set(Origin origin, String store, int from, int to) {
        var id = dev.sealbox.domain.identity.StoreId.parse(store.substring("secret-store|".length()));
        for (var i = from; i < to; i++) {
            var value = Plaintext.of("a-plaintext-" + i);
            done(node.persistence.stores().set(origin, id, new SecretName("SECRET_" + i), value, List.of()));
        }
    }

    private static void listed() {
        eventually("all is listed", () -> count("audit_event") == count("event_journal"));
    }

    @Test
    void aChangedEvent() {
        tamper("UPDATE event_journal SET event_payload = event_payload || ' ' " + at(3));
        assertThat(found()).containsExactly(tuple(CHANGED, name, 3L));
    }

    @Test
    void aChangedColumnBesideTheContents() {
        tamper("UPDATE event_journal SET write_timestamp = write_timestamp + 1 " + at(1));
        tamper("UPDATE event_journal SET event_ser_manifest = 'store.renamed.1' " + at(4));
        tamper("UPDATE event_journal SET meta_payload = 'x' " + at(6));
        assertThat(found())
                .containsExactly(tuple(CHANGED, name, 1L), tuple(CHANGED, name, 4L), tuple(CHANGED, name, 6L));
    }

    @Test
    void aChangedEventWithItsOwnHashMadeAnew() {
        tamper("UPDATE event_journal SET event_payload = event_payload || ' ' " + at(3));
        tamper(RECHAIN.formatted(store, 3, 3));
        assertThat(found()).containsExactly(tuple(CHANGED, name, 4L));
    }

    @Test
    void aChangedEventWithAllHashesMadeAnew() {
        tamper("UPDATE event_journal SET event_payload = event_payload || ' ' " + at(3));
        tamper(RECHAIN.formatted(store, 3, 1_000));
        assertThat(found()).containsExactly(tuple(CHANGED, name, 5L));
    }

    @Test
    void aRemovedEvent() {
        tamper("DELETE FROM event_journal " + at(3));
        assertThat(found()).containsExactly(tuple(REMOVED, name, 3L));
    }

    @Test
    void aRemovedFirstEvent() {
        tamper("DELETE FROM event_journal " + at(1));
        assertThat(found()).contains(tuple(REMOVED, name, 1L));
    }

    @Test
    void aRemovedEventWithTheLaterOnesRenumbered() {
        tamper("DELETE FROM event_journal " + at(3));
        renumber(4, 8, -1);
        assertThat(found()).contains(tuple(REMOVED, name, 3L), tuple(TRUNCATED, name, 8L));
    }

    @Test
    void aRemovedEventWithTheLaterOnesRenumberedAndHashedAnew() {
        tamper("DELETE FROM event_journal " + at(3));
        renumber(4, 8, -1);
        tamper(RECHAIN.formatted(store, 3, 1_000));
        assertThat(found())
                .contains(tuple(CHANGED, name, 5L))
                .allMatch(flaw -> flaw.toList().get(1).equals(name));
    }

    @Test
    void swappedContents() {
        tamper("UPDATE event_journal a SET event_payload = b.event_payload, event_ser_manifest = b.event_ser_manifest"
                + " FROM event_journal b WHERE a.persistence_id = '" + store + "' AND b.persistence_id = '" + store
                + "' AND (a.sequence_number, b.sequence_number) IN ((2, 5), (5, 2))");
        assertThat(found())
                .contains(tuple(REORDERED, name, 2L))
                .noneMatch(flaw -> flaw.toList().contains(CHANGED));
    }

    @Test
    void swappedNumbers() {
        swap(3, 6);
        assertThat(found())
                .contains(tuple(REORDERED, name, 3L))
                .noneMatch(flaw -> flaw.toList().contains(CHANGED));
    }

    @Test
    void swappedNumbersOfNeighbours() {
        swap(3, 4);
        assertThat(found())
                .contains(tuple(REORDERED, name, 3L))
                .noneMatch(flaw -> flaw.toList().contains(CHANGED));
    }

    @Test
    void swappedNumbersOfTheLastTwo() {
        swap(7, 8);
        assertThat(found()).contains(tuple(REORDERED, name, 7L));
    }

    private static void swap(int one, int two) {
        tamper("UPDATE event_journal SET sequence_number = -1 " + at(one));
        tamper("UPDATE event_journal SET sequence_number = " + one + " " + at(two));
        tamper("UPDATE event_journal SET sequence_number = " + two + " " + at(-1));
    }

    @Test
    void anInsertedEvent() {
        renumber(3, 8, 1);
        copy(2, 3, "nextval('event_journal_ordering_seq')");
        tamper(RECHAIN.formatted(store, 3, 3));
        assertThat(found())
                .contains(tuple(INSERTED, name, 3L))
                .noneMatch(flaw -> flaw.toList().contains(TRUNCATED));
    }

    @Test
    void anInsertedEventWithAHashOutOfNowhere() {
        renumber(3, 8, 1);
        copy(2, 3, "-7");
        assertThat(found()).contains(tuple(INSERTED, name, 3L));
    }

    @Test
    void anEventAddedWithoutTheTrigger() {
        copy(8, 9, "nextval('event_journal_ordering_seq')");
        tamper(RECHAIN.formatted(store, 9, 9));
        assertThat(found()).contains(tuple(UNANCHORED, name, 9L));
    }

    @Test
    void truncatedEvents() {
        tamper("DELETE FROM event_journal WHERE sequence_number >= 6 AND persistence_id = '" + store + "'");
        assertThat(found())
                .contains(tuple(TRUNCATED, name, 6L))
                .noneMatch(flaw -> flaw.toList().contains(CHANGED));
    }

    @Test
    void aRemovedEntity() {
        tamper("DELETE FROM event_journal WHERE persistence_id = '" + store + "'");
        tamper("DELETE FROM snapshot WHERE persistence_id = '" + store + "'");
        assertThat(found()).containsExactly(tuple(TRUNCATED, name, 1L));
    }

    @Test
    void anEventThatWasRemovedBeforeAHeadCoveredIt() {
        fill(origin("late"), "fourth", 1);
        listed();
        var last = number("SELECT max(ordering) FROM event_journal");
        tamper("DELETE FROM event_journal WHERE ordering = " + last);
        told(audit.anchored());
        assertThat(verify(Scope.EVERYTHING).findings())
                .anyMatch(flaw -> flaw.kind() == TRUNCATED && flaw.sequence() == 2);
        // Even when the listing is brought into line.
        tamper("DELETE FROM audit_event WHERE ordering = " + last);
        assertThat(verify(Scope.EVERYTHING).findings())
                .anyMatch(flaw -> flaw.kind() == TRUNCATED && flaw.sequence() == last);
    }

    @Test
    void anEventThatIsMarkedAsDeleted() {
        tamper("UPDATE event_journal SET deleted = TRUE " + at(2));
        assertThat(found()).containsExactly(tuple(HIDDEN, name, 2L));
    }

    @Test
    void anEventWithoutItsTag() {
        tamper("DELETE FROM event_tag t USING event_journal j WHERE t.event_id = j.ordering AND j.persistence_id = '"
                + store + "' AND j.sequence_number = 2");
        assertThat(found()).containsExactly(tuple(HIDDEN, name, 2L));
    }

    @Test
    void removedHeads() {
        tamper("DELETE FROM audit_head WHERE number = 3");
        tamper("DELETE FROM audit_head_entry WHERE head = 3");
        assertThat(found()).contains(tuple(HEAD_MISSING, "", 3L), tuple(UNANCHORED, name, 6L));
    }

    @Test
    void aRemovedHeadBetweenOthers() {
        tamper("DELETE FROM audit_head WHERE number = 2");
        tamper("DELETE FROM audit_head_entry WHERE head = 2");
        assertThat(found()).contains(tuple(HEAD_MISSING, "", 2L));
    }

    @Test
    void forgedHeads() {
        tamper("UPDATE audit_head SET up_to = up_to + 1 WHERE number = 1");
        tamper("UPDATE audit_head_entry SET sequence = sequence - 1 WHERE head = 2 AND persistence_id <> '" + store
                + "' AND sequence = (SELECT max(sequence) FROM audit_head_entry WHERE head = 2)");
        tamper("UPDATE audit_head SET signature = (SELECT signature FROM audit_head WHERE number = 2),"
                + " hash = sha256('x') WHERE number = 3");
        assertThat(found())
                .contains(tuple(HEAD_FORGED, "", 1L), tuple(HEAD_FORGED, "", 2L), tuple(HEAD_FORGED, "", 3L));
    }

    @Test
    void headsThatTheNodeWasMadeToSignAnew() {
        tamper("UPDATE event_journal SET event_payload = event_payload || ' ' " + at(3));
        tamper(RECHAIN.formatted(store, 3, 1_000));
        tamper("DELETE FROM audit_head_entry");
        tamper("DELETE FROM audit_head");
        tamper("INSERT INTO audit_unanchored SELECT ordering FROM event_journal");
        told(audit.anchored());

        var found = found();
        assertThat(found).contains(tuple(HEAD_FORGED, "", 1L), tuple(HEAD_MISSING, "", 2L));
    }

    @Test
    void anAlteredSnapshot() {
        tamper("UPDATE snapshot SET snapshot_payload = convert_to(replace(convert_from(snapshot_payload, 'UTF8'),"
                + " 'first', 'forst'), 'UTF8') WHERE persistence_id = '" + store + "'");
        assertThat(found()).isNotEmpty().allSatisfy(flaw -> {
            assertThat(flaw.toList().get(0)).isEqualTo(SNAPSHOT_ALTERED);
            assertThat(flaw.toList().get(1)).isEqualTo(name);
        });
    }

    @Test
    void aSnapshotThatNoEventLeadsTo() {
        tamper("UPDATE snapshot SET sequence_number = 1000 WHERE (persistence_id, sequence_number) IN"
                + " (SELECT persistence_id, max(sequence_number) FROM snapshot WHERE persistence_id = '" + store
                + "' GROUP BY persistence_id)");
        assertThat(found()).containsExactly(tuple(SNAPSHOT_ALTERED, name, 1000L));
    }

    @Test
    void isSeenByWhomItConcerns() {
        tamper("UPDATE event_journal SET event_payload = event_payload || ' ' " + at(3));
        var mine = verify(Scope.of(MINE.organization()));
        var others = verify(Scope.of(OTHERS.organization()));
        assertThat(mine.findings()).extracting(Flaw::entity).containsExactly(name);
        assertThat(others.findings()).isEmpty();
        assertThat(mine.events() + others.events()).isEqualTo(count("event_journal"));
        assertThat(others.entities()).isEqualTo(2);
        assertThat(mine.heads()).isEqualTo(3);
    }

    @Test
    void isNotSeenWhereOthersOnlyGoOnWriting() {
        var busy = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(() -> fill(origin("busy"), "busy-" + i, 15)))
                .toList();
        while (!busy.stream().allMatch(CompletableFuture::isDone)) {
            told(audit.anchored());
            assertThat(verify(Scope.EVERYTHING).findings()).isEmpty();
        }
        busy.forEach(Told::told);
        listed();
        assertThat(verify(Scope.of(new OrganizationId("busy"))).events()).isEqualTo(4 * 17);
    }

    /** Of an organisation of its own: what a test adds is gone after it, and those entities must not go on. */
    private static Origin origin(String organization) {
        return new Origin(new OrganizationId(organization), "key-3", "127.0.0.1", "request-3");
    }

    private static List<Tuple> found() {
        return verify(Scope.EVERYTHING).findings().stream()
                .map(flaw -> tuple(flaw.kind(), flaw.entity(), flaw.sequence()))
                .toList();
    }

    private static Verdict verify(Scope scope) {
        return done(audit.verify(scope));
    }

    private static void renumber(int from, int to, int by) {
        IntStream.rangeClosed(0, to - from)
                .map(i -> by > 0 ? to - i : from + i)
                .forEach(i -> tamper("UPDATE event_journal SET sequence_number = " + (i + by) + " " + at(i)));
    }

    private static void copy(int from, int to, String ordering) {
        tamper("INSERT INTO event_journal (ordering, persistence_id, sequence_number, writer, write_timestamp,"
                + " adapter_manifest, event_ser_id, event_ser_manifest, event_payload, chain) SELECT " + ordering
                + ", persistence_id, " + to + ", writer, write_timestamp, adapter_manifest, event_ser_id,"
                + " event_ser_manifest, event_payload, sha256('x') FROM event_journal " + at(from));
        tamper("INSERT INTO event_tag SELECT ordering, 'secret-store' FROM event_journal " + at(to));
    }

    private static String at(int sequence) {
        return "WHERE persistence_id = '" + store + "' AND sequence_number = " + sequence;
    }

    /** As a database's administrator may: without triggers and references. */
    private static void tamper(String statement) {
        sql("SET session_replication_role = replica; " + statement + "; SET session_replication_role = origin");
    }

    private static void sql(String statement) {
        node.database.now("tamper", connection -> {
            try (var execution = connection.createStatement()) {
                return execution.execute(statement);
            }
        });
    }

    private static long count(String table) {
        return number("SELECT count(*) FROM " + table);
    }

    private static long number(String query) {
        return node.database.now("count", connection -> {
            try (var execution = connection.prepareStatement(query);
                    var rows = execution.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }
}
