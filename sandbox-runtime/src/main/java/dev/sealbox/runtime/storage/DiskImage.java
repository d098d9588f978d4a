package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * One disk as an ext4 in a sparse file. The mount outlives this process, as the sandbox on it does.
 *
 * @param file takes room as the sandbox writes, and gives it back as it deletes
 * @param mount where it is mounted
 */
record DiskImage(Path file, Path mount) {
    private static final String STEP = "storage";

    /** What an ext4 with a journal can be made in, with some room for files. */
    static final long LEAST = 16L << 20;

    /** Mounts it, made first if it is not there; does nothing when it is mounted. */
    void open(long bytes, int owner) {
        try {
            Files.createDirectories(mount);
            if (!Files.exists(file)) {
                make(Math.max(bytes, LEAST), owner);
            }
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        if (!isMounted()) {
            // Tables of inodes stay holes until they are needed; without it a thread of the kernel writes them all.
            var options = "loop,nodev,nosuid,noatime,discard,noinit_itable";
            LoopDevices.attach(() ->
                    Tool.run(STEP, List.of("mount", "-t", "ext4", "-o", options, file.toString(), mount.toString())));
        }
    }

    /** Mounts one that must be there. */
    void reopen() {
        if (!Files.exists(file)) {
            throw new RuntimeFailure(STEP, "a disk's file is not there: " + file.getFileName());
        }
        open(0, 0);
    }

    private void make(long bytes, int owner) throws IOException {
        var draft = file.resolveSibling("." + file.getFileName() + ".draft");
        Files.deleteIfExists(draft);
        try (var content = new RandomAccessFile(draft.toFile(), "rw")) {
            content.setLength(bytes);
        }
        var extended = "lazy_itable_init=1,lazy_journal_init=1,nodiscard,root_owner=" + owner + ":" + owner;
        Tool.run(STEP, List.of("mkfs.ext4", "-q", "-F", "-m", "0", "-J", "size=4", "-E", extended, draft.toString()));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private boolean isMounted() {
        return Mounts.has(mount);
    }

    /** Lets go of mount and device; what is in it stays in the file. */
    void close() {
        if (isMounted()) {
            unmount(mount);
        }
    }

    /** All that are mounted in a tree. */
    static void unmountBelow(Path tree) {
        Mounts.below(tree).forEach(DiskImage::unmount);
    }

    /** What the sandbox that is just ending holds of it goes with the sandbox's own mounts. */
    private static void unmount(Path mounted) {
        Tool.run(STEP, List.of("umount", mounted.toString()));
    }
}
