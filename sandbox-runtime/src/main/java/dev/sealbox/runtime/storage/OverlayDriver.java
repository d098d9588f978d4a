package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Disks on any file system: a layer is a copy of what a sandbox has changed. Where the file system can share blocks
 * between files the copy does, and costs little.
 */
public final class OverlayDriver implements StorageDriver {
    private static final String STEP = "storage";
    private final OverlayFolders folders;

    /** @param layersFolder below which all layers lie */
    public OverlayDriver(Path layersFolder, int uidBase) {
        this.folders = new OverlayFolders(layersFolder, uidBase);
    }

    @Override
    public Mount prepare(Disk disk, Path template, List<Path> layers) {
        var folder = folder(disk);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        return folders.mount(folder, template, layers);
    }

    /** Where the first disk lies since the first release. */
    private static Path folder(Disk disk) {
        return disk.generation() == 0 ? disk.sandbox() : disk.folder();
    }

    @Override
    public void flush(Disk disk) {
        // The copy reads what is in memory as well as what is not.
    }

    @Override
    public void capture(Disk disk, Path layer) {
        OverlayFolders.copy(OverlayFolders.upper(folder(disk)), layer);
    }

    @Override
    public long copied(Disk disk) {
        return taken(disk);
    }

    @Override
    public long taken(Disk disk) {
        return OverlayFolders.taken(folder(disk));
    }

    @Override
    public long settle(Path layer) {
        return OverlayFolders.settle(layer);
    }

    @Override
    public void delete(Path tree) {
        OverlayFolders.remove(tree);
    }

    /** A folder of an ordinary file system has no bound of its own. */
    @Override
    public boolean hasQuotas() {
        return false;
    }
}
