package dev.sealbox.runtime.layer;

import com.github.luben.zstd.ZstdInputStream;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.ArchiveRefusal.Damaged;
import dev.sealbox.domain.layer.ArchiveRefusal.Malformed;
import dev.sealbox.domain.layer.ArchiveRefusal.OtherBase;
import dev.sealbox.domain.layer.ArchiveRefusal.TooLarge;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.LayerFiles;
import dev.sealbox.domain.layer.PackedLayer;
import dev.sealbox.domain.layer.SetuidFiles;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.runtime.layer.LayerTar.Whiteouts;
import dev.sealbox.runtime.layer.PackList.Packed;
import dev.sealbox.runtime.rootfs.Templates;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.SandboxRecord.Base;
import dev.sealbox.runtime.storage.StorageDriver;
import dev.sealbox.runtime.storage.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The layers of this host, packed and unpacked. What is under way lies in drafts, which the next start clears away.
 * Thread-safe; stages complete on virtual threads.
 */
public final class HostedLayers implements LayerFiles {
    private static final Logger LOG = LoggerFactory.getLogger(HostedLayers.class);
    private static final String STEP = "unpack";
    private static final String FROM_OUTSIDE = "";
    private static final int BUFFER = 1 << 16;

    /** What Java and our own programs say of a full disk; neither has another sign of it. */
    private static final String FULL = "No space left on device";

    /** Each may take the memory of a {@link NameRoom}. */
    private static final int IMPORTS = 3;

    private final Store store;
    private final Templates templates;
    private final Path hostProgram;
    private final int uidBase;
    private final long limit;
    private final Semaphore imports = new Semaphore(IMPORTS);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * The layers of {@code store}.
     *
     * @param uidBase whom root of a sandbox is on this host
     * @param limit bytes that one import may have, packed and unpacked
     */
    public HostedLayers(Store store, Templates templates, Path hostProgram, int uidBase, long limit) {
        this.store = store;
        this.templates = templates;
        this.hostProgram = hostProgram;
        this.uidBase = uidBase;
        this.limit = limit;
    }

    @Override
    public CompletionStage<InputStream> pack(List<CheckpointId> layers) {
        return CompletableFuture.supplyAsync(() -> packed(layers).once(), threads);
    }

    /** The same, to be read more than once. */
    CompletionStage<PackedLayer> spool(List<CheckpointId> layers) {
        return CompletableFuture.supplyAsync(() -> packed(layers), threads);
    }

    private Spool packed(List<CheckpointId> layers) {
        var draft = store.draft();
        try {
            var packed = new ArrayList<Packed>();
            var files = new ArrayList<Path>();
            for (var layer : layers.reversed()) {
                var file = draft.resolve(files.size() + ".tar.zst");
                packed.add(Packing.pack(StorageDriver.content(store.layer(layer)), file));
                files.add(file);
            }
            var list = new PackList(base(layers), System.getProperty("os.arch"), uidBase, packed);
            return new Spool(list.line(), files, () -> store.discard(draft));
        } catch (RuntimeException e) {
            store.discard(draft);
            throw e;
        }
    }

    private String base(List<CheckpointId> layers) {
        var template = layers.isEmpty()
                ? templates.current("base")
                : store.baseOn(layers.getFirst()).orElseThrow().template();
        var owners = "-" + uidBase;
        return template.endsWith(owners) ? template.substring(0, template.length() - owners.length()) : template;
    }

    @Override
    public CompletionStage<Outcome<Unpacked>> unpack(CheckpointId layer, Incoming how, InputStream content) {
        var place = new Place(FROM_OUTSIDE, List.of(), how.setuid(), limit);
        return made(
                content,
                () -> how.form() == Incoming.Form.ARCHIVE
                        ? unpacked(layer, place, content)
                        : outside(layer, how, content));
    }

    private Unpacked outside(CheckpointId layer, Incoming how, InputStream content) throws IOException {
        var files = new OutsideFiles(store, templates, hostProgram, uidBase, limit, imports);
        return files.make(layer, how, content);
    }

    /**
     * What a layer is made as.
     *
     * @param source where it comes from, in words
     * @param below what it stands on, newest first
     * @param limit bytes that it may have
     */
    record Place(String source, List<CheckpointId> below, SetuidFiles setuid, long limit) {}

