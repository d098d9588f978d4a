package dev.sealbox.persistence.webhook;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.domain.webhook.Caller;
import dev.sealbox.domain.webhook.Delivery;
import dev.sealbox.domain.webhook.MessageId;
import dev.sealbox.domain.webhook.NewWebhook;
import dev.sealbox.domain.webhook.SigningSecret;
import dev.sealbox.domain.webhook.WebhookChange;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.domain.webhook.WebhookRefusal;
import dev.sealbox.domain.webhook.WebhookView;
import dev.sealbox.domain.webhook.Webhooks;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.WebhookSecrets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Webhooks in the database. Thread-safe. */
public final class DatabaseWebhooks implements Webhooks {
    private final Database database;
    private final WebhookSecrets secrets;
    private final WebhookEdits edits;

    /** Where it is noted who did what; the stage fails when it cannot be, within some seconds. */
    public interface Notes {
        CompletionStage<?> note(Origin origin, OrganizationCommand what);
    }

    /** @param caller who knows which addresses are forbidden */
    public DatabaseWebhooks(
            Database database, WebhookSecrets secrets, Caller caller, Notes notes, WebhookSettings settings) {
        this.database = database;
        this.secrets = secrets;
        this.edits = new WebhookEdits(database, secrets, caller, notes, settings.most());
    }

    @Override
    public CompletionStage<Outcome<Made>> create(Origin origin, WebhookId id, NewWebhook wanted) {
        return edits.create(origin, id, wanted);
    }

    @Override
    public CompletionStage<Outcome<Made>> change(Origin origin, WebhookId id, WebhookChange change) {
        return edits.change(origin, id, change);
    }

    @Override
    public CompletionStage<Outcome<Unit>> delete(Origin origin, WebhookId id) {
        return edits.delete(origin, id);
    }

    @Override
    public CompletionStage<List<WebhookView>> list(OrganizationId organization) {
        return database.ask("list webhooks", connection -> WebhookRows.all(connection, organization));
    }

    @Override
    public CompletionStage<Outcome<WebhookView>> read(OrganizationId organization, WebhookId id) {
        return found("read a webhook", organization, id, (connection, row) -> Outcome.done(row.view()));
    }

    @Override
    public CompletionStage<Outcome<SigningSecret>> secret(OrganizationId organization, WebhookId id) {
        return found(
                "read a webhook",
                organization,
                id,
                (connection, row) -> Outcome.done(
                        secrets.open(organization, id, row.wrapped().toByteArray())
                                .current()));
    }

    @Override
    public CompletionStage<Outcome<Queued>> test(OrganizationId organization, WebhookId id) {
        return found(
                "queue a sample",
                organization,
                id,
                (connection, row) -> row.view().enabled()
                        ? Outcome.done(Messages.putSample(connection, organization, row.view()))
                        : Outcome.refused(new WebhookRefusal.Disabled()));
    }

    @Override
    public CompletionStage<Outcome<List<Delivery>>> deliveries(OrganizationId organization, WebhookId id) {
        return found(
                "list deliveries",
                organization,
                id,
                (connection, row) -> Outcome.done(Messages.deliveries(connection, id)));
    }

    @Override
    public CompletionStage<Outcome<Delivery.Message>> message(
            OrganizationId organization, WebhookId id, MessageId message) {
        return found(
                "read a message",
                organization,
                id,
                (connection, row) -> Messages.find(connection, id, message)
                        .map(Outcome::done)
                        .orElseGet(() -> Outcome.refused(new WebhookRefusal.NoSuchDelivery())));
    }

    @Override
    public CompletionStage<Outcome<Unit>> redeliver(OrganizationId organization, WebhookId id, MessageId message) {
        return found("queue a message again", organization, id, (connection, row) -> {
            if (!row.view().enabled()) {
                return Outcome.refused(new WebhookRefusal.Disabled());
            }
            return Messages.requeue(connection, id, message)
                    ? Outcome.done(Unit.DONE)
                    : Outcome.refused(new WebhookRefusal.NoSuchDelivery());
        });
    }

    private interface OfRow<T> {
        Outcome<T> with(Connection connection, WebhookRows.Row row) throws SQLException;
    }

    private <T> CompletionStage<Outcome<T>> found(
            String step, OrganizationId organization, WebhookId id, OfRow<T> work) {
        return database.ask(step, connection -> {
            var row = WebhookRows.find(connection, organization, id, false);
            return row.isPresent()
                    ? work.with(connection, row.get())
                    : Outcome.refused(new WebhookRefusal.NoSuchWebhook());
        });
    }
}
