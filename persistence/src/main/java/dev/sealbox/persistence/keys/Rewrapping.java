package dev.sealbox.persistence.keys;

import com.google.crypto.tink.util.Bytes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has what older master keys wrap wrapped by the primary, a batch in a transaction at a time, so that it can be
 * interrupted anywhere and others hardly wait.
 */
final class Rewrapping {
    private static final Logger log = LoggerFactory.getLogger(Rewrapping.class);
    private static final int BATCH = 200;

    private final Connection connection;
    private final MasterKeys masters;
    private final byte[] target;

    Rewrapping(Connection connection, MasterKeys masters) {
        this.connection = connection;
        this.masters = masters;
        this.target = KeyRing.prefix(masters.ring().primary());
    }

    /** How many are wrapped by other keys than {@code primary}. */
    static long remaining(Connection connection, long primary) throws SQLException {
        var remaining = 0L;
        for (var kind : Wrapped.values()) {
            try (var query = connection.prepareStatement(kind.countOfOthers())) {
                query.setBytes(1, KeyRing.prefix(primary));
                query.setBytes(2, KeyRing.prefix(primary));
                try (var rows = query.executeQuery()) {
                    rows.next();
                    remaining += rows.getLong(1);
                }
            }
        }
        return remaining;
    }

    /** Returns how many could not be opened; they are left as they are. */
    long run() throws SQLException {
        var unopenable = 0L;
        for (var kind : Wrapped.values()) {
            for (var side : List.of("<", ">")) {
                unopenable += all(kind, side);
            }
        }
        return unopenable;
    }

    private long all(Wrapped kind, String side) throws SQLException {
        var unopenable = new LinkedHashSet<String>();
        while (batch(kind, side, unopenable) == BATCH) {
            if (Thread.interrupted()) {
                throw new SQLException("interrupted");
            }
        }
        unopenable.forEach(key -> log.warn("No master key opens {} {}", kind.table(), key));
        return unopenable.size();
    }

    private int batch(Wrapped kind, String side, Set<String> unopenable) throws SQLException {
        connection.setAutoCommit(false);
        try {
            var rows = rows(kind, side, unopenable);
            replace(kind, rows, unopenable);
            connection.commit();
            return rows.size();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private List<Wrapped.Row> rows(Wrapped kind, String side, Set<String> but) throws SQLException {
        try (var query = connection.prepareStatement(kind.otherThan(side))) {
            query.setBytes(1, target);
            query.setArray(2, connection.createArrayOf("text", but.toArray()));
            query.setInt(3, BATCH);
            try (var found = query.executeQuery()) {
                var rows = new ArrayList<Wrapped.Row>();
                while (found.next()) {
                    rows.add(
                            new Wrapped.Row(found.getString(1), found.getString(2), Bytes.copyFrom(found.getBytes(3))));
                }
                return rows;
            }
        }
    }

    private void replace(Wrapped kind, List<Wrapped.Row> rows, Set<String> unopenable) throws SQLException {
        try (var update = connection.prepareStatement(kind.replacement())) {
            for (var row : rows) {
                try {
                    update.setBytes(1, rewrapped(row.wrapped().toByteArray(), kind.context(row)));
                    update.setString(2, row.key());
                    update.setBytes(3, row.wrapped().toByteArray());
                    update.addBatch();
                } catch (KeyFailure e) {
                    unopenable.add(row.key());
                }
            }
            update.executeBatch();
        }
    }

    private byte[] rewrapped(byte[] wrapped, byte[] context) {
        var key = masters.unwrap(wrapped, context);
        try {
            return masters.wrap(key, context);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
