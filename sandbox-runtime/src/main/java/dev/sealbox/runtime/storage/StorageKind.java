package dev.sealbox.runtime.storage;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How an operator may want disks to be kept. */
public enum StorageKind {
    /** As the data folder's disks are kept already; else the best that the host can do that bounds each disk. */
    AUTO,
    /** Snapshots of subvolumes in a data folder that lies on btrfs. */
    BTRFS,
    /** The same in an image file that the node makes, mounts and grows. */
    BTRFS_LOOP,
    /** Copied folders, on any file system. */
    OVERLAY,
    /** The same, each disk in an image file of its own that ends where the disk is to. */
    OVERLAY_LOOP;

    /** As it is written in settings. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The kind that a setting names.
     *
     * @throws IllegalArgumentException in one line, for a word that names none
     */
    public static StorageKind of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("is none of "
                        + Arrays.stream(values()).map(StorageKind::word).collect(Collectors.joining(", "))));
    }
}
