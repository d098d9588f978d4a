package dev.sealbox.persistence.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A PostgreSQL server that outlived the process that started it, because that process was killed. */
final class Postmaster {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Postmaster() {}

    /**
     * Stops the server that still serves the data folder, if one does, and waits for its end. The caller holds the
     * folder's lock, so that nobody else uses it.
     */
    static void stopLeftBehind(Path data) {
        leftBehind(data).ifPresent(process -> {
            signal("INT", process);
            if (!ended(process)) {
                throw new DatabaseUnavailable(
                        "an older PostgreSQL server (process " + process.pid() + ") still holds " + data + "; stop it");
            }
        });
    }

    private static Optional<ProcessHandle> leftBehind(Path data) {
        try {
            var lines = Files.readAllLines(data.resolve("postmaster.pid"));
            return lines.isEmpty()
                    ? Optional.empty()
                    : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                            .filter(ProcessHandle::isAlive)
                            .filter(process -> serves(process, data));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A process id may have been given to a stranger since; a PostgreSQL server works in its data folder. */
    private static boolean serves(ProcessHandle process, Path data) {
        try {
            var directory =
                    Path.of("/proc", Long.toString(process.pid()), "cwd").toRealPath();
            return directory.equals(data.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    /** The JDK knows no SIGINT, which asks PostgreSQL to stop now without waiting for its clients. */
    private static void signal(String name, ProcessHandle process) {
        var kill = List.of("/bin/sh", "-c", "kill -" + name + " " + process.pid());
        try {
            new ProcessBuilder(kill).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new DatabaseUnavailable("the PostgreSQL server left behind cannot be told to stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseUnavailable("interrupted while stopping the PostgreSQL server left behind", e);
        }
    }

    private static boolean ended(ProcessHandle process) {
        try {
            process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return !process.isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
