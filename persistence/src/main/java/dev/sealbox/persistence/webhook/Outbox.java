package dev.sealbox.persistence.webhook;

import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PreviewAddress;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.webhook.EventFilter;
import dev.sealbox.domain.webhook.Happening;
import dev.sealbox.domain.webhook.MessageId;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.persistence.entity.CheckpointEntity;
import dev.sealbox.persistence.entity.SandboxEntity;
import dev.sealbox.persistence.projection.Fact;
import dev.sealbox.persistence.projection.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Puts a message into the outbox for each webhook that is to hear of an event, in the transaction in which the event
 * counts as taken: never none, never two. Thread-safe.
 */
public final class Outbox implements ReadModel {
    /** The read model's name; how far it has come is stored under it. */
    public static final String NAME = "webhook-outbox";

    public static final List<String> KINDS = List.of(SandboxEntity.TYPE, CheckpointEntity.TYPE);

    // The lock keeps a webhook from being deleted until its message is there to be deleted, too.
    private static final String LISTENERS = "SELECT id, event_types FROM webhook WHERE organization = ? AND enabled"
            + " AND since < ? AND (sandbox IS NULL OR sandbox = ?) FOR KEY SHARE";

    static final String PUT = "INSERT INTO webhook_message (id, webhook, event_id, event_type, payload, created_at,"
            + " due_at) VALUES (?, ?, ?, ?, ?, ?, now()) ON CONFLICT DO NOTHING";

    private final PreviewAddress previews;

    /** @param previews where ports of sandboxes are reached */
    public Outbox(PreviewAddress previews) {
        this.previews = previews;
    }

    @Override
    public void take(Connection connection, List<Fact> facts) throws SQLException {
        for (var fact : facts) {
            var happening = happening(connection, fact);
            if (happening.isPresent()) {
                tell(connection, fact, happening.get());
            }
        }
    }

    private Optional<Happening> happening(Connection connection, Fact fact) throws SQLException {
        var id = fact.entity().substring(fact.entity().indexOf('|') + 1);
        return switch (fact.recorded().event()) {
            case SandboxEvent event -> Happening.of(new SandboxId(id), event, previews);
            case CheckpointEvent.CheckpointRequested requested -> {
                remember(connection, fact, CheckpointId.parse(id), requested.source());
                yield Optional.empty();
            }
            case CheckpointEvent event -> {
                var checkpoint = CheckpointId.parse(id);
                yield Happening.of(checkpoint, source(connection, fact, checkpoint), event);
            }
            default -> Optional.empty();
        };
    }

    private static void remember(Connection connection, Fact fact, CheckpointId checkpoint, SandboxId source)
            throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO checkpoint_source (checkpoint, organization, sandbox) VALUES (?, ?, ?)"
                        + " ON CONFLICT DO NOTHING")) {
            insert.setObject(1, checkpoint.value());
            insert.setString(2, fact.recorded().origin().organization().value());
            insert.setString(3, source.value());
            insert.executeUpdate();
        }
    }

    private static Optional<SandboxId> source(Connection connection, Fact fact, CheckpointId checkpoint)
            throws SQLException {
        try (var query = connection.prepareStatement(
                "SELECT sandbox FROM checkpoint_source WHERE checkpoint = ? AND organization = ?")) {
            query.setObject(1, checkpoint.value());
            query.setString(2, fact.recorded().origin().organization().value());
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(new SandboxId(rows.getString(1))) : Optional.empty();
            }
        }
    }

    private static void tell(Connection connection, Fact fact, Happening happening) throws SQLException {
        var organization = fact.recorded().origin().organization();
        try (var query = connection.prepareStatement(LISTENERS);
                var insert = connection.prepareStatement(PUT)) {
            query.setString(1, organization.value());
            query.setLong(2, fact.ordering());
            query.setString(3, happening.sandbox().value());
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    var types = (String[]) rows.getArray(2).getArray();
                    if (EventFilter.parse(Arrays.asList(types)).accepts(happening.type())) {
                        put(insert, new WebhookId(rows.getString(1)), organization, fact, happening);
                    }
                }
            }
            insert.executeBatch();
        }
    }

    private static void put(
            java.sql.PreparedStatement insert,
            WebhookId webhook,
            OrganizationId organization,
            Fact fact,
            Happening happening)
            throws SQLException {
        var event = Payloads.eventId(fact.entity(), fact.sequence());
        var at = fact.recorded().at();
        insert.setString(1, MessageId.of(webhook, event).value());
        insert.setString(2, webhook.value());
        insert.setString(3, event);
        insert.setString(4, happening.type().word());
        insert.setString(5, Payloads.of(organization, event, at, happening));
        insert.setTimestamp(6, Timestamp.from(at));
        insert.addBatch();
    }
}
