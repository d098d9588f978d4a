package dev.sealbox.persistence.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file of the spool: written to its end by one process, read from its beginning. Not thread-safe. */
final class SpoolFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SpoolFile.class);

    private final Path path;
    private final FileChannel channel;
    private long size;
    private long read;
    private boolean damaged;

    private SpoolFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.size = channel.size();
    }

    static SpoolFile create(Path path) throws IOException {
        var file = new SpoolFile(
                path,
                FileChannel.open(
                        path,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
        // So that the file's name is on the disk as well.
        try (var folder = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
        return file;
    }

    static SpoolFile open(Path path) throws IOException {
        return new SpoolFile(path, FileChannel.open(path, StandardOpenOption.READ));
    }

    long size() {
        return size;
    }

    /** Has all of it on the disk when it returns; when it fails, none of it is in the file. */
    void append(ByteBuffer bytes) throws IOException {
        long before = size;
        try {
            for (long at = before; bytes.hasRemaining(); ) {
                at += channel.write(bytes, at);
            }
            channel.force(true);
            size = channel.size();
        } catch (IOException e) {
            channel.truncate(before);
            throw e;
        }
    }

    /** The next records, at least one unless there are no more. What cannot be read is passed over. */
    Batch next(int most) throws IOException {
        var records = new ArrayList<Numbered>();
        long at = read;
        while (records.size() < most) {
            var header = bytes(at, SpoolForm.HEADER);
            int length = header.remaining() < SpoolForm.HEADER ? -1 : header.getInt();
            if (length < 1 || length > SpoolForm.LONGEST || at + SpoolForm.HEADER + length > size) {
                // The end, or what a crash cut off.
                damaged |= at < size;
                at = size;
                break;
            }
            var record = SpoolForm.read(bytes(at + SpoolForm.HEADER, length), header.getInt());
            if (record == null) {
                damaged = true;
            } else {
                records.add(record);
            }
            at += SpoolForm.HEADER + length;
        }
        return new Batch(List.copyOf(records), at);
    }

    /**
     * Some records.
     *
     * @param end where those after them begin
     */
    record Batch(List<Numbered> records, long end) {}

    /** Those up to there need not be read again. */
    void passed(Batch batch) {
        read = batch.end();
    }

    boolean isPassed() {
        return read >= size;
    }

    private ByteBuffer bytes(long at, int most) throws IOException {
        var bytes = ByteBuffer.allocate((int) Math.max(0, Math.min(most, size - at)));
        while (bytes.hasRemaining() && channel.read(bytes, at + bytes.position()) >= 0) {
            // reads on
        }
        return bytes.flip();
    }

    /** Removes it; what could not be read stays beside it for people. */
    void remove() throws IOException {
        close();
        if (damaged) {
            var kept = path.resolveSibling(path.getFileName() + ".damaged");
            Files.move(path, kept);
            log.error("A part of the spooled records of use cannot be read, and stays in {}", kept);
        } else {
            Files.delete(path);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
