package dev.sealbox.demo.cluster;

import static dev.sealbox.demo.cluster.Programs.run;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A PostgreSQL server with a small disk of its own, which can be full. Closing it removes both. Not thread-safe. */
final class Postgres implements AutoCloseable {
    /** Memory in truth, and only as much as is written. */
    private static final String DISK = "size=768m,mode=0755";

    private static final int MEBIBYTE = 1 << 20;

    private final Path disk;
    private EmbeddedPostgres server;

    /** Starts it, with its disk mounted at the folder {@code disk}. */
    Postgres(Path disk) throws IOException {
        this.disk = Files.createDirectory(disk);
        run("mount", "-t", "tmpfs", "-o", DISK, "sealbox-postgres", disk.toString());
        try {
            server = start(0);
        } catch (IOException | RuntimeException e) {
            run("umount", disk.toString());
            throw e;
        }
    }

    private EmbeddedPostgres start(int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(disk.resolve("data"))
                .setCleanDataDirectory(false)
                .setServerConfig("max_wal_size", "128MB")
                .setPort(port)
                .start();
    }

    /** The same for its whole life. */
    int port() {
        return server.getPort();
    }

    /** Stops it, connections and all, and starts it again. */
    void restart() {
        try {
            var port = server.getPort();
            server.close();
            server = start(port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves it no room at all. */
    void fillDisk() {
        try (var filler = FileChannel.open(filler(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (var size = MEBIBYTE; size > 0; size /= 2) {
                while (fits(filler, size)) {}
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean fits(FileChannel filler, int size) {
        try {
            return filler.write(ByteBuffer.allocate(size)) == size;
        } catch (IOException full) {
            return false;
        }
    }

    /** Gives it room again. Like an operator, starts it anew: it may have given up when it could not write its log. */
    void freeDisk() {
        try {
            Files.delete(filler());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        restart();
    }

    private Path filler() {
        return disk.resolve("filler");
    }

    @Override
    public void close() throws IOException {
        server.close();
        run("umount", "--lazy", disk.toString());
    }
}
