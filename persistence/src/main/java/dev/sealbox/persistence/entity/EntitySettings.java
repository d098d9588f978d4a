package dev.sealbox.persistence.entity;

import com.typesafe.config.Config;
import dev.sealbox.domain.InvalidValue;
import java.time.Duration;

/**
 * What an operator may choose about entities; the keys live under {@code sealbox.persistence}.
 *
 * @param role nodes with it hold entities
 * @param snapshotEvery events between snapshots
 * @param snapshotsKept older ones are deleted
 * @param idleTimeout after which an entity leaves memory
 * @param askTimeout for an answer of another entity
 * @param pushTimeout how long a change of a store waits for running sandboxes
 * @param retryAfter the pause before a failed side effect is tried again
 * @param startAttempts how often an interrupted start is tried
 * @param queueFor how long a start waits for room in a cluster that is full; zero for not at all
 */
public record EntitySettings(
        String role,
        int snapshotEvery,
        int snapshotsKept,
        Duration idleTimeout,
        Duration askTimeout,
        Duration pushTimeout,
        Duration retryAfter,
        int startAttempts,
        Duration queueFor) {

    public static EntitySettings from(Config config) {
        var own = config.getConfig("sealbox.persistence");
        return new EntitySettings(
                own.getString("role"),
                own.getInt("snapshot-every"),
                own.getInt("snapshots-kept"),
                own.getDuration("idle-timeout"),
                own.getDuration("ask-timeout"),
                own.getDuration("push-timeout"),
                own.getDuration("retry-after"),
                own.getInt("start-attempts"),
                queueFor(own.getConfig("placement")));
    }

    private static Duration queueFor(Config placement) {
        return switch (placement.getString("when-full")) {
            case "queue" -> placement.getDuration("queue-for");
            case "refuse" -> Duration.ZERO;
            default -> throw new InvalidValue("sealbox.persistence.placement.when-full must be queue or refuse");
        };
    }
}
