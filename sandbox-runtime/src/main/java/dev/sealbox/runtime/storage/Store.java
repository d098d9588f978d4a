package dev.sealbox.runtime.storage;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.SandboxRecord.Base;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A node's folders of sandboxes and layers. Sees to it that no layer goes while something stands on it. Thread-safe.
 */
public final class Store {
    private static final String STEP = "storage";
    private static final String RECORD = "layer.json";
    private static final String CONDEMNED = "condemned";
    private final Path sandboxes;
    private final Path layers;
    private final Path drafts;
    private final Trash trash;

    /** @param data the node's data folder */
    public Store(Path data) {
        this.sandboxes = data.resolve("sandboxes");
        this.layers = layers(data);
        this.drafts = data.resolve("drafts");
        this.trash = new Trash(data.resolve("trash"));
    }

    public static Path layers(Path data) {
        return data.resolve("layers");
    }

    /** Makes the folders and clears away what a crash has left half-made. */
    public void open() {
        List.of(sandboxes, layers).forEach(Store::makePrivate);
        trash.remove(drafts);
        trash.empty();
        folders().filter(folder -> folder.record().isEmpty()).forEach(folder -> trash.remove(folder.path()));
        sweep();
    }

    /** Disks hold programs that are setuid for the sandboxes' root: no business of this host's users. */
    private static void makePrivate(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    public SandboxFolder folder(SandboxId sandbox) {
        return new SandboxFolder(sandbox, sandboxes.resolve(sandbox.value()));
    }

    /** Every sandbox that has a disk here, whether it runs or not. */
    public List<SandboxRecord> sandboxes() {
        return folders().flatMap(folder -> folder.record().stream()).toList();
    }

    private Stream<SandboxFolder> folders() {
        return names(sandboxes).stream().map(name -> folder(new SandboxId(name)));
    }

    /** Gives a sandbox its record and with it a claim on the layers below it. */
    public synchronized void establish(SandboxFolder folder, SandboxRecord record) {
        record.base().layers().forEach(layer -> {
            if (!Files.exists(layers.resolve(layer))) {
                throw new RuntimeFailure(STEP, "checkpoint " + layer + " is not on this host");
            }
        });
        folder.establish(record);
    }

    /** Removes a sandbox's disk and the condemned layers that only it stood on. */
    public void remove(SandboxId sandbox) {
        trash.remove(folder(sandbox).path());
        sweep();
    }

    /** What a disk on top of this checkpoint stands on, or nothing if the checkpoint is not here. */
    public Optional<Base> baseOn(CheckpointId checkpoint) {
        return record(checkpoint.toString()).map(layer -> layer.base().under(checkpoint));
    }

    /** The folders of a base's layers, newest first. */
    public List<Path> layersOf(Base base) {
        return base.layers().stream().map(this::content).toList();
    }

    public Optional<Long> sizeOf(CheckpointId checkpoint) {
        return record(checkpoint.toString()).map(LayerRecord::size);
    }

    /**
     * Adds a layer, whole or not at all.
     *
     * @param capture fills the folder that it is given
     */
    public long add(CheckpointId checkpoint, SandboxRecord sandbox, Capture capture) {
        var draft = drafts.resolve(UUID.randomUUID().toString());
        makePrivate(drafts);
        try {
            Files.createDirectories(draft);
            var size = capture.into(draft.resolve("diff"));
            RecordFile.write(draft.resolve(RECORD), new LayerRecord(sandbox.sandbox(), sandbox.base(), size));
            Files.move(draft, layers.resolve(checkpoint.toString()), StandardCopyOption.ATOMIC_MOVE);
            return size;
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        } finally {
            trash.remove(draft);
        }
    }

    /** Fills a new layer's folder and returns its size in bytes. */
    @FunctionalInterface
    public interface Capture {
        long into(Path folder);
    }

    /** Lets a layer go; it disappears when nothing stands on it. */
    public void condemn(CheckpointId checkpoint) {
        var layer = layers.resolve(checkpoint.toString());
        if (Files.exists(layer)) {
            RecordFile.write(layer.resolve(CONDEMNED), Map.of());
            sweep();
        }
    }

    private synchronized void sweep() {
        var bases = new HashMap<String, Base>();
        var condemned = new HashSet<String>();
        for (var layer : names(layers)) {
            record(layer).ifPresent(record -> bases.put(layer, record.base()));
            if (Files.exists(layers.resolve(layer).resolve(CONDEMNED))) {
                condemned.add(layer);
            }
        }
        var standing = sandboxes().stream().map(SandboxRecord::base).toList();
        LayerReferences.unneeded(bases, condemned, standing).forEach(layer -> trash.remove(layers.resolve(layer)));
    }

    private Optional<LayerRecord> record(String layer) {
        return RecordFile.read(layers.resolve(layer).resolve(RECORD), LayerRecord.class);
    }

    private Path content(String layer) {
        return layers.resolve(layer).resolve("diff");
    }

    private static Set<String> names(Path folder) {
        try (var entries = Files.list(folder)) {
            return Set.copyOf(
                    entries.map(entry -> entry.getFileName().toString()).toList());
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }
}
