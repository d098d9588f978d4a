package dev.sealbox.runtime.storage;

import java.nio.file.Path;
import java.util.List;

/**
 * How disks of sandboxes and layers of checkpoints are kept on this host's file system. Thread-safe.
 *
 * <p>Every disk is an overlay, whatever keeps it: what a sandbox changes lies in a folder {@code upper}, above the layers
 * of the checkpoints that it descends from and a template. Drivers differ in what a copy of such a folder costs.
 */
public interface StorageDriver {

    /**
     * How a disk is mounted.
     *
     * @param folder where relative paths of the options start
     */
    record Mount(Path folder, String options) {}

    /**
     * Makes a disk unless it is there, and bounds it where {@link #hasQuotas}.
     *
     * @param template the root file system at the bottom
     * @param layers on top of it, newest first: what {@link #capture} has made
     */
    Mount prepare(Disk disk, Path template, List<Path> layers);

    /** Writes out what a sandbox has written so far, so that little is left to do while it stands still. */
    void flush(Disk disk);

    /** Makes {@code layer}, a folder that is not there yet, with what the sandbox has changed. Its processes stand still meanwhile. */
    void capture(Disk disk, Path layer);

    /** What {@link #capture} would write, in bytes. */
    long copied(Disk disk);

    /** What a disk takes, in bytes, without what it stands on. */
    long taken(Disk disk);

    /** Makes a captured layer outlast a power failure, and measures it in bytes. */
    long settle(Path layer);

    /** The sandbox sleeps; its disk stays, and needs nothing of this machine but room until it is prepared again. */
    default void rest(Disk disk) {
        // A folder needs nothing.
    }

    /** What {@link #rest} has let go of can be read again, until it is called again. The disk must be there. */
    default void rouse(Disk disk) {
        // A folder can always be read.
    }

    /** Lets go of a tree that is about to be moved away and deleted. */
    default void release(Path tree) {
        // Nothing is mounted on a folder.
    }

    /** Removes a tree that disks and layers may be part of, never through a link. */
    void delete(Path tree);

    /** Whether a sandbox that writes more than its disk may hold is told so. */
    boolean hasQuotas();

    /** As {@link #settle}, for a layer that was made otherwise. */
    static long settled(Path layer) {
        return OverlayFolders.settle(layer);
    }

    /** The folder of a captured layer that goes into an overlay. */
    static Path content(Path layer) {
        return layer.resolve("diff");
    }
}
