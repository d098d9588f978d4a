package dev.sealbox.persistence.webhook;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.webhook.Caller;
import dev.sealbox.domain.webhook.Caller.Reply;
import dev.sealbox.domain.webhook.Delivery;
import dev.sealbox.domain.webhook.SigningSecret;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.WebhookSecrets;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is in the outbox, at least once: every node of the control plane takes its share, see {@link Claims}. A
 * message leaves the outbox only when what came of it is noted down. Thread-safe.
 */
public final class Deliveries implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Deliveries.class);
    private static final Duration PRUNING = Duration.ofMinutes(10);

    /** One endpoint is called for so long in a row, then others may have its place. */
    private static final Duration TURN = Duration.ofSeconds(20);

    /** Longer than a turn with its last call; how long the messages of a node that died wait for another. */
    private static final Duration HELD = Duration.ofSeconds(90);

    private final Database database;
    private final WebhookSecrets secrets;
    private final Caller caller;
    private final WebhookSettings settings;
    private final Map<OrganizationId, Integer> lanes = new HashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("sealbox-webhooks").daemon().factory());
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("sealbox-webhook-", 0).factory());

    private Deliveries(Database database, WebhookSecrets secrets, Caller caller, WebhookSettings settings) {
        this.database = database;
        this.secrets = secrets;
        this.caller = caller;
        this.settings = settings;
    }

    public static Deliveries start(Database database, WebhookSecrets secrets, Caller caller, WebhookSettings settings) {
        var deliveries = new Deliveries(database, secrets, caller, settings);
        deliveries.every(settings.poll(), "look for messages that are due", deliveries::look);
        deliveries.every(PRUNING, "remove old messages", deliveries::prune);
        return deliveries;
    }

    private void every(Duration pause, String what, Runnable work) {
        // It never fails, and ends with the clock.
        var unused = clock.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        // The outbox keeps them until the database answers again.
                        log.warn("cannot {}: {}", what, e.toString());
                    }
                },
                0,
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void prune() {
        database.now("remove old messages", connection -> Messages.prune(connection, settings.retention()));
    }

    private void look() {
        var taken = snapshot();
        var free = settings.endpoints()
                - taken.values().stream().mapToInt(Integer::intValue).sum();
        if (free <= 0) {
            return;
        }
        var claims = database.now(
                "claim messages", connection -> Claims.take(connection, taken, settings.perOrganization(), free, HELD));
        for (var claim : claims) {
            count(claim.organization(), 1);
            threads.execute(() -> turn(claim));
        }
    }

    private synchronized Map<OrganizationId, Integer> snapshot() {
        return Map.copyOf(lanes);
    }

    private synchronized void count(OrganizationId organization, int change) {
        lanes.merge(organization, change, (old, more) -> old + more == 0 ? null : old + more);
    }

    private void turn(Claims.Claim claim) {
        try {
            send(claim);
        } catch (InterruptedException e) {
            // The node stops, and this thread with it, once the webhook is let go.
            log.debug("a call of {} is cut", claim.webhook());
        } catch (RuntimeException e) {
            log.warn("messages of {} wait: {}", claim.webhook(), e.toString());
        } finally {
            release(claim);
            count(claim.organization(), -1);
        }
    }

    private void release(Claims.Claim claim) {
        try {
            database.now("let a webhook go", connection -> Claims.release(connection, claim));
        } catch (RuntimeException e) {
            log.debug("the claim on {} will run out", claim.webhook(), e);
        }
    }

    /** One message after the other, until none is due, the turn is over, or the endpoint does not take one. */
    private void send(Claims.Claim claim) throws InterruptedException {
        var signing = secrets.open(
                claim.organization(), claim.webhook(), claim.wrapped().toByteArray());
        var valid = claim.formerCounts() ? signing.all() : List.of(signing.current());
        var end = System.nanoTime() + TURN.toNanos();
        while (System.nanoTime() - end < 0) {
            var due = next(claim);
            if (due.isEmpty() || !isTaken(claim, due.get(), valid)) {
                return;
            }
        }
    }

    private Optional<Delivery.Message> next(Claims.Claim claim) {
        return database.now(
                "read a message that is due",
                connection ->
                        Claims.holds(connection, claim) ? Messages.due(connection, claim.webhook()) : Optional.empty());
    }

    private boolean isTaken(Claims.Claim claim, Delivery.Message message, List<SigningSecret> valid)
            throws InterruptedException {
        var body = message.payload().getBytes(StandardCharsets.UTF_8);
        var reply = caller.post(claim.url(), Signature.fields(message.id(), Instant.now(), body, valid), body);
        var chance = ThreadLocalRandom.current().nextDouble();
        database.<Boolean>now(
                "note down a delivery",
                connection -> Messages.transaction(connection, same -> {
                    Messages.note(same, claim.webhook(), message.id(), reply, settings.retries(), chance);
                    return true;
                }));
        return reply instanceof Reply.Answered answered && answered.isSuccess();
    }

    /** Begins nothing any more; calls that are under way are cut, and made again by whoever comes next. */
    @Override
    public void close() {
        clock.shutdownNow();
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("calls of webhooks do not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
