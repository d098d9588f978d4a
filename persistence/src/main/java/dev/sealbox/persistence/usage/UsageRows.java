package dev.sealbox.persistence.usage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.usage.UsageQuery;
import dev.sealbox.domain.usage.UsageReports.Amount;
import dev.sealbox.domain.usage.UsageReports.ByTag;
import dev.sealbox.domain.usage.UsageReports.OfSandbox;
import dev.sealbox.domain.usage.UsageReports.OfValue;
import dev.sealbox.domain.usage.UsageReports.Page;
import dev.sealbox.domain.usage.UsageReports.TagKey;
import dev.sealbox.domain.usage.UsageSlice;
import dev.sealbox.domain.usage.UsageWindow;
import dev.sealbox.persistence.database.Conditions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** THE QUERIES OF REPORTS. A sandbox that used nothing in a window is not in its report. */
final class UsageRows {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> TAGS = new TypeReference<>() {};

    /** MiB to GiB. */
    private static final double GIB = 1024;

    private static final String USED = """
            SELECT c.sandbox, c.status, c.tags, c.tags_updated_at, sum(u.allocated) AS memory,
                sum(u.disk_overage) AS disk
              FROM usage_slice u JOIN sandbox_card c USING (sandbox)
              WHERE u.organization = ? AND c.organization = u.organization AND u.since >= ? AND u.since < ?""";

    private static final String GROUPED = " GROUP BY c.sandbox, c.status, c.tags, c.tags_updated_at";

    private UsageRows() {}

    static Page<OfSandbox> bySandbox(Connection connection, OrganizationId organization, UsageQuery query)
            throws SQLException {
        var conditions = used(
                "SELECT *, sum(memory) OVER () AS all_memory, sum(disk) OVER () AS all_disk FROM (",
                organization,
                query);
        conditions.add(") used");
        return page(connection, ordered(conditions, query, "sandbox"), query, UsageRows::sandbox);
    }

    static ByTag byTag(Connection connection, OrganizationId organization, String key, UsageQuery query)
            throws SQLException {
        var tagged = used("""
                SELECT tags ->> ? AS value, count(*) AS sandboxes, sum(memory) AS memory, sum(disk) AS disk,
                    sum(sum(memory)) OVER () AS all_memory, sum(sum(disk)) OVER () AS all_disk FROM (""", organization, query, key);
        tagged.add(") used WHERE jsonb_exists(tags, ?) GROUP BY value", key);
        var page = page(connection, ordered(tagged, query, "value"), query, UsageRows::value);
        var others = used(
                "SELECT count(*) AS sandboxes, sum(memory) AS memory, sum(disk) AS disk FROM (", organization, query);
        others.add(") used WHERE NOT jsonb_exists(tags, ?)", key);
        try (var statement = others.prepare(connection);
                var rows = statement.executeQuery()) {
            rows.next();
            var untagged = amount(rows, "memory", "disk");
            var total = new Amount(
                    page.total().memory() + untagged.memory(), page.total().diskOverage() + untagged.diskOverage());
            return new ByTag(new Page<>(total, page.items(), page.complete()), rows.getInt("sandboxes"), untagged);
        }
    }

    private static Conditions used(String before, OrganizationId organization, UsageQuery query, Object... values) {
        var conditions = new Conditions(before + USED);
        for (var value : values) {
            conditions.with(value);
        }
        conditions
                .with(organization.value())
                .with(UsageSlice.sliceOf(query.window().from()).atOffset(ZoneOffset.UTC))
                .with(query.window().to().atOffset(ZoneOffset.UTC));
        query.tags()
                .forEach((key, allowed) ->
                        conditions.add(" AND c.tags ->> ?", key).add(" = ANY (?)", allowed.toArray(String[]::new)));
        conditions.add(GROUPED);
        return conditions;
    }

    private static Conditions ordered(Conditions conditions, UsageQuery query, String name) {
        return conditions
                .add(
                        " ORDER BY " + (query.byDisk() ? "disk" : "memory") + " DESC, " + name + " LIMIT ?",
                        query.limit() + 1)
                .add(" OFFSET ?", query.skip());
    }

    /** What becomes of a row. */
    private interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    private static <T> Page<T> page(Connection connection, Conditions conditions, UsageQuery query, Row<T> item)
            throws SQLException {
        try (var statement = conditions.prepare(connection);
                var rows = statement.executeQuery()) {
            var items = new ArrayList<T>();
            var total = new Amount(0, 0);
            while (rows.next()) {
                total = amount(rows, "all_memory", "all_disk");
                items.add(item.of(rows));
            }
            var complete = items.size() <= query.limit();
            return new Page<>(total, complete ? items : items.subList(0, query.limit()), complete);
        }
    }

    private static OfSandbox sandbox(ResultSet row) throws SQLException {
        return new OfSandbox(
                new SandboxId(row.getString("sandbox")),
                row.getString("status"),
                tags(row.getString("tags")),
                Optional.ofNullable(row.getObject("tags_updated_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant),
                amount(row, "memory", "disk"));
    }

    private static Map<String, String> tags(String json) {
        try {
            return JSON.readValue(json, TAGS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("tags that are none", e);
        }
    }

    private static OfValue value(ResultSet row) throws SQLException {
        return new OfValue(row.getString("value"), row.getInt("sandboxes"), amount(row, "memory", "disk"));
    }

    private static Amount amount(ResultSet row, String memory, String disk) throws SQLException {
        return new Amount(row.getDouble(memory) / GIB, row.getDouble(disk) / GIB);
    }

    static List<UsageSlice> ofSandbox(
            Connection connection, OrganizationId organization, SandboxId sandbox, UsageWindow window)
            throws SQLException {
        var sql = """
                SELECT * FROM usage_slice WHERE sandbox = ? AND organization = ? AND since >= ? AND since < ?
                  ORDER BY since""";
        try (var query = connection.prepareStatement(sql)) {
            query.setString(1, sandbox.value());
            query.setString(2, organization.value());
            query.setObject(3, UsageSlice.sliceOf(window.from()).atOffset(ZoneOffset.UTC));
            query.setObject(4, window.to().atOffset(ZoneOffset.UTC));
            try (var rows = query.executeQuery()) {
                var slices = new ArrayList<UsageSlice>();
                while (rows.next()) {
                    slices.add(new UsageSlice(
                            organization,
                            sandbox,
                            rows.getObject("since", OffsetDateTime.class).toInstant(),
                            rows.getDouble("seconds"),
                            rows.getDouble("allocated"),
                            rows.getDouble("used"),
                            rows.getDouble("allocated_peak"),
                            rows.getDouble("used_peak"),
                            rows.getDouble("disk_overage")));
                }
                return slices;
            }
        }
    }

    static List<TagKey> tagKeys(Connection connection, OrganizationId organization) throws SQLException {
        var sql = """
                SELECT key, count(*) AS sandboxes, count(DISTINCT value) AS values
                  FROM sandbox_card, jsonb_each_text(tags) WHERE organization = ? GROUP BY key ORDER BY key""";
        try (var query = connection.prepareStatement(sql)) {
            query.setString(1, organization.value());
            try (var rows = query.executeQuery()) {
                var keys = new ArrayList<TagKey>();
                while (rows.next()) {
                    keys.add(new TagKey(rows.getString("key"), rows.getInt("sandboxes"), rows.getInt("values")));
                }
                return keys;
            }
        }
    }
}
