package dev.sealbox.persistence.webhook;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.domain.organization.OrganizationCommand.NoteWebhook;
import dev.sealbox.domain.organization.OrganizationCommand.NoteWebhookDeleted;
import dev.sealbox.domain.organization.WebhookTerms;
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
import dev.sealbox.persistence.keys.WebhookSecrets.Signing;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Webhooks in the database. Thread-safe. */
public final class DatabaseWebhooks implements Webhooks {
    /** More than a question to an entity may take. */
    private static final Duration NOTING = Duration.ofSeconds(30);

    private final Database database;
    private final WebhookSecrets secrets;
    private final Caller caller;
    private final Notes notes;
    private final int most;
    private final SecureRandom random = new SecureRandom();

    /** Where it is noted who did what; the stage fails when it cannot be, within some seconds. */
    public interface Notes {
        CompletionStage<?> note(Origin origin, OrganizationCommand what);
    }

    /** @param caller who knows which addresses are forbidden */
    public DatabaseWebhooks(
            Database database, WebhookSecrets secrets, Caller caller, Notes notes, WebhookSettings settings) {
        this.database = database;
        this.secrets = secrets;
        this.caller = caller;
        this.notes = notes;
        this.most = settings.most();
    }

    @Override
    public CompletionStage<Outcome<Made>> create(Origin origin, WebhookId id, NewWebhook wanted) {
        var organization = origin.organization();
        return transaction("keep a webhook", connection -> {
            var counted = WebhookRows.counted(connection, organization, wanted.sandbox());
            var limit = wanted.sandbox().isPresent() ? MOST_OF_A_SANDBOX : most;
            var known = WebhookRows.find(connection, organization, id, false);
            if (known.isPresent()) {
                return Outcome.done(new Made(known.get().view(), Optional.empty(), false));
            }
            if (caller.forbids(wanted.url())) {
                return Outcome.refused(new WebhookRefusal.ForbiddenAddress());
            }
            if (counted >= limit) {
                return Outcome.refused(new WebhookRefusal.TooManyWebhooks(limit));
            }
            var secret = wanted.secret().orElseGet(() -> SigningSecret.random(random));
            WebhookRows.insert(
                    connection,
                    organization,
                    id,
                    wanted,
                    secrets.wrap(organization, id, new Signing(secret, Optional.empty())));
            var view = WebhookRows.find(connection, organization, id, false)
                    .orElseThrow()
                    .view();
            note(origin, new NoteWebhook(id, WebhookTerms.of(view), true, true));
            return Outcome.done(new Made(view, Optional.of(secret), true));
        });
    }

    /** In the transaction, so that nothing is done that is not noted; what is noted may rarely not have been done. */
    private void note(Origin origin, OrganizationCommand what) {
        try {
            notes.note(origin, what).toCompletableFuture().get(NOTING.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("it cannot be noted what is done to a webhook", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while it was noted what is done to a webhook", e);
        }
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
    public CompletionStage<Outcome<Made>> change(Origin origin, WebhookId id, WebhookChange change) {
        var organization = origin.organization();
        return transaction("change a webhook", connection -> {
            var found = WebhookRows.find(connection, organization, id, true);
            if (found.isEmpty()) {
                return Outcome.refused(new WebhookRefusal.NoSuchWebhook());
            }
            if (change.url().filter(caller::forbids).isPresent()) {
                return Outcome.refused(new WebhookRefusal.ForbiddenAddress());
            }
            if (changesNothing(found.get().view(), change)) {
                return Outcome.done(new Made(found.get().view(), Optional.empty(), false));
            }
            var made = changed(connection, organization, found.get(), change);
            note(origin, new NoteWebhook(id, WebhookTerms.of(made.view()), false, change.rotatesSecret()));
            return Outcome.done(made);
        });
    }

    private static boolean changesNothing(WebhookView now, WebhookChange change) {
        return !change.rotatesSecret()
                && change.url().orElse(now.url()).equals(now.url())
                && change.name().or(now::name).equals(now.name())
                && change.events().orElse(now.events()).equals(now.events())
                && change.enabled().orElse(now.enabled()) == now.enabled();
    }

    private Made changed(Connection connection, OrganizationId organization, WebhookRows.Row row, WebhookChange change)
            throws SQLException {
        var old = row.view();
        var view = new WebhookView(
                old.id(),
                change.url().orElse(old.url()),
                change.name().or(old::name),
                change.events().orElse(old.events()),
                old.sandbox(),
                change.enabled().orElse(old.enabled()),
                old.createdAt(),
                old.updatedAt());
        var fresh =
                change.rotatesSecret() ? Optional.of(SigningSecret.random(random)) : Optional.<SigningSecret>empty();
        var wrapped = fresh.map(secret -> secrets.wrap(
                        organization,
                        old.id(),
                        new Signing(
                                secret,
                                Optional.of(secrets.open(
                                                organization,
                                                old.id(),
                                                row.wrapped().toByteArray())
                                        .current()))))
                .orElse(row.wrapped().toByteArray());
        WebhookRows.update(connection, view, wrapped, fresh.isPresent());
        var now = WebhookRows.find(connection, organization, old.id(), false).orElseThrow();
        return new Made(now.view(), fresh, false);
    }

    @Override
    public CompletionStage<Outcome<Unit>> delete(Origin origin, WebhookId id) {
        return transaction("delete a webhook", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM webhook WHERE organization = ? AND id = ?")) {
                delete.setString(1, origin.organization().value());
                delete.setString(2, id.value());
                if (delete.executeUpdate() == 0) {
                    return Outcome.refused(new WebhookRefusal.NoSuchWebhook());
                }
                note(origin, new NoteWebhookDeleted(id));
                return Outcome.done(Unit.DONE);
            }
        });
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

    private <T> CompletionStage<T> transaction(String step, Database.Work<T> work) {
        return database.ask(step, connection -> Messages.transaction(connection, work));
    }
}
