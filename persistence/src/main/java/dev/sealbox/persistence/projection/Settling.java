package dev.sealbox.persistence.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Knows up to which number of the journal everything is decided. Numbers are given out before the commit, so a missing
 * one may belong to a transaction that is still under way, or to nobody.
 *
 * <p>Who writes to the journal holds a lock on the table from before its first number until it has committed. So: note
 * the highest number that is seen, then who holds that lock; when the last of those has let go of it, everything up to
 * that number is there or will never be. Thread-safe.
 */
final class Settling {
    private static final String WRITERS = """
            SELECT virtualtransaction FROM pg_locks
             WHERE relation = 'event_journal'::regclass
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
               AND granted""";

    private static final String NUMBERS = """
            SELECT number FROM (
              SELECT generate_series(?, ?) AS number
              UNION ALL
              (SELECT ordering FROM event_journal WHERE ordering > ? ORDER BY ordering LIMIT ?)) numbers
             ORDER BY number LIMIT ?""";

    private long settled;
    private long top;
    private Set<String> awaited = Set.of();

    /** Up to {@code limit} numbers above {@code offset} that are settled or seen, ascending. */
    synchronized List<Long> after(Connection connection, long offset, long limit) throws SQLException {
        settle(connection);
        return numbers(connection, offset, limit);
    }

    private void settle(Connection connection) throws SQLException {
        if (!awaited.isEmpty()) {
            var remaining = new HashSet<>(awaited);
            remaining.retainAll(writers(connection));
            awaited = remaining;
        }
        if (awaited.isEmpty()) {
            settled = top;
            top = highest(connection);
            // After the highest number was read, never before: a writer in between would be overlooked.
            awaited = writers(connection);
            if (awaited.isEmpty()) {
                settled = top;
            }
        }
    }

    private static Set<String> writers(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement(WRITERS);
                var rows = query.executeQuery()) {
            var writers = new HashSet<String>();
            while (rows.next()) {
                writers.add(rows.getString(1));
            }
            return writers;
        }
    }

    private static long highest(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("SELECT coalesce(max(ordering), 0) FROM event_journal");
                var rows = query.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private List<Long> numbers(Connection connection, long offset, long limit) throws SQLException {
        var seenFrom = Math.max(offset, settled);
        try (var query = connection.prepareStatement(NUMBERS)) {
            query.setLong(1, offset + 1);
            query.setLong(2, Math.min(settled, offset + limit));
            query.setLong(3, seenFrom);
            query.setLong(4, limit);
            query.setLong(5, limit);
            try (var rows = query.executeQuery()) {
                var numbers = new ArrayList<Long>();
                while (rows.next()) {
                    numbers.add(rows.getLong(1));
                }
                return numbers;
            }
        }
    }
}
