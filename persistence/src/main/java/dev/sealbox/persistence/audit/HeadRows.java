package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.AuditHead;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The table of heads. */
final class HeadRows {
    static final String COLUMNS = "number, at, up_to, events, entities, previous, entries, signature, hash";

    private HeadRows() {}

    /** The columns in the order of {@link #COLUMNS}; the hash is not believed, see {@link #claimedHash}. */
    static AuditHead read(ResultSet row) throws SQLException {
        return new AuditHead(
                row.getLong(1),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                row.getLong(3),
                row.getLong(4),
                row.getLong(5),
                HeadStatement.hex(row.getBytes(6)),
                HeadStatement.hex(row.getBytes(7)),
                Base64.getEncoder().encodeToString(row.getBytes(8)));
    }

    static String claimedHash(ResultSet row) throws SQLException {
        return HeadStatement.hex(row.getBytes(9));
    }

    static Optional<AuditHead> last(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement(
                        "SELECT " + COLUMNS + " FROM audit_head ORDER BY number DESC LIMIT 1");
                var rows = query.executeQuery()) {
            return rows.next() ? Optional.of(read(rows)) : Optional.empty();
        }
    }

    static List<AuditHead> after(Connection connection, long number, int limit) throws SQLException {
        try (var query = connection.prepareStatement(
                "SELECT " + COLUMNS + " FROM audit_head WHERE number > ? ORDER BY number LIMIT ?")) {
            query.setLong(1, number);
            query.setInt(2, limit);
            try (var rows = query.executeQuery()) {
                var heads = new ArrayList<AuditHead>();
                while (rows.next()) {
                    heads.add(read(rows));
                }
                return heads;
            }
        }
    }

    static void insert(Connection connection, AuditHead head) throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO audit_head (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setLong(1, head.number());
            insert.setObject(2, head.at().atOffset(ZoneOffset.UTC));
            insert.setLong(3, head.upTo());
            insert.setLong(4, head.events());
            insert.setLong(5, head.entities());
            insert.setBytes(6, HexFormat.of().parseHex(head.previous()));
            insert.setBytes(7, HexFormat.of().parseHex(head.entries()));
            insert.setBytes(8, Base64.getDecoder().decode(head.signature()));
            insert.setBytes(9, HexFormat.of().parseHex(head.hash()));
            insert.executeUpdate();
        }
    }
}
