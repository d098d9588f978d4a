package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/** Removes folders that sandboxes have filled: out of sight at once, then bit by bit, never through a link. */
final class Trash {
    private static final String STEP = "storage";
    private final Path folder;
    private final StorageDriver driver;

    Trash(Path folder, StorageDriver driver) {
        this.folder = folder;
        this.driver = driver;
    }

    void remove(Path doomed) {
        if (!Files.exists(doomed)) {
            return;
        }
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            driver.release(doomed);
            var hidden = folder.resolve(UUID.randomUUID().toString());
            Files.move(doomed, hidden, StandardCopyOption.ATOMIC_MOVE);
            driver.delete(hidden);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    /** Ends what an earlier process began. */
    void empty() {
        driver.delete(folder);
    }
}
