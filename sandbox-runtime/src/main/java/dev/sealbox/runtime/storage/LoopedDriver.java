package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Disks on any file system that each end where they are to: what a sandbox changes lies in a file system of its own, in a
 * sparse file of the size that the disk has. Layers are copies, as {@link OverlayDriver} makes them.
 */
public final class LoopedDriver implements StorageDriver {
    private final OverlayFolders folders;
    private final int uidBase;

    /**
     * Tries it out, since it needs programs and a kernel with loop devices.
     *
     * @param root below which disks lie
     * @throws RuntimeFailure when this host cannot
     */
    public LoopedDriver(Path root, int uidBase) {
        this.folders = new OverlayFolders(Store.layers(root), uidBase);
        this.uidBase = uidBase;
        try {
            var probe = Files.createTempDirectory(root, ".probe-");
            try {
                new DiskImage(probe.resolve("disk.ext4"), probe.resolve("disk")).open(DiskImage.LEAST, uidBase);
            } finally {
                delete(probe);
            }
        } catch (IOException e) {
            throw new RuntimeFailure("storage", e);
        }
    }

    private static DiskImage image(Disk disk) {
        return new DiskImage(disk.folder().resolveSibling(disk.folder().getFileName() + ".ext4"), disk.folder());
    }

    @Override
    public Mount prepare(Disk disk, Path template, List<Path> layers) {
        image(disk).open(disk.bytes(), uidBase);
        return folders.mount(disk.folder(), template, layers);
    }

    @Override
    public void flush(Disk disk) {
        // The copy reads what is in memory as well as what is not.
    }

    @Override
    public void capture(Disk disk, Path layer) {
        OverlayFolders.copy(OverlayFolders.upper(disk.folder()), layer);
    }

    @Override
    public long copied(Disk disk) {
        return taken(disk);
    }

    @Override
    public long taken(Disk disk) {
        return OverlayFolders.taken(disk.folder());
    }

    @Override
    public void rest(Disk disk) {
        image(disk).close();
    }

    @Override
    public void rouse(Disk disk) {
        image(disk).reopen();
    }

    @Override
    public long settle(Path layer) {
        return OverlayFolders.settle(layer);
    }

    @Override
    public void release(Path tree) {
        DiskImage.unmountBelow(tree);
    }

    @Override
    public void delete(Path tree) {
        release(tree);
        OverlayFolders.remove(tree);
    }

    @Override
    public boolean hasQuotas() {
        return true;
    }
}
