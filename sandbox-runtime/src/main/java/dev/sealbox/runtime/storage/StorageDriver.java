package dev.sealbox.runtime.storage;

import java.nio.file.Path;
import java.util.List;

/** How disks of sandboxes and layers of checkpoints are kept on this host's file system. Thread-safe. */
public interface StorageDriver {

    /**
     * How a disk is mounted.
     *
     * @param folder where relative paths of the options start
     */
    record Mount(Path folder, String options) {}

    /**
     * Makes a sandbox's disk unless it is there.
     *
     * @param template the root file system at the bottom
     * @param layers on top of it, newest first
     */
    Mount prepare(SandboxFolder sandbox, Path template, List<Path> layers);

    /** Copies what a sandbox has changed into a new folder. The sandbox's processes stand still meanwhile. */
    void capture(SandboxFolder sandbox, Path layer);

    /** Makes a captured layer outlast a power failure, and measures it in bytes. */
    long settle(Path layer);
}
