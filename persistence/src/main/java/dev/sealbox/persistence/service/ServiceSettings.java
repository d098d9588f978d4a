package dev.sealbox.persistence.service;

import com.typesafe.config.Config;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.store.VersionLimit;
import java.time.Duration;

/**
 * What an operator may choose about the services; the keys live under {@code sealbox.persistence}.
 *
 * @param askTimeout for an answer of an entity
 * @param pushTimeout how long a change of a store waits for running sandboxes
 * @param startTimeout how long a create waits for the first command to be possible
 * @param stopTimeout how long a stop waits for the host
 * @param readyTimeout how long commands wait for a sandbox that is being started
 * @param forkTimeout how long a fork waits for a checkpoint that is being taken
 * @param maxStores of an organisation
 * @param maxSandboxes of an organisation, not counting stopped ones
 * @param maxVersions of each secret, where its store has no limit of its own
 * @param strictForks whether a fork is refused whose store widens what inherited secrets can reach
 * @param queues whether a start waits in a cluster that is full
 * @param fullIsTooMany whether a full cluster is answered as a limit of the asker's, 429, or as the server's, 503
 */
public record ServiceSettings(
        Duration askTimeout,
        Duration pushTimeout,
        Duration startTimeout,
        Duration stopTimeout,
        Duration readyTimeout,
        Duration forkTimeout,
        int maxStores,
        int maxSandboxes,
        VersionLimit maxVersions,
        boolean strictForks,
        boolean queues,
        boolean fullIsTooMany) {

    public static ServiceSettings from(Config config) {
        var own = config.getConfig("sealbox.persistence");
        return new ServiceSettings(
                own.getDuration("ask-timeout"),
                own.getDuration("push-timeout"),
                own.getDuration("start-timeout"),
                own.getDuration("stop-timeout"),
                own.getDuration("ready-timeout"),
                own.getDuration("fork-timeout"),
                own.getInt("max-stores"),
                own.getInt("max-sandboxes"),
                new VersionLimit(own.getInt("max-versions")),
                own.getBoolean("strict-forks"),
                own.getString("placement.when-full").equals("queue"),
                tooMany(own.getInt("placement.full-status")));
    }

    private static boolean tooMany(int status) {
        return switch (status) {
            case 429 -> true;
            case 503 -> false;
            default -> throw new InvalidValue("sealbox.persistence.placement.full-status must be 429 or 503");
        };
    }
}
