package dev.sealbox.persistence;

import com.typesafe.config.ConfigFactory;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseSettings;
import dev.sealbox.persistence.database.DatabaseSettings.External;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** One real PostgreSQL server for all tests of this process, with an empty database for whoever asks. */
final class TestDatabase {
    /** For keys and look-ups, of each database that is opened. */
    static final int CONNECTIONS = 4;

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Path FOLDER = folder();
    private static final Database SERVER = Database.open(TestNode.embedded(FOLDER.resolve("postgres")));

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            SERVER.close();
            delete(FOLDER);
        }));
    }

    private TestDatabase() {}

    /** An empty database, reached as an operator's own server would be. */
    static DatabaseSettings fresh() {
        var name = "test_" + COUNT.incrementAndGet();
        SERVER.now("make a database", connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute("CREATE DATABASE " + name);
            }
        });
        var db = SERVER.configuration(ConfigFactory.empty())
                .getConfig("akka-persistence-jdbc.shared-databases.slick.db");
        var url = db.getString("url").replace("/postgres", "/" + name);
        return new DatabaseSettings(
                Optional.of(new External(url, db.getString("user"), db.getString("password"))),
                FOLDER,
                CONNECTIONS,
                4,
                Duration.ofSeconds(60));
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("sealbox-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path root) {
        try (var paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
