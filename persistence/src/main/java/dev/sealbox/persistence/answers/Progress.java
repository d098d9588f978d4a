package dev.sealbox.persistence.answers;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far the index had come when it was read.
 *
 * @param upTo every event that was acknowledged by then, and counts from then or earlier, is in
 * @param offset the last event of the journal up to which everything is in
 */
record Progress(Instant upTo, long offset) {
    private static final String FOLLOWED = """
            SELECT current_offset::bigint AS reached FROM akka_projection_offset_store
             WHERE projection_name = ? AND projection_key = ?""";

    /** The next events of a kind that are not in yet; enough of them to see how far clocks of nodes differ. */
    private static final String PENDING = """
            SELECT min(ordering) AS ordering, min(at) AS at FROM (
              SELECT j.ordering, (convert_from(j.event_payload, 'UTF8')::jsonb ->> 'at')::timestamptz AS at
                FROM event_tag t JOIN event_journal j ON j.ordering = t.event_id
               WHERE t.tag = ? AND t.event_id > ? ORDER BY t.event_id LIMIT 100) next
             HAVING count(*) > 0""";

    /** An event that is in the journal and not in the index. */
    private record Pending(long ordering, Instant at) {}

    boolean reaches(Instant at) {
        return !upTo.isBefore(at);
    }

    /**
     * Reads it in the connection's transaction, which sees journal and index at one moment.
     *
     * @param now taken before the transaction's first statement
     */
    static Progress of(Connection connection, Instant now) throws SQLException {
        var progress = new Progress(now, last(connection));
        for (var kind : WhoIndex.KINDS) {
            var pending = pending(connection, kind);
            if (pending.isPresent()) {
                progress = progress.before(pending.get());
            }
        }
        return progress;
    }

    private Progress before(Pending pending) {
        var time = pending.at().minusMillis(1);
        return new Progress(time.isBefore(upTo) ? time : upTo, Math.min(offset, pending.ordering() - 1));
    }

    private static Optional<Pending> pending(Connection connection, String kind) throws SQLException {
        return Sql.rows(
                        connection,
                        PENDING,
                        row -> new Pending(row.getLong("ordering"), Sql.time(row, "at")),
                        kind,
                        reached(connection, kind))
                .stream()
                .findFirst();
    }

    private static long reached(Connection connection, String kind) throws SQLException {
        return first(Sql.rows(connection, FOLLOWED, row -> row.getLong("reached"), WhoIndex.NAME, kind));
    }

    private static long last(Connection connection) throws SQLException {
        return first(Sql.rows(
                connection, "SELECT max(ordering) AS ordering FROM event_journal", row -> row.getLong("ordering")));
    }

    private static long first(List<Long> found) {
        return found.isEmpty() ? 0 : found.getFirst();
    }
}
