package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a node keeps its disks and by which driver, as its settings and its file system have it. */
public final class NodeStorage {
    private static final Logger LOG = LoggerFactory.getLogger(NodeStorage.class);
    private static final String STEP = "storage";

    /** Soon enough for a sandbox that writes 1 GiB/s. */
    private static final long GROW_EVERY_MS = 1000;

    private final StorageKind kind;
    private final Path data;
    private final StorageDriver driver;
    private final Store store;
    private final Optional<BtrfsImage> image;
    private final ScheduledExecutorService growing = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("storage-growth").factory());

    private Optional<Future<?>> growth = Optional.empty();

    private NodeStorage(StorageKind kind, Path data, Path root, Optional<BtrfsImage> image, StorageDriver driver) {
        this.kind = kind;
        this.data = data;
        this.image = image;
        this.driver = driver;
        this.store = new Store(root, driver);
    }

    /**
     * Chooses, and mounts what is to be mounted.
     *
     * @param data the node's data folder
     * @param imageBytes of an image that is made
     * @param program the host program
     * @throws RuntimeFailure when the data folder holds disks of another kind than is wanted, or this host cannot
     */
    public static NodeStorage open(Path data, StorageKind wanted, long imageBytes, int uidBase, Path program) {
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        var image = new BtrfsImage(data.resolve("disks.btrfs"), data.resolve("disks"), program);
        var place = new StoragePlace(data, image, imageBytes, uidBase, program);
        var mark = new StorageMark(data, Files.exists(image.file()));
        var kind = mark.choose(wanted).orElseGet(place::best);
        var storage = kind == StorageKind.BTRFS_LOOP
                ? new NodeStorage(kind, data, image.mount(), Optional.of(image), place.driver(kind))
                : new NodeStorage(kind, data, data, Optional.empty(), place.driver(kind));
        mark.note(kind);
        return storage.begun();
    }

    private NodeStorage begun() {
        if (driver.hasQuotas()) {
            LOG.info("disks of sandboxes: {}", report());
        } else {
            LOG.warn("disks of sandboxes: {}: a sandbox that writes without end fills this host's disk", report());
        }
        growth = image.<Future<?>>map(file ->
                growing.scheduleWithFixedDelay(() -> grow(file), GROW_EVERY_MS, GROW_EVERY_MS, TimeUnit.MILLISECONDS));
        return this;
    }

    private static void grow(BtrfsImage file) {
        try {
            file.grow();
        } catch (RuntimeException e) {
            LOG.warn("the file system of sandboxes' disks cannot grow now", e);
        }
    }

    public StorageDriver driver() {
        return driver;
    }

    public Store store() {
        return store;
    }

    /** The bytes that can still be written into the data folder and onto disks, whichever are fewer. */
    public long freeBytes() {
        try {
            var folder = Files.getFileStore(data).getUsableSpace();
            return image.isEmpty() ? folder : Math.min(folder, image.get().freeBytes());
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    /** One line for operators: the driver, and whether disks are bounded. */
    public String report() {
        return kind.word() + (driver.hasQuotas() ? ", each bounded" : ", not bounded one by one");
    }

    /** Lets go of everything; what is mounted stays so while {@code inUse}. */
    public void close(boolean inUse) {
        growth.ifPresent(task -> task.cancel(false));
        growing.close();
        if (!inUse) {
            image.ifPresent(BtrfsImage::close);
        }
    }
}
