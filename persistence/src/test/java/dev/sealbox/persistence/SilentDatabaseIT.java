package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseSettings;
import dev.sealbox.persistence.database.DatabaseSettings.External;
import dev.sealbox.persistence.database.DatabaseUnavailable;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is gone without a word: whatever was sent to it is not answered, and nobody hangs up. */
class SilentDatabaseIT {
    private static final int CONNECTIONS = 2;
    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    @Test
    void isGivenUpAfterItsSilenceAndUsedAgainWhenItAnswers() throws Exception {
        var real = TestDatabase.fresh().external().orElseThrow();
        var at = URI.create(real.url().substring("jdbc:".length()));
        try (var forwarder = new Forwarder(at.getPort());
                var database = opened(new External(
                        real.url().replace(":" + at.getPort() + "/", ":" + forwarder.port() + "/"),
                        real.user(),
                        real.password()))) {
            eventually("it answers", () -> answers(database));

            var connected = new CountDownLatch(CONNECTIONS);
            var silent = new CountDownLatch(1);
            var asked = IntStream.range(0, CONNECTIONS)
                    .mapToObj(each -> ask(database, () -> {
                        connected.countDown();
                        silent.await();
                        return "";
                    }))
                    .toList();
            assertThat(connected.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            forwarder.fallSilent();
            silent.countDown();
            assertThat(asked).allSatisfy(each -> assertThat(each).failsWithin(PATIENCE));

            forwarder.speakAgain();
            eventually("it is used again", () -> answers(database));
            assertThat(database.configuration(ConfigFactory.load())
                            .getString("akka-persistence-jdbc.shared-databases.slick.db.properties.socketTimeout"))
                    .as("the journal's connections have the same bound")
                    .isEqualTo("1");
        }
    }

    /** On a busy machine a start may take longer than that silence. */
    private Database opened(External external) {
        var settings = new DatabaseSettings(Optional.of(external), folder, CONNECTIONS, 1, PATIENCE, SILENCE, SILENCE);
        for (var tries = 0; ; tries++) {
            try {
                return Database.open(settings);
            } catch (DatabaseUnavailable e) {
                assertThat(tries).as(e.toString()).isLessThan(20);
            }
        }
    }

    private static CompletableFuture<Integer> ask(Database database, Callable<?> before) {
        return database.ask("ask", connection -> {
                    try {
                        before.call();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    try (var query = connection.prepareStatement("SELECT 1");
                            var rows = query.executeQuery()) {
                        rows.next();
                        return rows.getInt(1);
                    }
                })
                .toCompletableFuture();
    }

    private static boolean answers(Database database) {
        return ask(database, () -> "").handle((one, failure) -> failure == null).join();
    }
}
