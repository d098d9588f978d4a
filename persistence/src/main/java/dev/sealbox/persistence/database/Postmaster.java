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
    private static final String LOCK = "postmaster.pid";
    private static final Duration POLITENESS = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Postmaster() {}

    /**
     * Stops the server that still serves the data folder, if one does, and waits for its end. The caller holds the
     * folder's lock, so that nobody else uses it.
     *
     * <p>A server that is asked to stop while it recovers from a crash of its own may never end (seen with PostgreSQL
     * 18.6); then it is told to drop everything, which loses nothing that it has acknowledged.
     */
    static void stopLeftBehind(Path data) {
        leftBehind(data).ifPresent(server -> stop(server, data));
        // Those whose server was killed end by themselves; until then they may still write.
        ProcessHandle.allProcesses()
                .filter(process -> serves(process, data))
                .filter(process -> !ended(process, PATIENCE))
                .findFirst()
                .ifPresent(process -> fail(process, data));
        forget(data.resolve(LOCK));
    }

    private static void stop(ProcessHandle server, Path data) {
        signal("INT", server);
        if (!ended(server, POLITENESS)) {
            signal("QUIT", server);
            if (!ended(server, PATIENCE)) {
                fail(server, data);
            }
        }
    }

    private static void fail(ProcessHandle process, Path data) {
        throw new DatabaseUnavailable(
                "an older PostgreSQL server (process " + process.pid() + ") still holds " + data + "; stop it");
    }

    /**
     * A killed server leaves a file that names its process, and a new one does not start while any process has that
     * number: a stranger, or the killed one for as long as nobody has taken note of its end.
     */
    private static void forget(Path lock) {
        try {
            Files.deleteIfExists(lock);
        } catch (IOException e) {
            throw new DatabaseUnavailable("the file " + lock + " of an ended PostgreSQL server cannot be removed", e);
        }
    }

    private static Optional<ProcessHandle> leftBehind(Path data) {
        try {
            var lines = Files.readAllLines(data.resolve(LOCK));
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

    /** SIGINT asks PostgreSQL to stop without waiting for its clients, SIGQUIT without tidying; the JDK knows neither. */
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

    private static boolean ended(ProcessHandle process, Duration patience) {
        try {
            process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return !process.isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
