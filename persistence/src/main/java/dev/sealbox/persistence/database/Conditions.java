package dev.sealbox.persistence.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A query that grows, a condition with its value at a time. */
public final class Conditions {
    private final StringBuilder sql;
    private final List<Object> values = new ArrayList<>();

    public Conditions(String beginning) {
        this.sql = new StringBuilder(beginning);
    }

    /** The value of a question mark that is there already. */
    public Conditions with(Object value) {
        values.add(value);
        return this;
    }

    /** What needs no value. */
    public Conditions add(String text) {
        sql.append(text);
        return this;
    }

    /** A condition with one question mark, and its value. */
    public Conditions add(String condition, Object value) {
        sql.append(condition);
        return with(value);
    }

    /** Whoever asks for it closes it. */
    public PreparedStatement prepare(Connection connection) throws SQLException {
        var query = connection.prepareStatement(sql.toString());
        for (var i = 0; i < values.size(); i++) {
            if (values.get(i) instanceof String[] texts) {
                query.setArray(i + 1, connection.createArrayOf("varchar", texts));
            } else {
                query.setObject(i + 1, values.get(i));
            }
        }
        return query;
    }
}
