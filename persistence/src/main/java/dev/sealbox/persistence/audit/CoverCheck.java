package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.Flaw;
import dev.sealbox.domain.audit.Flaw.Kind;
import java.sql.SQLException;

/** Compares what heads, the listing and snapshots know of with what is in the journal. After {@link EventCheck}. */
final class CoverCheck {
    private static final String DIFFERENT = """
            SELECT e.persistence_id,
                   coalesce(min(e.sequence) FILTER (WHERE j.chain IS NOT NULL), 0),
                   coalesce(min(e.head) FILTER (WHERE j.chain IS NOT NULL), 0),
                   coalesce(max(e.sequence) FILTER (WHERE j.chain IS NULL), 0),
                   coalesce(max(e.head) FILTER (WHERE j.chain IS NULL), 0),
                   coalesce((SELECT max(l.sequence_number) FROM event_journal l
                              WHERE l.persistence_id = e.persistence_id), 0)
              FROM audit_head_entry e
              LEFT JOIN event_journal j ON j.persistence_id = e.persistence_id AND j.sequence_number = e.sequence
             WHERE j.chain IS DISTINCT FROM e.chain AND :mine
             GROUP BY e.persistence_id""";

    private static final String UNANCHORED = """
            SELECT j.persistence_id, min(j.sequence_number)
              FROM event_journal j
              LEFT JOIN (SELECT persistence_id, max(sequence) AS covered FROM audit_head_entry GROUP BY persistence_id) e
                ON e.persistence_id = j.persistence_id
             WHERE j.sequence_number > coalesce(e.covered, 0)
               AND NOT EXISTS (SELECT FROM audit_unanchored u WHERE u.ordering = j.ordering)
               AND :mine
             GROUP BY j.persistence_id""";

    // What was written is in one of these until a head covers it, and in the listing for ever.
    private static final String LISTED = """
            SELECT a.persistence_id, min(a.sequence)
              FROM audit_event a
             WHERE NOT EXISTS (SELECT FROM event_journal j
                                WHERE j.persistence_id = a.persistence_id AND j.sequence_number = a.sequence)
               AND :mine
             GROUP BY a.persistence_id""";

    private static final String LOST = """
            SELECT u.ordering FROM audit_unanchored u
             WHERE NOT EXISTS (SELECT FROM event_journal j WHERE j.ordering = u.ordering)
               AND NOT EXISTS (SELECT FROM audit_event a WHERE a.ordering = u.ordering)""";

    private static final String ORPHANS = """
            SELECT j.persistence_id, j.sequence_number FROM snapshot j
             WHERE NOT EXISTS (SELECT FROM event_journal e
                                WHERE e.persistence_id = j.persistence_id AND e.sequence_number = j.sequence_number)
               AND :mine""";

    private final Findings findings;

    CoverCheck(Findings findings) {
        this.findings = findings;
    }

    void run(Scoped scoped) throws SQLException {
        different(scoped);
        listed(scoped);
        if (scoped.all()) {
            lost(scoped);
        }
        unanchored(scoped);
        orphans(scoped);
    }

    private void different(Scoped scoped) throws SQLException {
        try (var query = scoped.prepare(DIFFERENT, "e.organization = ?");
                var rows = query.executeQuery()) {
            while (rows.next()) {
                changed(rows.getString(1), rows.getLong(2), rows.getLong(3));
                gone(rows.getString(1), rows.getLong(4), rows.getLong(5), rows.getLong(6));
            }
        }
    }

    private void changed(String entity, long covered, long head) {
        if (covered > 0 && !findings.explain(EventCheck.name(entity))) {
            found(
                    Kind.CHANGED,
                    entity,
                    covered,
                    "event " + covered + " or one before it was changed together with the hashes after it: head " + head
                            + " covers other contents");
        }
    }

    private void gone(String entity, long covered, long head, long last) {
        if (covered > last) {
            truncated(entity, last + 1, "head " + head + " covers " + covered);
        }
    }

    private void truncated(String entity, long first, String proof) {
        found(
                Kind.TRUNCATED,
                entity,
                first,
                first == 1
                        ? "all its events are gone; " + proof
                        : "event " + first + " and all after it are gone; " + proof);
    }

    private void listed(Scoped scoped) throws SQLException {
        try (var query = scoped.prepare(LISTED, "a.organization = ?");
                var rows = query.executeQuery()) {
            while (rows.next()) {
                if (!findings.explain(EventCheck.name(rows.getString(1)))) {
                    truncated(rows.getString(1), rows.getLong(2), "the listing has it");
                }
            }
        }
    }

    private void lost(Scoped scoped) throws SQLException {
        try (var query = scoped.prepare(LOST, "TRUE");
                var rows = query.executeQuery()) {
            while (rows.next()) {
                findings.accept(new Flaw(
                        Kind.TRUNCATED,
                        "",
                        rows.getLong(1),
                        "the event with the number " + rows.getLong(1) + " of the whole log is gone"));
            }
        }
    }

    private void unanchored(Scoped scoped) throws SQLException {
        try (var query = scoped.prepare(UNANCHORED, EventCheck.MINE);
                var rows = query.executeQuery()) {
            while (rows.next()) {
                found(
                        Kind.UNANCHORED,
                        rows.getString(1),
                        rows.getLong(2),
                        "event " + rows.getLong(2) + " is covered by no head and not noted for the next");
            }
        }
    }

    private void orphans(Scoped scoped) throws SQLException {
        try (var query = scoped.prepare(ORPHANS, EventCheck.MINE);
                var rows = query.executeQuery()) {
            while (rows.next()) {
                found(
                        Kind.SNAPSHOT_ALTERED,
                        rows.getString(1),
                        rows.getLong(2),
                        "there is a snapshot at event " + rows.getLong(2) + ", but no such event");
            }
        }
    }

    private void found(Kind kind, String entity, long sequence, String detail) {
        findings.accept(new Flaw(kind, EventCheck.name(entity), sequence, detail));
    }
}
