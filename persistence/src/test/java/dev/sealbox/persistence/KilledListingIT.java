package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.audit.Scope;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.projection.ProjectionLag;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node is killed while it lists events and writes heads, and the next one goes on. */
class KilledListingIT {
    @TempDir
    private Path folder;

    /** A killed node leaves its database server behind; the next one to open it takes it over. */
    @AfterEach
    void stop() {
        Database.open(TestNode.embedded(folder.resolve("postgres"))).close();
    }

    @Test
    void missesNothingAndListsNothingTwice() throws Exception {
        var seed = System.nanoTime();
        System.out.println("KilledListingIT: seed " + seed);
        var random = new Random(seed);
        for (var round = 0; round < 3; round++) {
            runUntilKilled(round, 5 + random.nextInt(40));
        }

        try (var node = ListingNode.start(folder)) {
            var audit = ListingNode.audit(node, folder);
            var events = number(node, "SELECT count(*) FROM event_journal");
            assertThat(events).isGreaterThan(30);
            eventually("all is listed", () -> number(node, "SELECT count(*) FROM audit_event") == events);
            assertThat(number(node, "SELECT count(DISTINCT (persistence_id, sequence)) FROM audit_event"))
                    .isEqualTo(events);
            assertThat(number(
                            node,
                            "SELECT count(*) FROM audit_event a JOIN event_journal j ON j.ordering = a.ordering"
                                    + " AND j.persistence_id = a.persistence_id AND j.sequence_number = a.sequence"))
                    .isEqualTo(events);
            eventually(
                    "the lag is none",
                    () -> told(new ProjectionLag(node.database).events()).values().stream()
                            .allMatch(behind -> behind == 0));
            told(audit.anchored());
            var verdict = done(audit.verify(Scope.EVERYTHING));
            assertThat(verdict.findings()).isEmpty();
            assertThat(verdict.anchored()).isEqualTo(verdict.heads()).isGreaterThan(3);
        }
    }

    private void runUntilKilled(int round, int stores) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var process = new ProcessBuilder(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classes,
                        ListingNode.class.getName(),
                        folder.toString(),
                        "" + round)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(lines.lines().anyMatch(("created " + stores)::equals)).isTrue();
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static long number(TestNode node, String query) {
        return node.database.now("count", connection -> {
            try (var execution = connection.prepareStatement(query);
                    var rows = execution.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }
}
