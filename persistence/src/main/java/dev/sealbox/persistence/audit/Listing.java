package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.AuditEntry;
import dev.sealbox.domain.audit.AuditLog.Page;
import dev.sealbox.domain.audit.EventFilter;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.persistence.database.Conditions;
import dev.sealbox.persistence.projection.Fact;
import dev.sealbox.persistence.projection.ReadModel;
import dev.sealbox.persistence.serialization.EventNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** The table that the log is told from. */
final class Listing implements ReadModel {
    private static final long LOCK = 7_129_004;

    private static final String INSERT = """
            INSERT INTO audit_event (position, ordering, persistence_id, sequence, kind, organization, actor, address,
              request_id, at, data)
            VALUES (nextval('audit_event_position'), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::json)
            ON CONFLICT (ordering) DO NOTHING""";

    private static final String SELECT = """
            SELECT position, persistence_id, sequence, kind, at, organization, actor, address, request_id, data
              FROM audit_event WHERE organization = ? AND position > ? AND position <= ?""";

    /** Several kinds of entity are followed at a time; positions are given out and committed by one after the other. */
    @Override
    public void take(Connection connection, List<Fact> facts) throws SQLException {
        try (var lock = connection.prepareStatement("SELECT pg_advisory_xact_lock(" + LOCK + ")")) {
            lock.execute();
        }
        try (var insert = connection.prepareStatement(INSERT)) {
            for (var fact : facts) {
                fill(insert, fact);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void fill(PreparedStatement insert, Fact fact) throws SQLException {
        var origin = fact.recorded().origin();
        insert.setLong(1, fact.ordering());
        insert.setString(2, fact.entity());
        insert.setLong(3, fact.sequence());
        insert.setString(4, EventNames.of(fact.recorded()));
        insert.setString(5, origin.organization().value());
        insert.setString(6, origin.keyId());
        insert.setString(7, origin.address());
        insert.setString(8, origin.requestId());
        insert.setObject(9, fact.recorded().at().atOffset(ZoneOffset.UTC));
        insert.setString(10, EventData.of(fact.recorded()));
    }

    /** The highest position that is given out and committed; none below it is still to come. */
    static long end(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("SELECT coalesce(max(position), 0) FROM audit_event");
                var rows = query.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    static Page page(Connection connection, OrganizationId organization, EventFilter filter, long after, int limit)
            throws SQLException {
        var end = end(connection);
        var conditions =
                new Conditions(SELECT).with(organization.value()).with(after).with(end);
        filter(conditions, filter);
        var found = select(connection, conditions.add(" ORDER BY position LIMIT ?", limit));
        var complete = found.size() < limit;
        return new Page(found, complete ? Math.max(end, after) : found.getLast().offset(), complete);
    }

    private static void filter(Conditions conditions, EventFilter filter) {
        if (!filter.subjects().isEmpty()) {
            conditions.add(
                    " AND persistence_id = ANY (?)",
                    filter.subjects().stream().map(Listing::persistenceId).toArray(String[]::new));
        }
        filter.kind().ifPresent(kind -> {
            if (kind.endsWith("*")) {
                conditions.add(" AND kind LIKE ?", kind.substring(0, kind.length() - 1) + "%");
            } else {
                conditions.add(" AND kind = ?", kind);
            }
        });
        filter.actor().ifPresent(actor -> conditions.add(" AND actor = ?", actor));
        filter.from().ifPresent(from -> conditions.add(" AND at >= ?", from.atOffset(ZoneOffset.UTC)));
        filter.until().ifPresent(until -> conditions.add(" AND at < ?", until.atOffset(ZoneOffset.UTC)));
    }

    private static String persistenceId(Subject subject) {
        return subject.type() + "|" + subject.id();
    }

    private static List<AuditEntry> select(Connection connection, Conditions conditions) throws SQLException {
        try (var query = conditions.prepare(connection);
                var rows = query.executeQuery()) {
            var found = new ArrayList<AuditEntry>();
            while (rows.next()) {
                found.add(entry(rows));
            }
            return List.copyOf(found);
        }
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        Instant at = row.getObject(5, OffsetDateTime.class).toInstant();
        var origin =
                new Origin(new OrganizationId(row.getString(6)), row.getString(7), row.getString(8), row.getString(9));
        return new AuditEntry(
                row.getLong(1),
                EventCheck.name(row.getString(2)),
                row.getLong(3),
                row.getString(4),
                at,
                origin,
                row.getString(10));
    }
}
