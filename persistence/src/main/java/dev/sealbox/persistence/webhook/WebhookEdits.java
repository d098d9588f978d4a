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
import dev.sealbox.domain.webhook.NewWebhook;
import dev.sealbox.domain.webhook.SigningSecret;
import dev.sealbox.domain.webhook.WebhookChange;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.domain.webhook.WebhookRefusal;
import dev.sealbox.domain.webhook.WebhookView;
import dev.sealbox.domain.webhook.Webhooks;
import dev.sealbox.domain.webhook.Webhooks.Made;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.WebhookSecrets;
import dev.sealbox.persistence.keys.WebhookSecrets.Signing;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Makes, changes and deletes webhooks, each noted before it is done: nothing is done that is not noted, and what is noted
 * may rarely not have been done. While it is noted no connection is held, since the log may be slow or away. Thread-safe.
 */
final class WebhookEdits {
    /** More than a question to an entity may take. */
    private static final Duration NOTING = Duration.ofSeconds(30);

    /** Of one change, when others change the same webhook again and again meanwhile. */
    private static final int TRIES = 10;

    private final Database database;
    private final WebhookSecrets secrets;
    private final Caller caller;
    private final DatabaseWebhooks.Notes notes;
    private final int most;
    private final SecureRandom random = new SecureRandom();

    /** @param most webhooks of an organisation, those of single sandboxes not counted */
    WebhookEdits(Database database, WebhookSecrets secrets, Caller caller, DatabaseWebhooks.Notes notes, int most) {
        this.database = database;
        this.secrets = secrets;
        this.caller = caller;
        this.notes = notes;
        this.most = most;
    }

    private CompletionStage<?> noted(Origin origin, OrganizationCommand what) {
        return notes.note(origin, what).toCompletableFuture().copy().orTimeout(NOTING.toSeconds(), TimeUnit.SECONDS);
    }

    private <T> CompletionStage<T> transaction(String step, Database.Work<T> work) {
        return database.ask(step, connection -> Messages.transaction(connection, work));
    }

    CompletionStage<Outcome<Made>> create(Origin origin, WebhookId id, NewWebhook wanted) {
        var organization = origin.organization();
        var terms =
                new WebhookTerms(wanted.url().authority(), wanted.events().texts(), wanted.sandbox(), wanted.enabled());
        return transaction("look for a webhook", connection -> settled(connection, organization, id, wanted))
                .thenCompose(known -> known.isPresent()
                        ? CompletableFuture.completedFuture(known.get())
                        : noted(origin, new NoteWebhook(id, terms, true, true))
                                .thenCompose(done -> transaction(
                                        "keep a webhook", connection -> kept(connection, organization, id, wanted))));
    }

    /** What comes of it without anything being made: it is there, or may not be. Holds back other creates till the end. */
    private Optional<Outcome<Made>> settled(
            Connection connection, OrganizationId organization, WebhookId id, NewWebhook wanted) throws SQLException {
        var counted = WebhookRows.counted(connection, organization, wanted.sandbox());
        var limit = wanted.sandbox().isPresent() ? Webhooks.MOST_OF_A_SANDBOX : most;
        var known = WebhookRows.find(connection, organization, id, false);
        if (known.isPresent()) {
            return Optional.of(Outcome.done(new Made(known.get().view(), Optional.empty(), false)));
        }
        if (caller.forbids(wanted.url())) {
            return Optional.of(Outcome.refused(new WebhookRefusal.ForbiddenAddress()));
        }
        return counted >= limit
                ? Optional.of(Outcome.refused(new WebhookRefusal.TooManyWebhooks(limit)))
                : Optional.empty();
    }

    private Outcome<Made> kept(Connection connection, OrganizationId organization, WebhookId id, NewWebhook wanted)
            throws SQLException {
        var settled = settled(connection, organization, id, wanted);
        if (settled.isPresent()) {
            return settled.get();
        }
        var secret = wanted.secret().orElseGet(() -> SigningSecret.random(random));
        var wrapped = secrets.wrap(organization, id, new Signing(secret, Optional.empty()));
        WebhookRows.insert(connection, organization, id, wanted, wrapped);
        var made = WebhookRows.find(connection, organization, id, false).orElseThrow();
        return Outcome.done(new Made(made.view(), Optional.of(secret), true));
    }

