package dev.sealbox.runtime.storage;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.SandboxRecord.Base;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
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
    private final LayerHolds holds = new LayerHolds();

    /** @param root where its folders lie, all on one file system */
    public Store(Path root, StorageDriver driver) {
        this.sandboxes = root.resolve("sandboxes");
        this.layers = layers(root);
        this.drafts = root.resolve("drafts");
        this.trash = new Trash(root.resolve("trash"), driver);
    }

    public static Path layers(Path root) {
        return root.resolve("layers");
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

    /** The names of all that have a disk here; a disk that is just being made may be among them. */
    public List<SandboxId> disks() {
        return names(sandboxes).stream().map(SandboxId::new).toList();
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

    /** Removes the disks that a sandbox had before it was last put back to a checkpoint. */
    public void forgetFormerDisks(SandboxFolder folder, int generation) {
        if (generation > 0) {
            names(folder.path()).stream()
                    .filter(Store::isOfDisk)
                    .filter(name -> !name.equals("disk-" + generation) && !name.startsWith("disk-" + generation + "."))
                    .forEach(name -> trash.remove(folder.path().resolve(name)));
            sweep();
        }
    }

    /** Removes a disk that is of no use, so that the next start makes it anew. */
    public void forgetDisk(SandboxFolder folder) {
        names(folder.path()).stream()
                .filter(Store::isOfDisk)
                .forEach(name -> trash.remove(folder.path().resolve(name)));
    }

    private static boolean isOfDisk(String name) {
        return name.equals("upper") || name.equals("work") || name.startsWith("disk-");
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

    /** Every layer here, and what it stands on. */
    public Map<CheckpointId, Base> bases() {
        var bases = new HashMap<CheckpointId, Base>();
        names(layers)
                .forEach(layer ->
                        record(layer).ifPresent(record -> bases.put(CheckpointId.parse(layer), record.base())));
        return bases;
    }

    /** The names of all layers here. */
    public Set<CheckpointId> layers() {
        return names(layers).stream().map(CheckpointId::parse).collect(Collectors.toUnmodifiableSet());
    }

    /** The folders of a base's layers, newest first. */
    public List<Path> layersOf(Base base) {
        return base.layers().stream().map(layers::resolve).toList();
    }

    public Optional<Long> sizeOf(CheckpointId checkpoint) {
        return record(checkpoint.toString()).map(LayerRecord::size);
    }

    /**
     * Adds a layer, whole or not at all.
     *
     * @param capture makes the folder that it is given
     */
    public long add(CheckpointId checkpoint, SandboxRecord sandbox, Capture capture) {
        return add(checkpoint, sandbox.sandbox(), sandbox.base(), capture);
    }

    /** The same of files that a host was given. */
    public long add(CheckpointId checkpoint, String source, Base base, Capture capture) {
        var draft = draft();
        try {
            var layer = draft.resolve("layer");
            var size = capture.into(layer);
            RecordFile.write(layer.resolve(RECORD), new LayerRecord(source, base, size));
            RecordFile.settle(layer);
            Files.move(layer, layers.resolve(checkpoint.toString()), StandardCopyOption.ATOMIC_MOVE);
            RecordFile.settle(layers);
            return size;
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        } finally {
            trash.remove(draft);
        }
    }

    /** A new folder for what is under way; an {@link #open} after a crash removes it. */
    public Path draft() {
        makePrivate(drafts);
        var draft = drafts.resolve(UUID.randomUUID().toString());
        makePrivate(draft);
        return draft;
    }

    /** Removes a {@link #draft}; done already is done. */
    public void discard(Path draft) {
        trash.remove(draft);
    }

    /** The folder of a checkpoint's layer. */
    public Path layer(CheckpointId checkpoint) {
        if (sizeOf(checkpoint).isEmpty()) {
            throw new RuntimeFailure(STEP, "checkpoint " + checkpoint + " is not on this host");
        }
        return layers.resolve(checkpoint.toString());
    }

    /** Makes a new layer's folder and returns its size in bytes. */
    @FunctionalInterface
    public interface Capture {
        long into(Path folder);
    }

    /** The memory of the processes that belong to a layer's files, if it was saved. */
    public MemoryImage memory(CheckpointId checkpoint) {
        return MemoryImage.of(layers.resolve(checkpoint.toString()));
    }

    /** What is noted about a layer beside its files; gone with it. */
    public LayerNotes notes(CheckpointId checkpoint) {
        return new LayerNotes(layers.resolve(checkpoint.toString()));
    }

    /** Lets a layer go; it disappears when nothing stands on it. */
    public void condemn(CheckpointId checkpoint) {
        var layer = layers.resolve(checkpoint.toString());
        if (Files.exists(layer)) {
            RecordFile.write(layer.resolve(CONDEMNED), Map.of());
            sweep();
        }
    }

    /** Keeps layers, and what they stand on, from going until the answer is run; once is enough. */
    public Runnable hold(Collection<CheckpointId> checkpoints) {
        var names = checkpoints.stream().map(CheckpointId::toString).collect(Collectors.toUnmodifiableSet());
        synchronized (this) {
            holds.add(names);
        }
        var ended = new AtomicBoolean();
        return () -> {
            if (ended.compareAndSet(false, true)) {
                letGo(names);
            }
        };
    }

    private synchronized void letGo(Set<String> names) {
        if (holds.end(names)) {
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
        LayerReferences.unneeded(bases, holds.without(condemned), standing)
                .forEach(layer -> trash.remove(layers.resolve(layer)));
    }

    private Optional<LayerRecord> record(String layer) {
        return RecordFile.read(layers.resolve(layer).resolve(RECORD), LayerRecord.class);
    }

    private static Set<String> names(Path folder) {
        try (var entries = Files.list(folder)) {
            return Set.copyOf(
                    entries.map(entry -> entry.getFileName().toString()).toList());
        } catch (NoSuchFileException e) {
            return Set.of();
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }
}
