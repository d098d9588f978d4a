package dev.sealbox.persistence.database;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What an operator may choose about the database; the keys live under {@code sealbox.persistence.database}.
 *
 * @param external a server that is run by somebody else; empty for the embedded one
 * @param folder where the embedded server keeps everything
 * @param connections the largest number for keys and look-ups
 * @param journalConnections the largest number for the journal
 * @param startTimeout how long the embedded server may take to start, recovery after a crash included
 * @param silence of a server that is written to, after which its connection counts as dead
 * @param longSilence the same, where a large table may be looked through
 */
public record DatabaseSettings(
        Optional<External> external,
        Path folder,
        int connections,
        int journalConnections,
        Duration startTimeout,
        Duration silence,
        Duration longSilence) {

    private static final Duration A_MINUTE = Duration.ofMinutes(1);
    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    public DatabaseSettings {
        if (silence.toSeconds() < 1 || longSilence.toSeconds() < 1) {
            throw new IllegalArgumentException(
                    "sealbox.persistence.database.silence and long-silence are a second or more");
        }
    }

    /** With the usual bounds of silence. */
    public DatabaseSettings(
            Optional<External> external, Path folder, int connections, int journalConnections, Duration startTimeout) {
        this(external, folder, connections, journalConnections, startTimeout, A_MINUTE, FIVE_MINUTES);
    }

    /** A JDBC address and who logs in there. */
    public record External(String url, String user, String password) {
        @Override
        public String toString() {
            return "External[" + user + "]";
        }
    }

    public static DatabaseSettings from(Config config) {
        var database = config.getConfig("sealbox.persistence.database");
        var url = database.getString("url");
        var external = url.isBlank()
                ? Optional.<External>empty()
                : Optional.of(new External(url, database.getString("user"), database.getString("password")));
        return new DatabaseSettings(
                external,
                Path.of(database.getString("folder")),
                database.getInt("connections"),
                database.getInt("journal-connections"),
                database.getDuration("start-timeout"),
                database.getDuration("silence"),
                database.getDuration("long-silence"));
    }
}
