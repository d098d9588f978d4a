package dev.sealbox.runtime.storage;

/**
 * What is left of a node's disk.
 *
 * @param freeBytes that can still be written, by sandboxes and the node alike
 * @param reserveBytes that stay free of what is new, for what runs already
 */
public record DiskRoom(long freeBytes, long reserveBytes) {

    /** Whether something new may be begun. */
    public boolean isEnough() {
        return isEnoughFor(0);
    }

    /** Whether something new of that size may be begun. */
    public boolean isEnoughFor(long bytes) {
        return freeBytes - bytes >= reserveBytes;
    }
}
