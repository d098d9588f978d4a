package dev.sealbox.persistence.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.audit.AuditHead;
import dev.sealbox.domain.audit.Notary;
import dev.sealbox.persistence.database.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Writes signed heads over what no head covers yet. Any number of nodes may try; one at a time does it. Thread-safe.
 *
 * <p>What is uncovered stands in a table that each event fills in its own transaction. An event that commits late, with
 * a number below others that are long covered, is therefore in the next head.
 */
final class HeadWriter {
    /** Bounds the memory and the length of the transaction; more are left for the next head. */
    private static final int MAX_EVENTS = 50_000;

    private static final long LOCK = 7_129_001;
    private static final ObjectMapper JSON = new ObjectMapper();

    // An uncovered number without an event stays: it is the trace of an event that was removed.
    private static final String TAKE = """
            WITH taken AS (
              DELETE FROM audit_unanchored u USING event_journal j
               WHERE j.ordering = u.ordering
                 AND u.ordering <= (SELECT max(ordering) FROM
                   (SELECT ordering FROM audit_unanchored ORDER BY ordering LIMIT %d) first)
              RETURNING j.persistence_id, j.sequence_number, j.ordering),
            changed AS (
              SELECT persistence_id, max(sequence_number) AS sequence, count(*) AS events, max(ordering) AS up_to
                FROM taken GROUP BY persistence_id)
            SELECT c.persistence_id, c.sequence, c.events, c.up_to, j.chain, first.event_payload
              FROM changed c
              JOIN event_journal j ON j.persistence_id = c.persistence_id AND j.sequence_number = c.sequence
              LEFT JOIN event_journal first ON first.persistence_id = c.persistence_id AND first.sequence_number = 1
             ORDER BY c.persistence_id COLLATE "C"
            """.formatted(MAX_EVENTS);

    private final Database database;
    private final Notary notary;
    private final Clock clock;

    HeadWriter(Database database, Notary notary, Clock clock) {
        this.database = database;
        this.notary = notary;
        this.clock = clock;
    }

    /** Where an entity stood. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(String entity, String organization, long sequence, long events, long upTo, byte[] chain) {}

    /** Writes a head if there is anything new and no other node is at it; blocks. */
    Optional<AuditHead> write() {
        return database.now("write a head of the log", connection -> {
            connection.setAutoCommit(false);
            try {
                var head = locked(connection) ? next(connection) : Optional.<AuditHead>empty();
                connection.commit();
                return head;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        });
    }

    private static boolean locked(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("SELECT pg_try_advisory_xact_lock(" + LOCK + ")");
                var rows = query.executeQuery()) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    private Optional<AuditHead> next(Connection connection) throws SQLException {
        var last = HeadRows.last(connection);
        var entries = take(connection);
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        var head = signed(last, entries);
        HeadRows.insert(connection, head);
        insert(connection, head.number(), entries);
        return Optional.of(head);
    }

    private static List<Entry> take(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement(TAKE);
                var rows = query.executeQuery()) {
            var entries = new ArrayList<Entry>();
            while (rows.next()) {
                entries.add(new Entry(
                        rows.getString(1),
                        organization(rows.getBytes(6)),
                        rows.getLong(2),
                        rows.getLong(3),
                        rows.getLong(4),
                        rows.getBytes(5)));
            }
            return entries;
        }
    }

    /** Whose entity it is, by its first event; empty if that one says nothing of the kind. */
    private static String organization(byte[] first) {
        try {
            return first == null
                    ? ""
                    : JSON.readTree(first).at("/origin/organization").asText("");
        } catch (IOException e) {
            return "";
        }
    }

    private AuditHead signed(Optional<AuditHead> last, List<Entry> entries) {
        var sha = EventChain.sha256();
        entries.forEach(
                entry -> HeadStatement.add(sha, entry.entity(), entry.organization(), entry.sequence(), entry.chain()));
        var upTo = entries.stream().mapToLong(Entry::upTo).max().orElse(0);
        var head = new AuditHead(
                last.map(AuditHead::number).orElse(0L) + 1,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                Math.max(upTo, last.map(AuditHead::upTo).orElse(0L)),
                entries.stream().mapToLong(Entry::events).sum(),
                entries.size(),
                last.map(AuditHead::hash).orElse(AuditHead.NONE),
                HeadStatement.hex(sha.digest()),
                "");
        return head.signed(Base64.getEncoder().encodeToString(notary.sign(HeadStatement.text(head))));
    }

    private static void insert(Connection connection, long head, List<Entry> entries) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO audit_head_entry"
                + " (head, persistence_id, organization, sequence, chain) VALUES (?, ?, ?, ?, ?)")) {
            for (var entry : entries) {
                insert.setLong(1, head);
                insert.setString(2, entry.entity());
                insert.setString(3, entry.organization());
                insert.setLong(4, entry.sequence());
                insert.setBytes(5, entry.chain());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
