package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data folder and what disks in it need, whatever keeps them.
 *
 * @param image where one would be
 * @param imageBytes of an image that is made
 * @param program the host program
 */
record StoragePlace(Path data, BtrfsImage image, long imageBytes, int uidBase, Path program) {
    private static final Logger LOG = LoggerFactory.getLogger(StoragePlace.class);

    /** Those that let no sandbox fill the host's disk, the one with the cheapest checkpoints first. */
    private static final List<StorageKind> BOUNDED = List.of(StorageKind.BTRFS_LOOP, StorageKind.OVERLAY_LOOP);

    /**
     * What keeps disks in this way; mounts what is to be mounted.
     *
     * @throws RuntimeFailure when this host cannot
     */
    StorageDriver driver(StorageKind kind) {
        return switch (kind) {
            case OVERLAY, AUTO -> new OverlayDriver(Store.layers(data), uidBase);
            case OVERLAY_LOOP -> new LoopedDriver(data, uidBase);
            case BTRFS -> new BtrfsDriver(data, uidBase, program);
            case BTRFS_LOOP -> {
                image.open(imageBytes);
                yield new BtrfsDriver(image.mount(), uidBase, program);
            }
        };
    }

    /**
     * The best that this host can do in a folder that holds nothing yet, found out by doing it: whether a kernel has a file
     * system, loop devices and quotas is told reliably by nothing else. What was tried in vain is removed.
     */
    StorageKind best() {
        return BOUNDED.stream().filter(this::bounds).findFirst().orElse(StorageKind.OVERLAY);
    }

    private boolean bounds(StorageKind kind) {
        var isNew = !Files.exists(image.file());
        try {
            if (driver(kind).hasQuotas()) {
                return true;
            }
            LOG.info("disks are not kept by {}: this kernel does not count what each writes", kind.word());
        } catch (RuntimeFailure e) {
            LOG.info("disks are not kept by {}: {}", kind.word(), e.getMessage());
        }
        if (isNew) {
            image.remove();
        }
        return false;
    }
}
