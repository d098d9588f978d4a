package dev.sealbox.runtime.storage;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * The memory of sandboxes that sleep, each beside its disk. As long as it lies there nothing has run on that disk since it
 * was saved: whoever starts a sandbox takes it out first, also when the machine fails in the middle. For one thread per
 * sandbox at a time.
 */
public final class KeptMemory {
    private static final String STEP = "storage";
    private final Store store;

    public KeptMemory(Store store) {
        this.store = store;
    }

    /** Of this sandbox; there may be none. */
    public MemoryImage of(SandboxId sandbox) {
        return MemoryImage.of(store.folder(sandbox).path());
    }

    /** Puts a finished image beside the disk whose files it belongs to, when these outlast a power failure, too. */
    public void keep(SandboxId sandbox, MemoryImage finished) {
        var folder = store.folder(sandbox).path();
        Tool.runLong(STEP, List.of("sync", "--file-system", folder.toString()));
        move(finished.folder(), of(sandbox).folder());
        RecordFile.settle(folder);
    }

    /** Moves what there is into a draft, which is the caller's to discard. */
    public Optional<Path> takeOut(SandboxId sandbox) {
        var image = of(sandbox);
        if (!Files.exists(image.folder())) {
            return Optional.empty();
        }
        var draft = store.draft();
        move(image.folder(), MemoryImage.of(draft).folder());
        RecordFile.settle(draft);
        RecordFile.settle(store.folder(sandbox).path());
        return Optional.of(draft);
    }

    /** What there is is not wanted any more. */
    public void drop(SandboxId sandbox) {
        store.discard(of(sandbox).folder());
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }
}
