package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;

/** Removes folders that sandboxes have filled: out of sight at once, then bit by bit, never through a link. */
final class Trash {
    private static final String STEP = "storage";
    private final Path folder;

    Trash(Path folder) {
        this.folder = folder;
    }

    void remove(Path doomed) {
        if (!Files.exists(doomed)) {
            return;
        }
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            var hidden = folder.resolve(UUID.randomUUID().toString());
            Files.move(doomed, hidden, StandardCopyOption.ATOMIC_MOVE);
            delete(hidden);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    /** Ends what an earlier process began. */
    void empty() {
        delete(folder);
    }

    private static void delete(Path tree) {
        // rm copes with trees deeper than a path may be long, which Java's own walk does not.
        Tool.runLong(STEP, List.of("rm", "--recursive", "--force", "--one-file-system", tree.toString()));
    }
}
