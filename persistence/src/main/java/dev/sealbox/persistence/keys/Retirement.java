package dev.sealbox.persistence.keys;

import dev.sealbox.domain.keys.MasterKeyRefusal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes sure that nothing is wrapped by a key, now and for ever: nobody can wrap while it is counted, and afterwards the
 * database refuses what a node wraps that does not know yet.
 */
record Retirement(Connection connection) {

    /** Says which key is still needed, or retires all of them. */
    Optional<MasterKeyRefusal> of(List<Long> ids) throws SQLException {
        connection.setAutoCommit(false);
        try {
            lock();
            for (var id : ids) {
                var wrapped = wrappedBy(id);
                if (wrapped > 0) {
                    connection.rollback();
                    return Optional.of(new MasterKeyRefusal.InUse(id, wrapped));
                }
                retire(id);
            }
            connection.commit();
            return Optional.empty();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private void lock() throws SQLException {
        var tables = Arrays.stream(Wrapped.values()).map(Wrapped::table).collect(Collectors.joining(", "));
        try (var statement = connection.createStatement()) {
            statement.execute("LOCK TABLE " + tables + " IN SHARE ROW EXCLUSIVE MODE");
        }
    }

    private long wrappedBy(long id) throws SQLException {
        var wrapped = 0L;
        for (var kind : Wrapped.values()) {
            try (var query = connection.prepareStatement(
                    "SELECT count(*) FROM " + kind.table() + " WHERE substring(wrapped FROM 1 FOR 5) = ?")) {
                query.setBytes(1, KeyRing.prefix(id));
                try (var rows = query.executeQuery()) {
                    rows.next();
                    wrapped += rows.getLong(1);
                }
            }
        }
        return wrapped;
    }

    private void retire(long id) throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO retired_master_key (prefix) VALUES (?) ON CONFLICT DO NOTHING")) {
            insert.setBytes(1, KeyRing.prefix(id));
            insert.executeUpdate();
        }
    }
}
