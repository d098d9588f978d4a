package dev.sealbox.persistence;

import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.projection.Fact;
import dev.sealbox.persistence.serialization.JournalSerializer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Writes events into the journal's tables as the entities would. */
final class Journals {
    private static final JournalSerializer FORM = new JournalSerializer();
    private static final String EVENT = """
            WITH written AS (
              INSERT INTO event_journal (persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
                event_ser_id, event_ser_manifest, event_payload) VALUES (?, ?, '', 0, '', 71290, ?, ?)
              RETURNING ordering)
            INSERT INTO event_tag SELECT ordering, ? FROM written""";

    private Journals() {}

    static void write(Database database, List<Fact> facts) {
        database.now("write a history", connection -> {
            connection.setAutoCommit(false);
            write(connection, facts);
            connection.commit();
            connection.setAutoCommit(true);
            return facts.size();
        });
    }

    static void write(Connection connection, List<Fact> facts) throws SQLException {
        try (var insert = connection.prepareStatement(EVENT)) {
            for (var fact : facts) {
                insert.setString(1, fact.entity());
                insert.setLong(2, fact.sequence());
                insert.setString(3, FORM.manifest(fact.recorded()));
                insert.setBytes(4, FORM.toBinary(fact.recorded()));
                insert.setString(5, fact.entity().substring(0, fact.entity().indexOf('|')));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
