package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A data folder's note of how its disks are kept: a disk of one kind is none of another.
 *
 * @param hasImage whether a file system in a file lies there
 */
record StorageMark(Path data, boolean hasImage) {
    private static final String STEP = "storage";

    /**
     * What {@code wanted} comes to here; empty when neither an operator nor the folder's disks say.
     *
     * @throws RuntimeFailure when the folder holds disks of another kind, or cannot hold those that are wanted
     */
    Optional<StorageKind> choose(StorageKind wanted) {
        var kept = noted();
        if (wanted == StorageKind.AUTO) {
            return kept.or(() -> onBtrfs() ? Optional.of(StorageKind.BTRFS) : Optional.empty());
        }
        kept.filter(former -> former != wanted && isUsed(former)).ifPresent(former -> {
            throw new RuntimeFailure(
                    STEP,
                    "the data folder holds disks kept by " + former.word() + ", not by " + wanted.word()
                            + ": set sealbox.host.storage accordingly, or take another data folder");
        });
        if (wanted == StorageKind.BTRFS && !onBtrfs()) {
            throw new RuntimeFailure(
                    STEP,
                    "the data folder does not lie on btrfs; sealbox.host.storage = btrfs-loop makes one in a file");
        }
        return Optional.of(wanted);
    }

    private boolean onBtrfs() {
        try {
            return Files.getFileStore(data).type().equals("btrfs");
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    /** Releases that knew one kind only noted none; and an image is never made anew because its note was lost. */
    private Optional<StorageKind> noted() {
        return RecordFile.read(file(), String.class)
                .map(StorageKind::of)
                .or(() -> Stream.of(StorageKind.OVERLAY, StorageKind.BTRFS_LOOP)
                        .filter(this::isUsed)
                        .findFirst());
    }

    private boolean isUsed(StorageKind kind) {
        return kind == StorageKind.BTRFS_LOOP
                ? hasImage
                : Stream.of("sandboxes", "layers").map(data::resolve).anyMatch(StorageMark::hasEntries);
    }

    private static boolean hasEntries(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (var entries = Files.list(folder)) {
            return entries.findAny().isPresent();
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    /** Notes down for later starts how disks are kept from now on. */
    void note(StorageKind kind) {
        if (!RecordFile.read(file(), String.class).equals(Optional.of(kind.word()))) {
            RecordFile.write(file(), kind.word());
        }
    }

    private Path file() {
        return data.resolve("storage.json");
    }
}
