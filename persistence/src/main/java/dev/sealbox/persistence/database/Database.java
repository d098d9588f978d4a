package dev.sealbox.persistence.database;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The PostgreSQL database, its schema up to date. Thread-safe. Queries run on threads of their own, as many at a time
 * as there are connections, so that no dispatcher waits for the network.
 */
public final class Database implements AutoCloseable {
    private final Optional<EmbeddedDatabase> embedded;
    private final DatabaseSettings.External address;
    private final int journalConnections;
    private final Duration silence;
    private final HikariDataSource connections;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("sealbox-database-", 0).factory());
    private final GroupCommit commits = new GroupCommit(this, threads);

    private Database(Optional<EmbeddedDatabase> embedded, DatabaseSettings settings) {
        this.embedded = embedded;
        this.address =
                embedded.map(EmbeddedDatabase::address).or(settings::external).orElseThrow();
        this.journalConnections = settings.journalConnections();
        this.silence = settings.silence();
        this.connections = pool(address, settings);
    }

    /** What is done with a connection; it is given back afterwards. */
    @FunctionalInterface
    public interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    /**
     * Starts the embedded server or reaches the given one, and brings the schema up to date.
     *
     * @throws DatabaseUnavailable with one line that names the step that failed
     */
    public static Database open(DatabaseSettings settings) {
        var embedded = settings.external().isPresent()
                ? Optional.<EmbeddedDatabase>empty()
                : Optional.of(EmbeddedDatabase.start(settings.folder(), settings.startTimeout()));
        try {
            return migrated(new Database(embedded, settings));
        } catch (RuntimeException e) {
            embedded.ifPresent(EmbeddedDatabase::close);
            throw e;
        }
    }

    private static Database migrated(Database database) {
        try {
            // Numbers are given out before the work begins, and not all of it is done in that order.
            var address = database.address;
            // On a connection of its own: a large table takes its time.
            Flyway.configure()
                    .dataSource(address.url(), address.user(), address.password())
                    .outOfOrder(true)
                    // In the middle of an upgrade a node of the former version may start again: it does not know what
                    // newer ones have added, and can work with it.
                    .ignoreMigrationPatterns("*:future", "*:missing")
                    .load()
                    .migrate();
            return database;
        } catch (FlywayException e) {
            database.connections.close();
            throw new DatabaseUnavailable("the database schema cannot be brought up to date: " + firstLine(e), e);
        }
    }

    private static HikariDataSource pool(DatabaseSettings.External address, DatabaseSettings settings) {
        var config = new HikariConfig();
        config.setPoolName("sealbox-keys");
        config.setJdbcUrl(address.url());
        config.setUsername(address.user());
        config.setPassword(address.password());
        config.setMaximumPoolSize(settings.connections());
        config.setMinimumIdle(1);
        config.setConnectionTimeout(10_000);
        // Without a bound a server that is gone without a word, as with a network that is cut, would keep every thread
        // that waits for it, and so in the end the journal.
        config.addDataSourceProperty(
                "socketTimeout", Long.toString(settings.longSilence().toSeconds()));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        try {
            return new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw new DatabaseUnavailable("the database does not answer: " + firstLine(e), e);
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage())
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("no reason given");
    }

    /** Runs {@code work}, each statement a transaction of its own; {@code step} names it in a failure's message. */
    public <T> CompletionStage<T> ask(String step, Work<T> work) {
        return CompletableFuture.supplyAsync(() -> now(step, work), threads);
    }

    /**
     * As {@link #ask}, in one transaction with what others ask at the same time; complete when it is committed. The work
     * is done a second time, alone, when that of another fails.
     */
    public <T> CompletionStage<T> together(String step, Work<T> work) {
        return commits.ask(step, work);
    }

    /** As {@link #ask}, on the caller's thread; for the start of the process. */
    public <T> T now(String step, Work<T> work) {
        try (var connection = connections.getConnection()) {
            return work.with(connection);
        } catch (SQLException e) {
            throw new DatabaseUnavailable("the database failed to " + step, e);
        }
    }

    /** A connection of its own for work in transactions; whoever asks for it closes it. May wait for a free one. */
    public Connection connection() throws SQLException {
        return connections.getConnection();
    }

    /** The configuration of an actor system whose journal writes to this database, on top of {@code base}. */
    public Config configuration(Config base) {
        var db = "akka-persistence-jdbc.shared-databases.slick.db.";
        return ConfigFactory.parseMap(Map.of(
                        "akka-persistence-jdbc.shared-databases.slick.profile",
                        "slick.jdbc.PostgresProfile$",
                        db + "url",
                        address.url(),
                        db + "user",
                        address.user(),
                        db + "password",
                        address.password(),
                        db + "driver",
                        "org.postgresql.Driver",
                        db + "properties.socketTimeout",
                        Long.toString(silence.toSeconds()),
                        db + "properties.tcpKeepAlive",
                        "true",
                        db + "numThreads",
                        journalConnections,
                        db + "maxConnections",
                        journalConnections,
                        db + "minConnections",
                        1))
                .withFallback(ConfigFactory.parseResources("sealbox-journal.conf"))
                .withFallback(base)
                .resolve();
    }

    /** Stops the embedded server; stop the actor system before. */
    @Override
    public void close() {
        threads.shutdown();
        connections.close();
        embedded.ifPresent(EmbeddedDatabase::close);
    }
}
