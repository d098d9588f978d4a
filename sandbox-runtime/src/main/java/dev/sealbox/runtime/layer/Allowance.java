package dev.sealbox.runtime.layer;

import dev.sealbox.domain.layer.ArchiveRefusal.TooLarge;

/** What one unpacking may still make. A small archive can say that it is a large disk. Not thread-safe. */
final class Allowance {
    /** As many files as a file system of the largest disk has room for, some 16 KiB each. */
    private static final long MOST_ENTRIES = 2_000_000;

    private final long limit;
    private long bytes;
    private long entries;

    /** @param limit bytes */
    Allowance(long limit) {
        this.limit = limit;
    }

    long limit() {
        return limit;
    }

    void entry() {
        if (++entries > MOST_ENTRIES) {
            throw new RefusedFiles(new TooLarge(MOST_ENTRIES + " entries"));
        }
    }

    void bytes(long more) {
        bytes += more;
        if (bytes > limit) {
            throw new RefusedFiles(new TooLarge(limit + " bytes of files"));
        }
    }
}
