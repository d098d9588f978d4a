package dev.sealbox.persistence.ledger;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What an operator may choose about the ledger of use; the keys live under {@code sealbox.persistence.audit}.
 *
 * @param strict whether a request that may use secrets waits until its record is in the database
 * @param patience how long it waits before it is refused
 * @param window how long equal refusals are counted together
 * @param spool the folder of what the database has not taken yet
 * @param spoolLimit bytes in it beyond which requests are refused rather than records dropped
 */
public record LedgerSettings(boolean strict, Duration patience, Duration window, Path spool, long spoolLimit) {

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException in one line, for a mode that there is not
     */
    public static LedgerSettings from(Config config) {
        var audit = config.getConfig("sealbox.persistence.audit");
        return new LedgerSettings(
                isStrict(audit.getString("mode")),
                audit.getDuration("uses.patience"),
                audit.getDuration("uses.window"),
                Path.of(audit.getString("uses.spool")),
                audit.getBytes("uses.spool-limit"));
    }

    private static boolean isStrict(String mode) {
        return switch (mode) {
            case "strict" -> true;
            case "async" -> false;
            default -> throw new IllegalArgumentException("sealbox.persistence.audit.mode is strict or async");
        };
    }
}
