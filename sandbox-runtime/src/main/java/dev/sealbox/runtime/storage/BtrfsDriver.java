package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Disks on btrfs: what a sandbox changes lies in a subvolume of its own, and a layer is a snapshot of it. That costs the
 * same whatever the size, and takes no room until something is written again.
 */
public final class BtrfsDriver implements StorageDriver {
    private static final String STEP = "storage";

    /** Of the root of every subvolume, and of nothing else. */
    private static final long SUBVOLUME_INODE = 256;

    /** How deep below a folder of a sandbox, a draft or the trash a subvolume may lie. */
    private static final int DEPTH = 4;

    private final OverlayFolders folders;
    private final Path program;
    private final boolean quotas;

    /**
     * A driver for disks below {@code root}.
     *
     * @param program the host program
     */
    public BtrfsDriver(Path root, int uidBase, Path program) {
        this.folders = new OverlayFolders(Store.layers(root), uidBase);
        this.program = program;
        this.quotas = canLimit(root);
    }

    /** Whether the file system counts what each subvolume writes. Found out by doing it, as it depends on the kernel, too. */
    private boolean canLimit(Path root) {
        var probe = root.resolve(".probe-" + UUID.randomUUID());
        act("subvolume", probe.toString());
        try {
            return Tool.attempt(STEP, command("limit", probe.toString(), Long.toString(Long.MAX_VALUE)), "")
                            .exitCode()
                    == 0;
        } finally {
            act("drop", probe.toString());
        }
    }

    @Override
    public Mount prepare(Disk disk, Path template, List<Path> layers) {
        if (!Files.isDirectory(disk.folder())) {
            act("subvolume", disk.folder().toString());
        }
        if (quotas) {
            act("limit", disk.folder().toString(), Long.toString(disk.bytes()));
        }
        return folders.mount(disk.folder(), template, layers);
    }

    @Override
    public void flush(Disk disk) {
        Tool.runLong(STEP, List.of("sync", "--file-system", disk.folder().toString()));
    }

    @Override
    public void capture(Disk disk, Path layer) {
        act("snapshot", disk.folder().toString(), layer.toString());
    }

    /** A snapshot. */
    @Override
    public long copied(Disk disk) {
        return 0;
    }

    @Override
    public long taken(Disk disk) {
        return OverlayFolders.taken(disk.folder());
    }

    @Override
    public long settle(Path layer) {
        try {
            Files.move(OverlayFolders.upper(layer), StorageDriver.content(layer));
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        OverlayFolders.remove(OverlayFolders.work(layer));
        return OverlayFolders.settle(layer);
    }

    @Override
    public void delete(Path tree) {
        if (Files.exists(tree)) {
            subvolumes(tree).forEach(subvolume -> act("drop", subvolume.toString()));
        }
        OverlayFolders.remove(tree);
    }

    private static List<Path> subvolumes(Path tree) {
        var found = new ArrayList<Path>();
        try {
            Files.walkFileTree(tree, Set.of(), DEPTH, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                        throws IOException {
                    if (Files.getAttribute(folder, "unix:ino").equals(SUBVOLUME_INODE)) {
                        found.add(folder);
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        return found;
    }

    @Override
    public boolean hasQuotas() {
        return quotas;
    }

    private void act(String... words) {
        Tool.run(STEP, command(words));
    }

    private List<String> command(String... words) {
        var command = new ArrayList<>(List.of(program.toString(), "btrfs"));
        command.addAll(List.of(words));
        return command;
    }
}
