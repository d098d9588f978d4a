package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.persistence.projection.Fact;
import dev.sealbox.persistence.projection.Projections;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Read models on a real journal, with transactions that commit late, fail, and leave numbers unused. */
class ProjectionsIT {
    private static final Origin ORIGIN = new Origin(new OrganizationId("default"), "key-1", "127.0.0.1", "request-1");

    @TempDir
    private Path folder;

    private TestNode node;

    @BeforeEach
    void start() {
        node = TestNode.start(TestDatabase.fresh(), folder.resolve("master.json"), new RememberedHosts(), "");
        sql("CREATE TABLE seen (ordering BIGINT, entity TEXT, sequence BIGINT)");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void follow() {
        new Projections(node.system, node.database, "control").start("seen", ProjectionsIT::note);
    }

    private static void note(Connection connection, List<Fact> facts) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO seen VALUES (?, ?, ?)")) {
            for (var fact : facts) {
                insert.setLong(1, fact.ordering());
                insert.setString(2, fact.entity());
                insert.setLong(3, fact.sequence());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private void create(int from, int to) {
        for (int i = from; i < to; i++) {
            done(node.persistence.stores().create(ORIGIN, new StoreName("store-" + i), List.of()));
        }
    }

    @Test
    void takeEveryEventOnceHoweverLateItIsCommitted() throws SQLException {
        create(0, 3);
        follow();
        eventually("what was there is taken", () -> count("seen") == count("event_journal"));

        try (var late = node.database.connection()) {
            late.setAutoCommit(false);
            insert(late, "secret-store|late");
            create(3, 6);
            // Numbers above the open one are visible, and must wait for it.
            eventually("the events after it are in the journal", () -> count("event_journal") == 12);
            assertThat(count("seen")).isEqualTo(6);
            late.commit();
            late.setAutoCommit(true);
        }
        eventually("all are taken", () -> count("seen") == 13);
        assertThat(count("(SELECT DISTINCT entity, sequence FROM seen) s")).isEqualTo(13);
    }

    @Test
    void passANumberThatNobodyWillUse() throws SQLException {
        follow();
        try (var failed = node.database.connection()) {
            failed.setAutoCommit(false);
            insert(failed, "secret-store|failed");
            create(0, 2);
            failed.rollback();
            failed.setAutoCommit(true);
        }
        create(2, 3);
        eventually("the gap holds nobody up", () -> count("seen") == count("event_journal"));
        assertThat(count("seen")).isEqualTo(6);
    }

    /** A copy of an event under another name. */
    private static void insert(Connection connection, String entity) throws SQLException {
        try (var insert = connection.prepareStatement("""
                WITH copied AS (
                  INSERT INTO event_journal (persistence_id, sequence_number, writer, write_timestamp, adapter_manifest, event_ser_id,
                    event_ser_manifest, event_payload)
                  SELECT ?, 1, '', 0, '', 71290, 'store.deleted.1', convert_to('{"event":{},"origin":{"organization":'
                    || '"default","keyId":"key-1","address":"","requestId":""},"at":"2026-11-23T12:34:56.789Z"}', 'UTF8')
                  RETURNING ordering)
                INSERT INTO event_tag SELECT ordering, 'secret-store' FROM copied""")) {
            insert.setString(1, entity);
            insert.executeUpdate();
        }
    }

    private long count(String table) {
        return node.database.now("count", connection -> {
            try (var query = connection.prepareStatement("SELECT count(*) FROM " + table);
                    var rows = query.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    private void sql(String text) {
        node.database.now("prepare", connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute(text);
            }
        });
    }
}
