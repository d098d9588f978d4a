package dev.sealbox.server.alone;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a file has another content, whether it was written in place, renamed to, or a link to it was turned. A file
 * that is not there, or whose size or time still changes, is not told of.
 */
final class FileWatch {
    /** A file written in place is half written for a moment: it counts when two looks so far apart agree. */
    private static final long SETTLED_MILLIS = 10;

    private final Path file;
    private final WatchService service;
    private @Nullable Look told;

    private FileWatch(Path file, WatchService service) {
        this.file = file;
        this.service = service;
        this.told = look();
    }

    /** What tells one content from the next. */
    private record Look(@Nullable Object id, long size, long modified) {}

    /** Watches from now on; what changes before {@link #tell} is told then. */
    static FileWatch of(Path file) throws IOException {
        var folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a folder");
        var service = folder.getFileSystem().newWatchService();
        var unused = folder.register(
                service,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
        return new FileWatch(file, service);
    }

    /** Runs {@code changed} at each change, in a thread of its own, for as long as the process runs; once. */
    void tell(Runnable changed) {
        var thread = new Thread(() -> run(changed), "sealbox-secrets-file");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(Runnable changed) {
        try {
            var key = service.take();
            key.pollEvents();
            lookAgain(changed);
            while (key.reset()) {
                key = service.take();
                key.pollEvents();
                lookAgain(changed);
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookAgain(Runnable changed) throws InterruptedException {
        var now = settled();
        if (now != null && !now.equals(told)) {
            told = now;
            changed.run();
        }
    }

    private @Nullable Look settled() throws InterruptedException {
        var former = look();
        while (true) {
            Thread.sleep(SETTLED_MILLIS);
            var now = look();
            if (Objects.equals(now, former)) {
                return now;
            }
            former = now;
        }
    }

    private @Nullable Look look() {
        try {
            var found = Files.readAttributes(file, BasicFileAttributes.class);
            return new Look(
                    found.fileKey(), found.size(), found.lastModifiedTime().to(TimeUnit.NANOSECONDS));
        } catch (IOException e) {
            return null;
        }
    }
}
