package dev.sealbox.persistence.audit;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What an operator may choose about the log; the keys live under {@code sealbox.persistence.audit}.
 *
 * @param role nodes with it write heads and keep the listing
 * @param headInterval how long the newest events stay without a head at the most
 * @param headsFile where this node writes heads outside of the database
 * @param verifications how many a node does at a time
 */
public record AuditSettings(String role, Duration headInterval, Path headsFile, int verifications) {

    public static AuditSettings from(Config config) {
        var audit = config.getConfig("sealbox.persistence.audit");
        return new AuditSettings(
                config.getString("sealbox.persistence.role"),
                audit.getDuration("head-interval"),
                Path.of(audit.getString("heads-file")),
                audit.getInt("verifications"));
    }
}
