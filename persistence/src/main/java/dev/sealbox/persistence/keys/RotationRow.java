package dev.sealbox.persistence.keys;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What the database remembers of the last rotation, so that any node can go on with it.
 *
 * @param target the key that everything is to be wrapped by
 * @param requested whether a new key is asked for that nothing was told to use yet
 * @param total how many were wrapped by other keys when it began; 0 when there was none
 * @param unopenable how many of them no key opens
 * @param started whether there was ever one
 */
record RotationRow(long target, boolean requested, long total, long unopenable, boolean started) {

    /** The row; when there is none yet, nothing was ever rotated and {@code primary} is the target. */
    static RotationRow read(Connection connection, long primary) throws SQLException {
        try (var query = connection.prepareStatement(
                        "SELECT target, requested, total, unopenable, started_at IS NOT NULL"
                                + " FROM master_key_rotation");
                var rows = query.executeQuery()) {
            if (rows.next()) {
                return new RotationRow(
                        rows.getLong(1), rows.getBoolean(2), rows.getLong(3), rows.getLong(4), rows.getBoolean(5));
            }
        }
        try (var insert = connection.prepareStatement(
                "INSERT INTO master_key_rotation (id, target) VALUES (1, ?) ON CONFLICT DO NOTHING")) {
            insert.setLong(1, primary);
            return insert.executeUpdate() == 1
                    ? new RotationRow(primary, false, 0, 0, false)
                    : read(connection, primary);
        }
    }

    static void request(Connection connection, boolean requested) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE master_key_rotation SET requested = ?")) {
            update.setBoolean(1, requested);
            update.executeUpdate();
        }
    }

    /** From here on everything is to be wrapped by {@code primary}. */
    static void begin(Connection connection, long primary, long total) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE master_key_rotation"
                + " SET target = ?, requested = FALSE, total = ?, unopenable = 0, started_at = now()")) {
            update.setLong(1, primary);
            update.setLong(2, total);
            update.executeUpdate();
        }
    }

    static void unopenable(Connection connection, long count) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE master_key_rotation SET unopenable = ?")) {
            update.setLong(1, count);
            update.executeUpdate();
        }
    }
}
