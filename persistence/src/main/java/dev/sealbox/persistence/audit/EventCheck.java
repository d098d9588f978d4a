package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.Flaw;
import dev.sealbox.domain.audit.Flaw.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Goes through all events of the scope, an entity after the other: hash chain, visibility, snapshots. */
final class EventCheck {
    private static final String EVENTS = """
            SELECT %s, s.snapshot_ser_id, s.snapshot_ser_manifest, s.snapshot_payload,
                   EXISTS (SELECT FROM event_tag t
                            WHERE t.event_id = j.ordering AND t.tag = split_part(j.persistence_id, '|', 1)),
                   j.sequence_number = 1
                     AND EXISTS (SELECT FROM snapshot x WHERE x.persistence_id = j.persistence_id)
              FROM event_journal j
              LEFT JOIN snapshot s ON s.persistence_id = j.persistence_id AND s.sequence_number = j.sequence_number
             WHERE :mine
             ORDER BY j.persistence_id, j.sequence_number""".formatted(JournalRow.COLUMNS);

    /** By the signed entries of heads, and by the listing for what is newer than the last head. */
    static final String MINE = """
            j.persistence_id IN (SELECT persistence_id FROM audit_head_entry WHERE organization = ?
                                 UNION SELECT persistence_id FROM audit_event WHERE organization = ?)""";

    private final Findings findings;
    private long events;
    private long entities;
    private @Nullable Entity current;

    EventCheck(Findings findings) {
        this.findings = findings;
    }

    private record Entity(String id, ChainWalk chain, Optional<Fold> fold) {}

    void run(Scoped scoped) throws SQLException {
        try (var query = scoped.prepare(EVENTS, MINE);
                var rows = query.executeQuery()) {
            while (rows.next()) {
                take(JournalRow.read(rows), rows);
            }
        }
        end();
    }

    private void take(JournalRow row, ResultSet rows) throws SQLException {
        var entity = current;
        if (entity == null || !entity.id().equals(row.entity())) {
            end();
            // Replaying costs more than hashing, so only what has a snapshot is replayed.
            var fold = rows.getBoolean(19) ? Optional.of(new Fold()) : Optional.<Fold>empty();
            entity = new Entity(row.entity(), new ChainWalk(name(row.entity()), findings), fold);
            current = entity;
            entities++;
        }
        events++;
        entity.chain().next(row);
        if (entity.fold().isPresent()) {
            replay(entity.fold().get(), row, rows);
        }
        if (!rows.getBoolean(18)) {
            found(Kind.HIDDEN, row, "event %d has no tag, so that read models do not see it");
        }
    }

    private void replay(Fold fold, JournalRow row, ResultSet rows) throws SQLException {
        fold.next(row);
        if (rows.getBytes(17) != null && !fold.agrees(rows.getInt(15), rows.getString(16), rows.getBytes(17))) {
            found(Kind.SNAPSHOT_ALTERED, row, "the snapshot at event %d is not what the events lead to");
        }
    }

    private void found(Kind kind, JournalRow row, String detail) {
        findings.accept(new Flaw(kind, name(row.entity()), row.sequence(), detail.formatted(row.sequence())));
    }

    private void end() {
        if (current != null) {
            current.chain().end();
        }
    }

    /** How people name an entity. */
    static String name(String persistenceId) {
        return persistenceId.replaceFirst("\\|", ":");
    }

    long events() {
        return events;
    }

    long entities() {
        return entities;
    }
}
