package dev.sealbox.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded server comes back whatever it was killed in, and whoever has its process number now. */
class KilledDatabaseIT {
    @TempDir
    private Path folder;

    private Database open() {
        return Database.open(TestNode.embedded(folder.resolve("postgres")));
    }

    private Path lock() {
        return folder.resolve("postgres/data/postmaster.pid");
    }

    @Test
    void startsAfterAllItsProcessesWereKilled() throws IOException {
        var killed = open();
        execute(killed, "CREATE TABLE noted AS SELECT 1 AS number");
        processes().forEach(ProcessHandle::destroyForcibly);
        closeDead(killed);

        try (var again = open()) {
            assertThat(execute(again, "SELECT number FROM noted")).isTrue();
        }
    }

    @Test
    void startsWhenAStrangerHasTheNumberOfAKilledServer() throws IOException {
        open().close();
        Files.writeString(
                lock(),
                ProcessHandle.current().pid() + "\n" + lock().getParent() + "\n1\n1\n\nlocalhost\n1 1\nready\n");

        try (var again = open()) {
            assertThat(execute(again, "SELECT 1")).isTrue();
        }
    }

    private List<ProcessHandle> processes() throws IOException {
        var first = ProcessHandle.of(
                        Long.parseLong(Files.readAllLines(lock()).getFirst().strip()))
                .orElseThrow();
        return Stream.concat(Stream.of(first), first.descendants()).toList();
    }

    private static boolean execute(Database database, String sql) {
        return database.now("execute a statement", connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute(sql);
                return true;
            }
        });
    }

    private static void closeDead(Database killed) {
        try {
            killed.close();
        } catch (DatabaseUnavailable e) {
            // There is nothing left to stop.
        }
    }
}
