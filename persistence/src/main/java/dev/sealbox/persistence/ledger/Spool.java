package dev.sealbox.persistence.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Records that wait for the database, in files that only the node's user can read. What is appended is on the disk;
 * what was handed out and not {@link #passed} is handed out again, also after a crash. Thread-safe.
 */
final class Spool implements AutoCloseable {
    private static final String SUFFIX = ".spool";
    private static final Pattern NAME = Pattern.compile("[0-9]{16}\\.spool(\\.damaged)?");
    private static final long FILE_SIZE = 8L * 1024 * 1024;

    private final Path folder;
    private final long limit;
    private final Deque<SpoolFile> files = new ArrayDeque<>();
    private long number;
    /** The last of the files, if it was made by this run; those of others are never appended to. */
    private @Nullable SpoolFile open;

    private Spool(Path folder, long limit) {
        this.folder = folder;
        this.limit = limit;
    }

    /**
     * Takes over what a former run left.
     *
     * @param limit bytes
     * @throws UncheckedIOException naming the folder, when it cannot be used
     */
    static Spool open(Path folder, long limit) {
        var spool = new Spool(folder, limit);
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            spool.find();
        } catch (IOException e) {
            throw new UncheckedIOException("the spool of records of use cannot be opened: " + folder, e);
        }
        return spool;
    }

    private void find() throws IOException {
        List<Path> found;
        try (var paths = Files.list(folder)) {
            found = paths.filter(
                            path -> NAME.matcher(path.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
        for (var path : found) {
            var name = path.getFileName().toString();
            number = Long.parseLong(name.substring(0, name.indexOf('.')));
            if (name.endsWith(SUFFIX)) {
                files.addLast(SpoolFile.open(path));
            }
        }
    }

    synchronized boolean isEmpty() {
        return files.stream().allMatch(SpoolFile::isPassed);
    }

    synchronized long bytes() {
        return files.stream().mapToLong(SpoolFile::size).sum();
    }

    /**
     * Adds records if there is room.
     *
     * @return whether they are on the disk now
     */
    synchronized boolean offer(List<Numbered> records) throws IOException {
        var bytes = SpoolForm.write(records);
        if (bytes() + bytes.remaining() > limit) {
            return false;
        }
        current().append(bytes);
        return true;
    }

    /** Adds records, whether there is room or not: for those that are already made when the node stops. */
    synchronized void force(List<Numbered> records) throws IOException {
        current().append(SpoolForm.write(records));
    }

    private SpoolFile current() throws IOException {
        var last = open;
        if (last != null && last.size() < FILE_SIZE) {
            return last;
        }
        var fresh = SpoolFile.create(folder.resolve("%016d%s".formatted(number + 1, SUFFIX)));
        number++;
        files.addLast(fresh);
        open = fresh;
        return fresh;
    }

    /** The oldest records, at the most so many; the same again until they are {@link #passed}. */
    synchronized SpoolFile.Batch next(int most) throws IOException {
        tidy();
        var oldest = files.peekFirst();
        return oldest == null ? new SpoolFile.Batch(List.of(), 0) : oldest.next(most);
    }

    /** Those records are elsewhere now. */
    synchronized void passed(SpoolFile.Batch batch) throws IOException {
        var oldest = files.peekFirst();
        if (oldest != null) {
            oldest.passed(batch);
        }
        tidy();
    }

    private void tidy() throws IOException {
        for (var oldest = files.peekFirst(); oldest != null && oldest.isPassed(); oldest = files.peekFirst()) {
            files.removeFirst();
            if (oldest.equals(open)) {
                open = null;
            }
            oldest.remove();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        for (var file : files) {
            file.close();
        }
    }
}