    CompletionStage<Outcome<Made>> change(Origin origin, WebhookId id, WebhookChange change) {
        return change(origin, id, change, TRIES);
    }

    /**
     * Noted as it would be now, and done if it still is so then; else again from the beginning, so that the last note is
     * what there is.
     */
    private CompletionStage<Outcome<Made>> change(Origin origin, WebhookId id, WebhookChange change, int tries) {
        var organization = origin.organization();
        var first = tries == TRIES;
        return database.ask("read a webhook", connection -> WebhookRows.find(connection, organization, id, false))
                .thenCompose(found -> {
                    if (found.isEmpty()) {
                        return CompletableFuture.completedFuture(Outcome.refused(new WebhookRefusal.NoSuchWebhook()));
                    }
                    if (change.url().filter(caller::forbids).isPresent()) {
                        return CompletableFuture.completedFuture(
                                Outcome.refused(new WebhookRefusal.ForbiddenAddress()));
                    }
                    var before = found.get().view();
                    if (first && change.changesNothing(before)) {
                        return CompletableFuture.completedFuture(
                                Outcome.done(new Made(before, Optional.empty(), false)));
                    }
                    var terms = WebhookTerms.of(change.of(before));
                    return noted(origin, new NoteWebhook(id, terms, false, change.rotatesSecret()))
                            .thenCompose(done -> transaction(
                                    "change a webhook",
                                    connection -> changed(connection, organization, before, change)))
                            .thenCompose(made -> made.map(CompletableFuture::<Outcome<Made>>completedFuture)
                                    .orElseGet(() ->
                                            again(origin, id, change, tries - 1).toCompletableFuture()));
                });
    }

    private CompletionStage<Outcome<Made>> again(Origin origin, WebhookId id, WebhookChange change, int tries) {
        return tries > 0
                ? change(origin, id, change, tries)
                : CompletableFuture.failedFuture(
                        new IllegalStateException("a webhook is changed by others all the time"));
    }

    /** Empty when it is no more what it was {@code before}. */
    private Optional<Outcome<Made>> changed(
            Connection connection, OrganizationId organization, WebhookView before, WebhookChange change)
            throws SQLException {
        var row = WebhookRows.find(connection, organization, before.id(), true);
        if (row.isEmpty()) {
            return Optional.of(Outcome.refused(new WebhookRefusal.NoSuchWebhook()));
        }
        if (!row.get().view().equals(before)) {
            return Optional.empty();
        }
        var wrapped = row.get().wrapped().toByteArray();
        var fresh =
                change.rotatesSecret() ? Optional.of(SigningSecret.random(random)) : Optional.<SigningSecret>empty();
        WebhookRows.update(
                connection,
                change.of(before),
                fresh.map(secret -> rotated(organization, before.id(), wrapped, secret))
                        .orElse(wrapped),
                fresh.isPresent());
        var now = WebhookRows.find(connection, organization, before.id(), false).orElseThrow();
        return Optional.of(Outcome.done(new Made(now.view(), fresh, false)));
    }

    private byte[] rotated(OrganizationId organization, WebhookId id, byte[] wrapped, SigningSecret fresh) {
        var former = secrets.open(organization, id, wrapped).current();
        return secrets.wrap(organization, id, new Signing(fresh, Optional.of(former)));
    }

    CompletionStage<Outcome<Unit>> delete(Origin origin, WebhookId id) {
        var organization = origin.organization();
        return database.ask("read a webhook", connection -> WebhookRows.find(connection, organization, id, false))
                .thenCompose(found -> found.isEmpty()
                        ? CompletableFuture.completedFuture(Outcome.refused(new WebhookRefusal.NoSuchWebhook()))
                        : noted(origin, new NoteWebhookDeleted(id))
                                .thenCompose(done -> database.ask(
                                        "delete a webhook",
                                        connection -> WebhookRows.delete(connection, organization, id)
                                                ? Outcome.done(Unit.DONE)
                                                : Outcome.refused(new WebhookRefusal.NoSuchWebhook()))));
    }
}
