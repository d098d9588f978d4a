package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file system in a sparse file of the data folder, for hosts whose own file system is not btrfs. The mount outlives this
 * process, as the sandboxes on it do; the next one finds it again. Thread-safe.
 *
 * @param file takes room as the sandboxes write
 * @param mount where it is mounted
 * @param program the host program
 */
record BtrfsImage(Path file, Path mount, Path program) {
    private static final Logger LOG = LoggerFactory.getLogger(BtrfsImage.class);
    private static final String STEP = "storage";
    private static final long GIB = 1L << 30;

    /** It grows when less than this is free in it. */
    private static final long LOW = 4 * GIB;

    /** A tenth of the host's file system stays free, whatever sandboxes write. */
    private static final int RESERVE = 10;

    private static final AtomicBoolean WARNED = new AtomicBoolean();

    /**
     * Mounts it, made first if it is not there.
     *
     * @param bytes what it holds before it grows
     */
    void open(long bytes) {
        try {
            Files.createDirectories(mount);
            if (!Files.exists(file)) {
                make(bytes);
            }
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        if (!Mounts.has(mount)) {
            var device = device();
            try {
                Tool.run(STEP, List.of("mount", "-t", "btrfs", "-o", "nodev,noatime", device, mount.toString()));
            } finally {
                // From now on the device goes with the last mount, those of sandboxes included; without one it goes
                // now.
                Tool.run(STEP, List.of("losetup", "--detach", device));
            }
            Tool.attempt(STEP, List.of(program.toString(), "btrfs", "count", mount.toString()), "");
        }
        grow();
    }

    private void make(long bytes) throws IOException {
        var draft = draft();
        Files.deleteIfExists(draft);
        setLength(draft, Math.min(bytes, Files.getFileStore(mount).getUsableSpace() / 2));
        Tool.run(STEP, List.of("mkfs.btrfs", "--quiet", "--nodiscard", "--metadata", "single", draft.toString()));
        Tool.run(STEP, List.of("sync", draft.toString()));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private Path draft() {
        return file.resolveSibling(file.getFileName() + ".draft");
    }

    /** Never a second device for one file: two views of one file system destroy it. */
    private String device() {
        return attached().orElseGet(() -> {
            var device = LoopDevices.attach(
                            () -> Tool.run(STEP, List.of("losetup", "--find", "--show", file.toString())))
                    .strip();
            // Without it everything is in memory twice. Not every file system can.
            Tool.attempt(STEP, List.of("losetup", "--direct-io=on", device), "");
            return device;
        });
    }

    private java.util.Optional<String> attached() {
        return Tool.run(STEP, List.of("losetup", "--noheadings", "--output", "NAME", "--associated", file.toString()))
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst();
    }

    /** Makes it larger when it fills up, as far as the host's file system allows. */
    synchronized void grow() {
        try {
            if (Files.getFileStore(mount).getUsableSpace() >= LOW) {
                return;
            }
            var size = Files.size(file);
            var step = Math.max(LOW, size / 4);
            if (!affordable(size, step)) {
                if (!WARNED.getAndSet(true)) {
                    LOG.warn("the disks of sandboxes fill up, and the host's file system has no room for more");
                }
                return;
            }
            setLength(file, size + step);
            Tool.run(STEP, List.of("losetup", "--set-capacity", attached().orElseThrow()));
            Tool.run(STEP, List.of(program.toString(), "btrfs", "extend", mount.toString()));
            LOG.info("the file system of sandboxes' disks has grown to {} GiB", (size + step) / GIB);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    /** Whether the host has room for all that the file may come to hold. */
    private boolean affordable(long size, long step) throws IOException {
        return growth(size) > step;
    }

    /** What can be written onto it, also once it has grown. */
    long freeBytes() throws IOException {
        return Files.getFileStore(mount).getUsableSpace() + Math.max(0, growth(Files.size(file)));
    }

    /** By how much it may grow. */
    private long growth(long size) throws IOException {
        var host = Files.getFileStore(file);
        var taken = Tool.run(STEP, List.of("du", "--block-size=1", file.toString()));
        var promised = size - Long.parseLong(taken.split("\\s", 2)[0]);
        return host.getUsableSpace() - promised - host.getTotalSpace() / RESERVE;
    }

    private static void setLength(Path file, long bytes) throws IOException {
        try (var content = new RandomAccessFile(file.toFile(), "rw")) {
            content.setLength(bytes);
        }
    }

    /** Lets go of mount and device; what is in it stays in the file. Nothing of a sandbox may be left running on it. */
    void close() {
        if (Mounts.has(mount)) {
            Tool.run(STEP, List.of("umount", mount.toString()));
        }
    }

    /** Lets go of it for ever. Only for one that nothing was ever kept in. */
    void remove() {
        close();
        try {
            Files.deleteIfExists(draft());
            Files.deleteIfExists(file);
            Files.deleteIfExists(mount);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }
}
