package dev.sealbox.persistence.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server that this process starts and stops, reachable on the loopback address with a password only.
 *
 * <p>Its folder, open to nobody else, has the server's {@code data}, its {@code bin} folder of programs, its {@code password}, its
 * {@code log}, and {@code ready}, which says that the data folder was once made to the end. A folder belongs to one
 * process at a time.
 */
final class EmbeddedDatabase implements AutoCloseable {
    private static final String USER = "postgres";

    private final FileLock lock;
    private final EmbeddedPostgres server;
    private final String password;

    private EmbeddedDatabase(FileLock lock, EmbeddedPostgres server, String password) {
        this.lock = lock;
        this.server = server;
        this.password = password;
    }

    static EmbeddedDatabase start(Path folder, Duration timeout) {
        @Nullable FileLock lock = null;
        try {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            makePrivate(folder);
            lock = lock(folder.resolve("lock"));
            var database = serve(folder.toRealPath(), timeout, lock);
            lock = null;
            return database;
        } catch (IOException | RuntimeException e) {
            throw e instanceof DatabaseUnavailable known
                    ? known
                    : new DatabaseUnavailable(
                            "the embedded PostgreSQL server cannot start (" + folder.resolve("log") + " says more): "
                                    + e.getMessage(),
                            e);
        } finally {
            Optional.ofNullable(lock).ifPresent(EmbeddedDatabase::release);
        }
    }

    private static EmbeddedDatabase serve(Path folder, Duration timeout, FileLock lock) throws IOException {
        var data = folder.resolve("data");
        var ready = folder.resolve("ready");
        Postmaster.stopLeftBehind(data);
        if (!Files.exists(ready)) {
            // The making of the data folder was interrupted, so nothing was ever stored in it.
            deleteTree(data);
        }
        var password = password(folder.resolve("password"));
        var server = builder(folder, timeout, password).setDataDirectory(data).start();
        if (!Files.exists(ready)) {
            Files.createFile(ready);
        }
        return new EmbeddedDatabase(lock, server, password);
    }

    private static EmbeddedPostgres.Builder builder(Path folder, Duration timeout, String password) {
        // The library tidies a folder that everybody may write to; let it tidy one of ours.
        System.setProperty("ot.epg.working-dir", folder.resolve("tidied").toString());
        return EmbeddedPostgres.builder()
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setOverrideWorkingDirectory(folder.resolve("bin").toFile())
                .setOutputRedirector(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .setErrorRedirector(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .setPGStartupWait(timeout)
                .setLocaleConfig("pwfile", folder.resolve("password").toString())
                .setLocaleConfig("auth-host", "scram-sha-256")
                .setLocaleConfig("auth-local", "scram-sha-256")
                .setLocaleConfig("locale", "C.UTF-8")
                .setConnectConfig("password", password)
                // The library is made for tests and turns durability off; here what is acknowledged must stay.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "64")
                .setServerConfig("listen_addresses", "localhost")
                .setServerConfig("unix_socket_directories", "");
    }

    private static void makePrivate(Path folder) throws IOException {
        var onlyOwner = PosixFilePermissions.fromString("rwx------");
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(onlyOwner));
        }
        Files.setPosixFilePermissions(folder, onlyOwner);
        Files.createDirectories(folder.resolve("bin"));
    }

    private static FileLock lock(Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            var lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            // another database of this very process: told below
        }
        channel.close();
        throw new DatabaseUnavailable("another process uses the database folder " + file.getParent());
    }

    private static String password(Path file) throws IOException {
        if (Files.exists(file) && Files.size(file) > 0) {
            return Files.readString(file).strip();
        }
        var bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        var password = HexFormat.of().formatHex(bytes);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, password);
        return password;
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (var paths = Files.walk(root)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void release(FileLock lock) {
        try {
            lock.acquiredBy().close();
        } catch (IOException e) {
            throw new DatabaseUnavailable("the database folder's lock cannot be released", e);
        }
    }

    DatabaseSettings.External address() {
        return new DatabaseSettings.External(
                "jdbc:postgresql://localhost:" + server.getPort() + "/postgres", USER, password);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new DatabaseUnavailable("the embedded PostgreSQL server cannot be stopped", e);
        } finally {
            release(lock);
        }
    }
}
