package dev.sealbox.persistence.service;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.organization.ApiKeyHash;
import dev.sealbox.persistence.database.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When keys were last used, roughly: a use is noted at most once a minute per key and node, and written with others in
 * one batch some seconds later. What was not written when a node is killed is lost. Thread-safe.
 */
final class LastUses {
    private static final Logger log = LoggerFactory.getLogger(LastUses.class);

    private static final Duration RESOLUTION = Duration.ofMinutes(1);
    private static final Duration BATCH = Duration.ofSeconds(5);
    private static final int REMEMBERED = 10_000;

    private final Database database;
    private final Clock clock;
    private final Cache<ApiKeyHash, Instant> noted = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .expireAfterWrite(RESOLUTION)
            .build();
    private final Map<ApiKeyHash, Instant> unwritten = new ConcurrentHashMap<>();

    private LastUses(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Writes now and then while the system runs, and once more when it stops. */
    static LastUses start(ActorSystem<?> system, Database database, Clock clock) {
        var uses = new LastUses(database, clock);
        var writing =
                system.scheduler().scheduleWithFixedDelay(BATCH, BATCH, uses::writeSoon, system.executionContext());
        CoordinatedShutdown.get(system)
                .addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "note-last-uses-of-keys", () -> {
                    writing.cancel();
                    return uses.write().thenApply(written -> Done.getInstance());
                });
        return uses;
    }

    void used(ApiKeyHash hash) {
        if (noted.getIfPresent(hash) == null) {
            var now = clock.instant();
            noted.put(hash, now);
            unwritten.put(hash, now);
        }
    }

    private void writeSoon() {
        if (!unwritten.isEmpty()) {
            write();
        }
    }

    /** Complete when what was noted until now is written, or could not be. */
    CompletionStage<Integer> write() {
        var batch = Map.copyOf(unwritten);
        batch.forEach(unwritten::remove);
        return batch.isEmpty()
                ? Futures.now(0)
                : written(batch).exceptionally(failure -> {
                    log.warn("Cannot note when {} API keys were used: {}", batch.size(), failure.getMessage());
                    return 0;
                });
    }

    private CompletionStage<Integer> written(Map<ApiKeyHash, Instant> batch) {
        return database.ask("note when API keys were used", connection -> {
            try (var update = connection.prepareStatement(
                    "UPDATE api_key_owner" + " SET last_used_at = greatest(last_used_at, ?) WHERE hash = ?")) {
                for (var use : batch.entrySet()) {
                    update.setObject(1, OffsetDateTime.ofInstant(use.getValue(), ZoneOffset.UTC));
                    update.setString(2, use.getKey().hex());
                    update.addBatch();
                }
                return update.executeBatch().length;
            }
        });
    }

    /** What was written of the organisation's keys. */
    CompletionStage<Map<ApiKeyHash, Instant>> of(OrganizationId organization) {
        return database.ask("read when API keys were used", connection -> {
            try (var query = connection.prepareStatement("SELECT hash, last_used_at FROM api_key_owner"
                    + " WHERE organization = ? AND last_used_at IS NOT NULL")) {
                query.setString(1, organization.value());
                try (var rows = query.executeQuery()) {
                    var found = new HashMap<ApiKeyHash, Instant>();
                    while (rows.next()) {
                        found.put(
                                new ApiKeyHash(rows.getString(1)),
                                rows.getObject(2, OffsetDateTime.class).toInstant());
                    }
                    return Map.copyOf(found);
                }
            }
        });
    }
}
