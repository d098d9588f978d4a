package dev.sealbox.persistence.answers;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Statements with the values that this package gives them; the driver keeps the compiled form of repeated ones. */
final class Sql {
    private Sql() {}

    /** What becomes of a row. */
    @FunctionalInterface
    interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    static void run(Connection connection, String sql, Object... values) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            fill(statement, values);
            statement.executeUpdate();
        }
    }

    static <T> List<T> rows(Connection connection, String sql, Row<T> row, Object... values) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            fill(statement, values);
            try (var rows = statement.executeQuery()) {
                var found = new ArrayList<T>();
                while (rows.next()) {
                    found.add(row.of(rows));
                }
                return found;
            }
        }
    }

    private static void fill(PreparedStatement statement, Object... values) throws SQLException {
        for (var i = 0; i < values.length; i++) {
            statement.setObject(i + 1, value(statement, values[i]));
        }
    }

    private static Object value(PreparedStatement statement, Object value) throws SQLException {
        return switch (value) {
            case Instant time -> time.atOffset(ZoneOffset.UTC);
            case Collection<?> all
            when !all.isEmpty() && all.iterator().next() instanceof UUID ->
                statement.getConnection().createArrayOf("uuid", all.toArray());
            case Collection<?> all ->
                statement
                        .getConnection()
                        .createArrayOf(
                                "text", all.stream().map(Object::toString).toArray());
            default -> value;
        };
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
