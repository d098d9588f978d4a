package dev.sealbox.persistence.ledger;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseFilter;
import dev.sealbox.domain.ledger.UseLog.Entry;
import dev.sealbox.domain.ledger.UseLog.Page;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.domain.ledger.UseRecord.Effect;
import dev.sealbox.domain.ledger.UseRecord.Sender;
import dev.sealbox.domain.ledger.UseRecord.UsedSecret;
import dev.sealbox.persistence.database.Conditions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The table of the ledger. */
final class UseRows {
    private static final long LOCK = 7_129_009;

    /** A statement that waits longer, say for the lock, is given up, and its records go to the spool. */
    private static final String PATIENCE = "SET LOCAL statement_timeout = '10s'";

    private static final String INSERT = """
            INSERT INTO use_record (position, id, organization, sandbox, lineage, request, at, ruling, rule, secret, store,
              version, places, method, host, path, status, sent, received, took_us, count)
            VALUES (nextval('use_record_position'), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO NOTHING""";

    private static final String SELECT = """
            SELECT position, organization, sandbox, lineage, request, at, ruling, rule, secret, store, version, places,
              method, host, path, status, sent, received, took_us, count
              FROM use_record WHERE organization = ? AND position > ? AND position <= ?""";

    private UseRows() {}

    /** Keeps those that are not there yet; all of them or none. */
    static void insert(Connection connection, List<Numbered> records) throws SQLException {
        connection.setAutoCommit(false);
        try {
            execute(connection, PATIENCE);
            // Several nodes write; positions are given out and committed by one after the other.
            execute(connection, "SELECT pg_advisory_xact_lock(" + LOCK + ")");
            try (var insert = connection.prepareStatement(INSERT)) {
                for (var each : records) {
                    fill(insert, each);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void fill(PreparedStatement insert, Numbered each) throws SQLException {
        var connection = insert.getConnection();
        var record = each.record();
        var sender = record.sender();
        insert.setObject(1, each.id());
        insert.setString(2, sender.organization().value());
        insert.setString(3, sender.sandbox().value());
        insert.setArray(
                4,
                connection.createArrayOf(
                        "uuid",
                        sender.lineage().stream().map(CheckpointId::value).toArray()));
        insert.setObject(5, record.request());
        insert.setObject(6, record.at().atOffset(ZoneOffset.UTC));
        insert.setString(7, record.ruling().word());
        insert.setString(8, record.rule());
        secret(insert, record.secret());
        insert.setString(13, record.asked().method());
        insert.setString(14, record.asked().host());
        insert.setString(15, record.asked().path());
        insert.setInt(16, record.effect().status());
        insert.setLong(17, record.effect().sent());
        insert.setLong(18, record.effect().received());
        insert.setLong(19, TimeUnit.MICROSECONDS.convert(record.effect().took()));
        insert.setLong(20, record.count());
    }

    private static void secret(PreparedStatement insert, Optional<UsedSecret> secret) throws SQLException {
        var stored = secret.filter(known -> known.store().isPresent());
        insert.setObject(9, secret.map(known -> known.name().value()).orElse(null), Types.VARCHAR);
        insert.setObject(
                10, stored.flatMap(UsedSecret::store).map(StoreId::value).orElse(null), Types.OTHER);
        insert.setObject(11, stored.map(UsedSecret::version).orElse(null), Types.INTEGER);
        var places = secret.map(UsedSecret::places).orElse(List.of());
        insert.setArray(12, insert.getConnection().createArrayOf("text", places.toArray()));
    }

    static Page page(Connection connection, OrganizationId organization, UseFilter filter, long after, int limit)
            throws SQLException {
        var end = end(connection);
        var conditions =
                new Conditions(SELECT).with(organization.value()).with(after).with(end);
        filter(conditions, filter);
        conditions.add(" ORDER BY position LIMIT ?", limit);
        try (var query = conditions.prepare(connection);
                var rows = query.executeQuery()) {
            var found = new ArrayList<Entry>();
            while (rows.next()) {
                found.add(new Entry(rows.getLong("position"), record(rows)));
            }
            var complete = found.size() < limit;
            return new Page(
                    found, complete ? Math.max(end, after) : found.getLast().offset(), complete);
        }
    }

    /** The highest position that is given out and committed; none below it is still to come. */
    private static long end(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("SELECT coalesce(max(position), 0) FROM use_record");
                var rows = query.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void filter(Conditions conditions, UseFilter filter) {
        filter.sandbox().ifPresent(sandbox -> conditions.add(" AND sandbox = ?", sandbox.value()));
        filter.secret().ifPresent(secret -> conditions.add(" AND secret = ?", secret.value()));
        filter.ruling().ifPresent(ruling -> conditions.add(" AND ruling = ?", ruling.word()));
        filter.from().ifPresent(from -> conditions.add(" AND at >= ?", from.atOffset(ZoneOffset.UTC)));
        filter.until().ifPresent(until -> conditions.add(" AND at < ?", until.atOffset(ZoneOffset.UTC)));
        filter.host().ifPresent(host -> {
            switch (host) {
                case HostPattern.Any any -> {}
                case HostPattern.Exactly(var name) -> conditions.add(" AND host = ?", name.value());
                case HostPattern.Below(var parent) ->
                    // No LIKE: an underscore in a name would stand for any character.
                    conditions
                            .add(" AND right(host, length(?))", "." + parent.value())
                            .add(" = ?", "." + parent.value());
            }
        });
    }

    private static UseRecord record(ResultSet row) throws SQLException {
        return new UseRecord(
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getObject("request", UUID.class),
                new Sender(
                        new SandboxId(row.getString("sandbox")),
                        Stream.of((UUID[]) row.getArray("lineage").getArray())
                                .map(CheckpointId::new)
                                .toList(),
                        new OrganizationId(row.getString("organization"))),
                Ruling.parse(row.getString("ruling")),
                row.getString("rule"),
                secret(row),
                new Asked(row.getString("method"), row.getString("host"), row.getString("path")),
                new Effect(
                        row.getInt("status"),
                        row.getLong("sent"),
                        row.getLong("received"),
                        Duration.of(row.getLong("took_us"), ChronoUnit.MICROS)),
                row.getLong("count"));
    }

    private static Optional<UsedSecret> secret(ResultSet row) throws SQLException {
        var name = row.getString("secret");
        return name == null
                ? Optional.empty()
                : Optional.of(new UsedSecret(
                        new SecretName(name),
                        Optional.ofNullable(row.getObject("store", UUID.class)).map(StoreId::new),
                        row.getInt("version"),
                        List.of((String[]) row.getArray("places").getArray())));
    }
}
