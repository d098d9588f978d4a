package dev.sealbox.persistence.webhook;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.webhook.Caller.Reply;
import dev.sealbox.domain.webhook.Delivery;
import dev.sealbox.domain.webhook.Happening;
import dev.sealbox.domain.webhook.MessageId;
import dev.sealbox.domain.webhook.Retries;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.domain.webhook.WebhookView;
import dev.sealbox.domain.webhook.Webhooks;
import dev.sealbox.persistence.database.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** THE TABLES OF MESSAGES AND ATTEMPTS. */
final class Messages {
    /** Stands where a sandbox would, in samples for all of them. */
    private static final SandboxId NONE = new SandboxId("sb-0000000000000000");

    private static final String LIST = """
            (SELECT message, id::text, CASE WHEN success THEN 'success' ELSE 'failed' END, response_status, error, at
               FROM webhook_attempt WHERE webhook = ? ORDER BY at DESC LIMIT ?)
            UNION ALL
            (SELECT id, NULL, 'pending', NULL, NULL, created_at
               FROM webhook_message WHERE webhook = ? AND due_at IS NOT NULL AND attempts = 0
               ORDER BY created_at DESC LIMIT ?)
            ORDER BY 6 DESC LIMIT ?""";

    private Messages() {}

    /** Does all of the work or nothing of it. */
    static <T> T transaction(Connection connection, Database.Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            var result = work.with(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    static Webhooks.Queued putSample(Connection connection, OrganizationId organization, WebhookView view)
            throws SQLException {
        var type = view.events().sample();
        var event = Payloads.eventId(UUID.randomUUID());
        var at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var message = MessageId.of(view.id(), event);
        try (var insert = connection.prepareStatement(Outbox.PUT)) {
            insert.setString(1, message.value());
            insert.setString(2, view.id().value());
            insert.setString(3, event);
            insert.setString(4, type.word());
            insert.setString(
                    5,
                    Payloads.of(
                            organization,
                            event,
                            at,
                            new Happening(type, view.sandbox().orElse(NONE), Map.of("test", true))));
            insert.setTimestamp(6, java.sql.Timestamp.from(at));
            insert.executeUpdate();
        }
        return new Webhooks.Queued(message, type);
    }

    static List<Delivery> deliveries(Connection connection, WebhookId webhook) throws SQLException {
        try (var query = connection.prepareStatement(LIST)) {
            query.setString(1, webhook.value());
            query.setInt(2, Webhooks.LISTED);
            query.setString(3, webhook.value());
            query.setInt(4, Webhooks.LISTED);
            query.setInt(5, Webhooks.LISTED);
            try (var rows = query.executeQuery()) {
                var found = new ArrayList<Delivery>();
                while (rows.next()) {
                    found.add(delivery(rows));
                }
                return found;
            }
        }
    }

    private static Delivery delivery(ResultSet row) throws SQLException {
        return new Delivery(
                new MessageId(row.getString(1)),
                Optional.ofNullable(row.getString(2)),
                Delivery.Status.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
                Optional.ofNullable(row.getObject(4, Integer.class)),
                Optional.ofNullable(row.getString(5)),
                row.getObject(6, OffsetDateTime.class).toInstant());
    }

    static Optional<Delivery.Message> find(Connection connection, WebhookId webhook, MessageId message)
            throws SQLException {
        try (var query = connection.prepareStatement("SELECT id, event_type, event_id, payload, created_at"
                + " FROM webhook_message WHERE webhook = ? AND id = ?")) {
            query.setString(1, webhook.value());
            query.setString(2, message.value());
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(message(rows)) : Optional.empty();
            }
        }
    }

    private static Delivery.Message message(ResultSet row) throws SQLException {
        return new Delivery.Message(
                new MessageId(row.getString(1)),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getObject(5, OffsetDateTime.class).toInstant());
    }

    /** Whether there is such a message. */
    static boolean requeue(Connection connection, WebhookId webhook, MessageId message) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE webhook_message SET attempts = 0, due_at = now() WHERE webhook = ? AND id = ?")) {
            update.setString(1, webhook.value());
            update.setString(2, message.value());
            return update.executeUpdate() == 1;
        }
    }

    /** The message that is due the longest. */
    static Optional<Delivery.Message> due(Connection connection, WebhookId webhook) throws SQLException {
        try (var query = connection.prepareStatement("SELECT id, event_type, event_id, payload, created_at"
                + " FROM webhook_message WHERE webhook = ? AND due_at <= now() ORDER BY due_at LIMIT 1")) {
            query.setString(1, webhook.value());
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(message(rows)) : Optional.empty();
            }
        }
    }

    /** Notes down what came of an attempt, and when the next one is; nothing when the message is gone meanwhile. */
    static void note(
            Connection connection, WebhookId webhook, MessageId message, Reply reply, Retries retries, double chance)
            throws SQLException {
        var success = reply instanceof Reply.Answered answered && answered.isSuccess();
        var made = counted(connection, message);
        if (made.isEmpty()) {
            return;
        }
        var next = success ? Optional.<Duration>empty() : retries.after(made.get(), chance);
        try (var update = connection.prepareStatement(
                "UPDATE webhook_message SET due_at = now() + ? * interval '1 millisecond' WHERE id = ?")) {
            update.setObject(1, next.map(Duration::toMillis).orElse(null), Types.BIGINT);
            update.setString(2, message.value());
            update.executeUpdate();
        }
        try (var insert = connection.prepareStatement("INSERT INTO webhook_attempt"
                + " (id, message, webhook, success, response_status, error, at) VALUES (?, ?, ?, ?, ?, ?, now())")) {
            insert.setObject(1, UUID.randomUUID());
            insert.setString(2, message.value());
            insert.setString(3, webhook.value());
            insert.setBoolean(4, success);
            insert.setObject(5, reply instanceof Reply.Answered(var status) ? status : null, Types.INTEGER);
            insert.setString(6, reply instanceof Reply.Failed(var code) ? code : null);
            insert.executeUpdate();
        }
    }

    private static Optional<Integer> counted(Connection connection, MessageId message) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE webhook_message SET attempts = attempts + 1 WHERE id = ? RETURNING attempts")) {
            update.setString(1, message.value());
            try (var rows = update.executeQuery()) {
                return rows.next() ? Optional.of(rows.getInt(1)) : Optional.empty();
            }
        }
    }

    /** Removes what is older, and webhooks of sandboxes that are no more and have nothing left to show. */
    static int prune(Connection connection, Duration retention) throws SQLException {
        try (var delete = connection.prepareStatement(
                        "DELETE FROM webhook_message WHERE created_at < now() - ? * interval '1 second'");
                var orphans = connection.prepareStatement("DELETE FROM webhook w WHERE w.sandbox IS NOT NULL"
                        + " AND w.created_at < now() - ? * interval '1 second'"
                        + " AND NOT EXISTS (SELECT 1 FROM sandbox_card c WHERE c.sandbox = w.sandbox"
                        + " AND c.status <> 'stopped')"
                        + " AND NOT EXISTS (SELECT 1 FROM webhook_message m WHERE m.webhook = w.id)")) {
            delete.setLong(1, retention.toSeconds());
            orphans.setLong(1, retention.toSeconds());
            return delete.executeUpdate() + orphans.executeUpdate();
        }
    }
}