    /** As {@link LayerFiles#unpack}, for any place. */
    CompletionStage<Outcome<Unpacked>> unpack(CheckpointId layer, Place place, InputStream content) {
        return made(content, () -> unpacked(layer, place, content));
    }

    @FunctionalInterface
    private interface Making {
        Unpacked make() throws IOException;
    }

    private CompletionStage<Outcome<Unpacked>> made(InputStream content, Making making) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (content) {
                        return Outcome.done(making.make());
                    } catch (RefusedFiles e) {
                        return Outcome.refused(e.reason());
                    } catch (IOException e) {
                        return failed(new RuntimeFailure(STEP, e));
                    } catch (RuntimeFailure e) {
                        return failed(e);
                    }
                },
                threads);
    }

    private static Outcome<Unpacked> failed(RuntimeFailure failure) {
        if (String.valueOf(failure.getMessage()).contains(FULL)) {
            LOG.warn("files cannot be unpacked: the disk is full", failure);
            return Outcome.refused(new ArchiveRefusal.NoRoom());
        }
        throw failure;
    }

    private Unpacked unpacked(CheckpointId layer, Place place, InputStream content) throws IOException {
        var there = store.sizeOf(layer);
        if (there.isPresent()) {
            return new Unpacked(there.get(), Defaults.NONE);
        }
        var list = PackList.readFrom(content);
        var template = template(list);
        var draft = store.draft();
        try {
            var files = spooled(list, content, draft, place.limit());
            var below = place.below().stream().map(CheckpointId::toString).toList();
            var size = store.add(
                    layer, place.source(), new Base(template, below), folder -> made(folder, list, files, place));
            return new Unpacked(size, Defaults.NONE);
        } finally {
            store.discard(draft);
        }
    }

    private String template(PackList list) {
        var template = list.base() + "-" + uidBase;
        if (!templates.has(template) || !list.architecture().equals(System.getProperty("os.arch"))) {
            throw new RefusedFiles(new OtherBase(list.base() + " for " + list.architecture()));
        }
        return template;
    }

    /** Everything is here, and is what the list says, before anything is made of it. */
    private static List<Path> spooled(PackList list, InputStream content, Path draft, long limit) throws IOException {
        var total = 0L;
        var files = new ArrayList<Path>();
        for (var each : list.layers()) {
            total += each.packed();
            if (total < 0 || total > limit) {
                throw new RefusedFiles(new TooLarge(limit + " bytes"));
            }
            var file = draft.resolve(files.size() + ".tar.zst");
            spool(each, content, file);
            files.add(file);
        }
        return files;
    }

    private static void spool(Packed layer, InputStream content, Path file) throws IOException {
        var digest = Packing.sha256();
        var buffer = new byte[BUFFER];
        try (var out = Files.newOutputStream(file)) {
            for (var left = layer.packed(); left > 0; ) {
                var count = content.read(buffer, 0, (int) Math.min(left, BUFFER));
                if (count < 0) {
                    throw new RefusedFiles(new Malformed("it ends too early"));
                }
                digest.update(buffer, 0, count);
                out.write(buffer, 0, count);
                left -= count;
            }
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(layer.digest())) {
            throw new RefusedFiles(new Damaged("layer " + layer.digest() + " has another digest"));
        }
    }

    private long made(Path folder, PackList list, List<Path> files, Place place) {
        var root = StorageDriver.content(folder);
        try {
            Files.createDirectories(root);
            try (var tree = new TreeWriter(hostProgram, root, new Allowance(place.limit()))) {
                tree.directory(".", new TreeWriter.Owned(0755, uidBase, uidBase, 0));
                var tar = new LayerTar(tree, Whiteouts.DEVICES, list.owners(), uidBase, place.setuid());
                for (var file : files) {
                    apply(tar, file);
                }
                tree.finish();
            }
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        return StorageDriver.settled(folder);
    }

    /** A stream that cannot be read is the archive's fault: what it lies in was read before. */
    private static void apply(LayerTar tar, Path file) {
        try (var packed = new ZstdInputStream(Files.newInputStream(file))) {
            tar.apply(packed);
        } catch (IOException e) {
            throw new RefusedFiles(new Malformed("a layer cannot be read: " + e.getMessage()));
        }
    }
}
