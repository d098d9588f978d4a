package dev.sealbox.runtime.storage;

import java.nio.file.Path;

/**
 * A sandbox's disk: what it has changed since it was started, or since it was last put back to a checkpoint.
 *
 * @param sandbox the sandbox's folder
 * @param generation how often it was put back; each time the disk is a new one, so that a crash leaves the old or the new
 * @param bytes what it may hold
 */
public record Disk(Path sandbox, int generation, long bytes) {

    /** The folder of its own that it has. Releases that put nothing back kept the disk in the sandbox's folder itself. */
    Path folder() {
        return sandbox.resolve("disk-" + generation);
    }
}
