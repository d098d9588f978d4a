package dev.sealbox.runtime.layer;

import dev.sealbox.domain.layer.ArchiveRefusal.TooLarge;

/**
 * Memory that the names may take which one unpacking has to remember: a small archive can hold many long ones. Not
 * thread-safe.
 */
final class NameRoom {
    /** Some 150,000 folders, links and deletions; the largest images known have half of that. */
    private static final long MOST = 32 << 20;

    /** About what a name takes besides its characters, in bytes. */
    private static final int EACH = 112;

    private final long most;
    private long taken;

    NameRoom() {
        this(MOST);
    }

    /** @param most bytes */
    NameRoom(long most) {
        this.most = most;
    }

    /** A name that is remembered from now on. */
    void take(String name) {
        taken += size(name);
        if (taken > most) {
            throw new RefusedFiles(new TooLarge(most + " bytes of names of folders, links and deleted files"));
        }
    }

    void giveBack(String name) {
        taken -= size(name);
    }

    private static long size(String name) {
        return EACH + (long) Character.BYTES * name.length();
    }
}
