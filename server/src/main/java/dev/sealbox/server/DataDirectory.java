package dev.sealbox.server;

import dev.sealbox.domain.identity.HostId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The node's local state: a folder that only its owner may read, used by one process at a time, with an identity that
 * stays when the process is restarted.
 */
final class DataDirectory implements AutoCloseable {
    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes the folder if it is missing and takes it.
     *
     * @throws StartFailure when another process has it, or it cannot be written
     */
    static DataDirectory take(Path path) {
        try {
            Files.createDirectories(path);
            // Sandboxes' roots lie below and need to be passed through by shifted users, so x stays for others.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
            var channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
                throw new StartFailure("another process uses the data folder " + path);
            }
            return new DataDirectory(path, channel);
        } catch (IOException e) {
            throw new StartFailure("the data folder " + path + " cannot be used: " + e.getMessage());
        }
    }

    /** The host's id, made at the first start. */
    HostId hostId() {
        return new HostId(remembered("host-id", () -> {
            var bits = new byte[4];
            new SecureRandom().nextBytes(bits);
            return HexFormat.of().formatHex(bits);
        }));
    }

    /** The text of a small file, written at the first call. */
    String remembered(String file, java.util.function.Supplier<String> fresh) {
        var at = path.resolve(file);
        try {
            if (!Files.exists(at)) {
                var aside = path.resolve(file + ".new");
                Files.deleteIfExists(aside);
                Files.createFile(
                        aside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(aside, fresh.get());
                Files.move(aside, at);
            }
            return Files.readString(at).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean has(String file) {
        return Files.exists(path.resolve(file));
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
