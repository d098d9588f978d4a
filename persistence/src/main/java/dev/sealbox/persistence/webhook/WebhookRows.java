package dev.sealbox.persistence.webhook;

import com.google.crypto.tink.util.Bytes;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.webhook.EventFilter;
import dev.sealbox.domain.webhook.NewWebhook;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.domain.webhook.WebhookUrl;
import dev.sealbox.domain.webhook.WebhookView;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** THE TABLE OF WEBHOOKS. Whoever asks for one says whose it is. */
final class WebhookRows {
    private static final String SELECT = "SELECT id, url, name, event_types, sandbox, enabled, created_at, updated_at,"
            + " wrapped, former_until > now() FROM webhook WHERE organization = ?";

    private WebhookRows() {}

    /** @param formerCounts whether the secret before still signs along */
    record Row(WebhookView view, Bytes wrapped, boolean formerCounts) {}

    static List<WebhookView> all(Connection connection, OrganizationId organization) throws SQLException {
        try (var query = connection.prepareStatement(SELECT + " ORDER BY created_at, id")) {
            query.setString(1, organization.value());
            try (var rows = query.executeQuery()) {
                var views = new ArrayList<WebhookView>();
                while (rows.next()) {
                    views.add(row(rows).view());
                }
                return views;
            }
        }
    }

    static Optional<Row> find(Connection connection, OrganizationId organization, WebhookId id, boolean toChange)
            throws SQLException {
        try (var query = connection.prepareStatement(SELECT + " AND id = ?" + (toChange ? " FOR UPDATE" : ""))) {
            query.setString(1, organization.value());
            query.setString(2, id.value());
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(row(rows)) : Optional.empty();
            }
        }
    }

    private static Row row(ResultSet row) throws SQLException {
        var view = new WebhookView(
                new WebhookId(row.getString(1)),
                WebhookUrl.parse(row.getString(2)),
                Optional.ofNullable(row.getString(3)),
                EventFilter.parse(Arrays.asList((String[]) row.getArray(4).getArray())),
                Optional.ofNullable(row.getString(5)).map(SandboxId::new),
                row.getBoolean(6),
                row.getObject(7, OffsetDateTime.class).toInstant(),
                row.getObject(8, OffsetDateTime.class).toInstant());
        return new Row(view, Bytes.copyFrom(row.getBytes(9)), row.getBoolean(10));
    }

    /** Holds back other creates of the organisation until the transaction ends; how many count against its limit. */
    static int counted(Connection connection, OrganizationId organization, Optional<SandboxId> sandbox)
            throws SQLException {
        try (var lock = connection.prepareStatement("SELECT pg_advisory_xact_lock(hashtextextended(?, 12))")) {
            lock.setString(1, organization.value());
            lock.execute();
        }
        try (var query = connection.prepareStatement("SELECT count(*) FROM webhook WHERE organization = ?"
                + (sandbox.isPresent() ? " AND sandbox = ?" : " AND sandbox IS NULL"))) {
            query.setString(1, organization.value());
            if (sandbox.isPresent()) {
                query.setString(2, sandbox.get().value());
            }
            try (var rows = query.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    static void insert(
            Connection connection, OrganizationId organization, WebhookId id, NewWebhook wanted, byte[] wrapped)
            throws SQLException {
        // All events that follow have higher numbers: they are given out in order, before anything is committed.
        try (var insert = connection.prepareStatement("INSERT INTO webhook (id, organization, url, name, event_types,"
                + " sandbox, enabled, wrapped, since, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?,"
                + " (SELECT coalesce(max(ordering), 0) FROM event_journal), now(), now())")) {
            insert.setString(1, id.value());
            insert.setString(2, organization.value());
            insert.setString(3, wanted.url().text());
            insert.setString(4, wanted.name().orElse(null));
            insert.setArray(5, types(connection, wanted.events()));
            insert.setString(6, wanted.sandbox().map(SandboxId::value).orElse(null));
            insert.setBoolean(7, wanted.enabled());
            insert.setBytes(8, wrapped);
            insert.executeUpdate();
        }
    }

    /** @param rotated whether what is wrapped has a former secret from now on */
    static void update(Connection connection, WebhookView view, byte[] wrapped, boolean rotated) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE webhook SET url = ?, name = ?, event_types = ?,"
                + " enabled = ?, wrapped = ?, former_until = CASE WHEN ? THEN now() + interval '24 hours'"
                + " ELSE former_until END, updated_at = now() WHERE id = ?")) {
            update.setString(1, view.url().text());
            update.setString(2, view.name().orElse(null));
            update.setArray(3, types(connection, view.events()));
            update.setBoolean(4, view.enabled());
            update.setBytes(5, wrapped);
            update.setBoolean(6, rotated);
            update.setString(7, view.id().value());
            update.executeUpdate();
        }
    }

    /** Whether it was there. */
    static boolean delete(Connection connection, OrganizationId organization, WebhookId id) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM webhook WHERE organization = ? AND id = ?")) {
            delete.setString(1, organization.value());
            delete.setString(2, id.value());
            return delete.executeUpdate() > 0;
        }
    }

    private static java.sql.Array types(Connection connection, EventFilter events) throws SQLException {
        return connection.createArrayOf("text", events.texts().toArray());
    }
}
