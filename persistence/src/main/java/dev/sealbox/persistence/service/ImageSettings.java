package dev.sealbox.persistence.service;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What an operator may choose about images; the keys live under {@code sealbox.persistence.images}.
 *
 * @param maxBuilds at a time on this node
 * @param maxSnapshots of an organisation
 * @param stepTimeout of all that a step does
 * @param patience with what a host or an entity does for a build beside its steps
 * @param keptLines of a build's log, for those who come to wait for it later
 * @param trustedKeys a file of public keys whose archives are let in besides our own
 */
public record ImageSettings(
        int maxBuilds,
        int maxSnapshots,
        Duration stepTimeout,
        Duration patience,
        int keptLines,
        Optional<Path> trustedKeys) {

    public static ImageSettings from(Config config) {
        var own = config.getConfig("sealbox.persistence.images");
        return new ImageSettings(
                own.getInt("max-builds"),
                own.getInt("max-snapshots"),
                own.getDuration("step-timeout"),
                own.getDuration("patience"),
                own.getInt("kept-lines"),
                Optional.of(config.getString("sealbox.persistence.archives.trusted-keys-file"))
                        .filter(text -> !text.isEmpty())
                        .map(Path::of));
    }
}
