package dev.sealbox.runtime;

import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Launch;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxRuntime.Started;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.domain.sandbox.Template;
import dev.sealbox.runtime.container.ContainerSpec;
import dev.sealbox.runtime.container.ContainerSpec.Fence;
import dev.sealbox.runtime.container.Containers;
import dev.sealbox.runtime.container.HostPrograms;
import dev.sealbox.runtime.container.Runtimes;
import dev.sealbox.runtime.exec.Agent;
import dev.sealbox.runtime.exec.Deadlines;
import dev.sealbox.runtime.exec.HostedPorts;
import dev.sealbox.runtime.exec.HostedSessions;
import dev.sealbox.runtime.exec.Silence;
import dev.sealbox.runtime.layer.HostedLayers;
import dev.sealbox.runtime.layer.HostedOffers;
import dev.sealbox.runtime.limits.Cgroups;
import dev.sealbox.runtime.limits.OpenFiles;
import dev.sealbox.runtime.network.AddressPool;
import dev.sealbox.runtime.network.Router;
import dev.sealbox.runtime.rootfs.GuestFiles;
import dev.sealbox.runtime.rootfs.GuestIdentity;
import dev.sealbox.runtime.rootfs.Templates;
import dev.sealbox.runtime.rootfs.Trust;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.Disk;
import dev.sealbox.runtime.storage.DiskRoom;
import dev.sealbox.runtime.storage.LaunchRecord;
import dev.sealbox.runtime.storage.MemoryImage;
import dev.sealbox.runtime.storage.NodeStorage;
import dev.sealbox.runtime.storage.SandboxRecord;
import dev.sealbox.runtime.storage.SandboxRecord.Base;
import dev.sealbox.runtime.storage.StorageDriver;
import dev.sealbox.runtime.storage.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a sandbox's life on this host, in their order. Blocking; whoever calls sees to it that a sandbox is
 * changed by one thread at a time.
 */
final class Host {
    private static final Logger LOG = LoggerFactory.getLogger(Host.class);

    /** Threads on the host that one process in gVisor may take, which the limit of processes is a multiple of. */
    private static final int TRACERS = 8;

    private final RuntimeSettings settings;
    private final NodeStorage storage;
    private final Store store;
    private final StorageDriver driver;
    private final Templates templates;
    private final Router router;
    private final Runtimes runtimes;
    private final Cgroups cgroups;
    private final AddressPool addresses;
    private final Deadlines deadlines = new Deadlines();
    private final HostedSessions sessions;
    private final HostedPorts ports;
    private final HostedLayers layers;
    private final Silence silence = new Silence();
    private final WholeCheckpoint wholeCheckpoints;
    private final WholeSleep wholeSleep;
    private final Map<List<String>, Map<String, byte[]>> trust = new ConcurrentHashMap<>();

    Host(RuntimeSettings settings) {
        var data = settings.dataDir();
        var programs = HostPrograms.unpackInto(data.resolve("bin"));
        this.settings = settings;
        this.storage = NodeStorage.open(
                data, settings.storage(), settings.storageImageBytes(), settings.uidBase(), programs.host());
        this.store = storage.store();
        this.driver = storage.driver();
        this.templates = new Templates(settings.templateDir(), settings.uidBase(), programs.host());
        this.layers = new HostedLayers(store, templates, programs.host(), settings.uidBase(), settings.importLimit());
        this.router = new Router(settings.nodeId());
        this.runtimes = new Runtimes(data, programs, settings.runtime(), settings.gvisorPlatform());
        this.cgroups = new Cgroups(settings.nodeId());
        this.addresses = AddressPool.of(settings.addressPool());
        this.sessions = new HostedSessions(settings.sessions(), deadlines);
        this.ports = new HostedPorts(settings.portConnections());
        var saving = new Saving(
                new Saving.Parts(store, router, silence, settings.silenceTimeout(), this::agentAtOnce, this::socket));
        this.wholeSleep = new WholeSleep(store, saving);
        this.wholeCheckpoints = new WholeCheckpoint(
                new WholeCheckpoint.Parts(
                        store,
                        driver,
                        router,
                        cgroups,
                        settings.freezeTimeout(),
                        this::agentAtOnce,
                        this::socket,
                        record -> launched -> spec(record, launched.limits())),
                saving);
    }

    Router router() {
        return router;
    }

    HostedSessions sessions() {
        return sessions;
    }

    HostedPorts ports() {
        return ports;
    }

    Silence silence() {
        return silence;
    }

    Store store() {
        return store;
    }

    HostedLayers layers() {
        return layers;
    }

    HostedOffers offers() {
        return new HostedOffers(store, layers);
    }

    Runtimes runtimes() {
        return runtimes;
    }

    Templates templates() {
        return templates;
    }

    DiskRoom room() {
        return new DiskRoom(storage.freeBytes(), settings.diskReserve());
    }

    /** Finds the sandboxes that an earlier process has left alive, and clears away what is left of others. */
    List<SandboxAddress> adopt() {
        store.open();
        try {
            Files.createDirectories(socketFolder());
        } catch (IOException e) {
            throw new RuntimeFailure("data folder", e);
        }
        var records = store.sandboxes();
        records.forEach(record -> addresses.reserve(record.address()));
        var running = runtimes.running();
        running.forEach(cgroups::thaw);
        runtimes.resumePaused();
        var alive = records.stream()
                .filter(each -> store.folder(each.id()).isComplete())
                .map(SandboxRecord::whereabouts)
                .filter(each -> running.contains(each.sandbox())
                        && agent(each.sandbox()).answers())
                .toList();
        var names = alive.stream().map(SandboxAddress::sandbox).collect(Collectors.toSet());
        router.open(alive);
        clearAllBut(names);
        return alive;
    }

    private void clearAllBut(Set<SandboxId> alive) {
        runtimes.known().stream().filter(known -> !alive.contains(known)).forEach(container -> {
            LOG.info("clearing away the container of {}, which has ended or belongs to nothing here", container);
            runtimes.delete(container);
        });
        router.removeAllBut(alive);
        cgroups.removeAllBut(alive);
        try (var sockets = Files.newDirectoryStream(
                socketFolder(), socket -> alive.stream().noneMatch(each -> socket.endsWith(each.value())))) {
            for (var socket : sockets) {
                Files.delete(socket);
            }
        } catch (IOException e) {
            throw new RuntimeFailure("data folder", e);
        }
    }

    /** The agent that waits for nobody but a sandbox that is being saved. */
    Agent agent(SandboxId sandbox) {
        return new Agent(socket(sandbox), deadlines, bounds(), silence, sandbox);
    }

    /** The same for who is the reason that others wait. */
    private Agent agentAtOnce(SandboxId sandbox) {
        return new Agent(socket(sandbox), deadlines, bounds());
    }

    private Agent.Bounds bounds() {
        return new Agent.Bounds(settings.agentPatience(), settings.outputLimit());
    }

    /** How often the disk of a sandbox was put back to a checkpoint. */
    int generation(SandboxId sandbox) {
        return store.folder(sandbox).record().map(SandboxRecord::generation).orElse(0);
    }

    /**
     * Starts a sandbox that does not run, or that is to be put back to a checkpoint. Else its disk is kept if there is
     * one; what a failed first start made is removed.
     */
    Started start(Launch launch) {
        // From here on the disk may change, and what was in memory be of use to nobody else.
        var kept = wholeSleep.kept().takeOut(launch.sandbox());
        try {
            return start(launch, kept.map(MemoryImage::of));
        } finally {
            kept.ifPresent(store::discard);
        }
    }

    private Started start(Launch launch, Optional<MemoryImage> kept) {
        var former = store.folder(launch.sandbox()).record();
        if (launch.kept() && former.isEmpty()) {
            throw new RuntimeFailure("storage", "the disk of " + launch.sandbox() + " is not on this host");
        }
        var next = former.map(known -> putBack(known, launch));
        former.ifPresent(this::clear);
        next.ifPresent(record -> store.establish(store.folder(record.id()), record));
        var record = next.orElseGet(() -> establish(launch));
        var sameDisk = former.equals(next) && next.isPresent();
        var memory = sameDisk ? ownMemory(launch, kept) : memoryOfOrigin(launch);
        try {
            var goesOn = memory.isPresent() && goesOn(record, launch, memory.get());
            if (!goesOn) {
                boot(record, launch, Optional.empty());
            }
            return new Started(record.whereabouts(), goesOn && sameDisk);
        } catch (RuntimeException e) {
            undo(record, former.isEmpty(), e);
            throw e;
        }
    }

    /**
     * What processes had in memory that belong to the files of a disk.
     *
     * @param own whether they are of the same sandbox, and of the disk itself rather than of what it was made from
     */
    private record Memory(Path folder, boolean own) {}

    /** Of the processes that a new disk's files belong to, when they were saved by what is to run this sandbox. */
    private Optional<Memory> memoryOfOrigin(Launch launch) {
        return launch.layers().stream()
                .findFirst()
                .map(store::memory)
                .filter(image -> isOfUse(image, launch))
                .map(image -> new Memory(image.folder(), false));
    }

    /** Of those that it fell asleep with. */
    private Optional<Memory> ownMemory(Launch launch, Optional<MemoryImage> kept) {
        var own = kept.filter(image -> launch.resume() && isOfUse(image, launch))
                .map(image -> new Memory(image.folder(), true));
        if (own.isEmpty() && launch.resume()) {
            LOG.warn(
                    "{} wakes without its processes: what was kept of them is gone, or of no use here",
                    launch.sandbox());
        }
        return own;
    }

    private boolean isOfUse(MemoryImage image, Launch launch) {
        return image.isThere()
                && runtimes.of(Template.of(launch.template())).memory() instanceof Containers.Memory.Kept(var version)
                && image.isOfUse(version, launch.authority());
    }

    private boolean goesOn(SandboxRecord record, Launch launch, Memory memory) {
        try {
            boot(record, launch, Optional.of(memory));
            return true;
        } catch (RuntimeFailure e) {
            LOG.warn("{} does not go on from memory, and begins with its disk", record.id(), e);
            clear(record);
            if (!memory.own()) {
                store.forgetDisk(store.folder(record.id()));
            }
            return false;
        }
    }

    private SandboxRecord putBack(SandboxRecord known, Launch launch) {
        return known.generation() >= launch.generation() ? known : known.putBack(baseOf(launch), launch.generation());
    }

    private SandboxRecord establish(Launch launch) {
        var base = baseOf(launch);
        var address = addresses.take();
        try {
            var record = new SandboxRecord(launch.sandbox().value(), address, base, launch.generation());
            store.establish(store.folder(launch.sandbox()), record);
            return record;
        } catch (RuntimeException e) {
            addresses.giveBack(address);
            throw e;
        }
    }

    /** A layer knows what it stands on, the version of its template included. */
    private Base baseOf(Launch launch) {
        if (launch.layers().isEmpty()) {
            return new Base(templates.current(Template.of(launch.template()).files()), List.of());
        }
        var newest = launch.layers().getFirst();
        return store.baseOn(newest)
                .orElseThrow(() -> new RuntimeFailure("storage", "checkpoint " + newest + " is not on this host"));
    }

    /** @param memory from which it goes on, if not from its process 1 */
    private void boot(SandboxRecord record, Launch launch, Optional<Memory> memory) {
        var folder = store.folder(record.id());
        var mount = driver.prepare(
                disk(record, launch.limits().diskMB()),
                templates.rootOf(record.base().template()),
                store.layersOf(record.base()));
        store.forgetFormerDisks(folder, record.generation());
        var containers = runtimes.of(Template.of(launch.template()));
        router.connect(record.whereabouts(), containers.asksForNeighbours());
        var spec = spec(record, launch.limits());
        configure(folder.config(), containers.configuration(spec));
        var groups = containers.needsGroups()
                ? cgroups.prepare(record.id(), launch.limits(), settings.pidsLimit() * TRACERS)
                : List.<Path>of();
        if (containers.memory() instanceof Containers.Memory.Kept) {
            folder.noteLaunch(
                    new LaunchRecord(mount.folder().toString(), mount.options(), launch.limits(), launch.authority()));
        }
        containers.run(new Containers.Launching(
                spec,
                mount.folder(),
                mount.options(),
                folder.path(),
                groups,
                socket(record.id()),
                folder.log(),
                memory.map(Memory::folder)));
        cgroups.limitSockets(record.id(), launch.limits());
        if (memory.isPresent() && !memory.get().own()) {
            containers.rename(record.id());
        }
        var agent = agentAtOnce(record.id());
        if (!agent.answers()) {
            throw new RuntimeFailure("agent", "the agent of " + record.id() + " does not answer");
        }
        GuestFiles.write(
                agent,
                new GuestIdentity(record.id(), launch.origin(), record.generation()),
                trustIn(record.base().template(), launch.authority()));
        folder.markComplete(true);
    }

    private ContainerSpec spec(SandboxRecord record, Limits limits) {
        return new ContainerSpec(
                record.id(),
                AddressPool.numberOf(record.address()),
                router.namespaceOf(record.id()),
                cgroups.pathOf(record.id()),
                limits,
                new Fence(
                        settings.uidBase(),
                        settings.pidsLimit(),
                        settings.shmBytes(),
                        OpenFiles.atMost(settings.openFiles())));
    }

    private Disk disk(SandboxRecord record, int megabytes) {
        return new Disk(store.folder(record.id()).path(), record.generation(), (long) megabytes << 20);
    }

    private static void configure(Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new RuntimeFailure("container", e);
        }
    }

    /** A node has few authorities, one per organisation that has sandboxes on it. */
    private Map<String, byte[]> trustIn(String template, String authority) {
        return trust.computeIfAbsent(
                List.of(template, authority), key -> Trust.files(templates.rootsOf(template), authority));
    }

    private void undo(SandboxRecord record, boolean wholly, RuntimeException failure) {
        try {
            clear(record);
            if (wholly) {
                forget(record);
            }
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** What was taken, if it was. */
    Optional<Taken> taken(CheckpointId checkpoint) {
        return store.sizeOf(checkpoint)
                .map(size -> new Taken(size, store.memory(checkpoint).isThere()));
    }

    /**
     * Copies a sandbox's files as a layer, with its processes paused meanwhile.
     *
     * @param memory whether to keep what they have in memory, too, where that can be done
     */
    Taken capture(SandboxId sandbox, CheckpointId checkpoint, boolean memory) {
        var folder = store.folder(sandbox);
        var record = folder.record().orElseThrow(() -> new SandboxMissing(sandbox));
        var disk = disk(record, 0);
        if (!room().isEnoughFor(driver.copied(disk))) {
            throw new RuntimeFailure("storage", "the host's disk has no room for a copy of " + sandbox);
        }
        return Optional.of(runtimes)
                .filter(all -> memory)
                .flatMap(all -> all.saving(sandbox))
                .filter(saving -> room().isEnoughFor(driver.copied(disk) + cgroups.memoryInUse(sandbox)))
                .flatMap(saving -> wholeCheckpoints.take(record, disk, checkpoint, saving))
                .orElseGet(() -> new Taken(captured(record, disk, checkpoint), false));
    }

    private long captured(SandboxRecord record, Disk disk, CheckpointId checkpoint) {
        return store.add(checkpoint, record, layer -> {
            driver.flush(disk);
            cgroups.whileFrozen(record.id(), settings.freezeTimeout(), () -> driver.capture(disk, layer));
            return driver.settle(layer);
        });
    }

    /** Copies the disk of a parked sandbox as a layer; false without room. */
    boolean image(SandboxId sandbox, CheckpointId image) {
        var record = store.folder(sandbox)
                .record()
                .orElseThrow(() -> new RuntimeFailure("storage", "the disk of " + sandbox + " is not on this host"));
        var disk = disk(record, 0);
        driver.rouse(disk);
        try {
            if (!room().isEnoughFor(driver.copied(disk))) {
                return false;
            }
            store.add(image, record, layer -> {
                driver.flush(disk);
                driver.capture(disk, layer);
                return driver.settle(layer);
            });
            return true;
        } finally {
            driver.rest(disk);
        }
    }

    List<SandboxId> disks() {
        return store.disks();
    }

    /**
     * Ends a sandbox's processes and network. Its disk stays.
     *
     * @param memory whether to keep what the processes have in memory, too, where that can be done
     */
    Taken park(SandboxId sandbox, boolean memory) {
        var record = store.folder(sandbox)
                .record()
                .orElseThrow(() -> new RuntimeFailure("storage", "the disk of " + sandbox + " is not on this host"));
        if (!memory) {
            wholeSleep.kept().drop(sandbox);
        }
        var saved = Optional.of(runtimes)
                .filter(all -> memory)
                .flatMap(all -> all.saving(sandbox))
                .filter(saving -> room().isEnoughFor(cgroups.memoryInUse(sandbox)))
                .flatMap(saving -> wholeSleep.save(record, saving));
        clear(record);
        var diskBytes = bytesAtRest(record);
        saved.ifPresent(wholeSleep::settle);
        // It may have been parked before, when the answer was lost.
        var kept = wholeSleep.kept().of(sandbox);
        return new Taken(diskBytes + kept.bytes(), kept.isThere());
    }

    private long bytesAtRest(SandboxRecord record) {
        var disk = disk(record, 0);
        // It may rest already, when this was asked before and the answer was lost.
        driver.rouse(disk);
        try {
            return driver.taken(disk);
        } finally {
            driver.rest(disk);
        }
    }

    long memoryInUse(SandboxId sandbox) {
        return cgroups.memoryInUse(sandbox);
    }

    void limit(SandboxId sandbox, Limits limits) {
        cgroups.limit(sandbox, limits);
    }

    /** Ends a sandbox and removes all that was its. */
    void stop(SandboxId sandbox) {
        var record = store.folder(sandbox).record();
        if (record.isPresent()) {
            clear(record.get());
            forget(record.get());
        } else {
            runtimes.delete(sandbox);
            store.remove(sandbox);
        }
    }

    /** Everything but the disk. */
    private void clear(SandboxRecord record) {
        store.folder(record.id()).markComplete(false);
        cgroups.thaw(record.id());
        runtimes.delete(record.id());
        router.disconnect(record.whereabouts());
        cgroups.remove(record.id());
        try {
            Files.deleteIfExists(socket(record.id()));
        } catch (IOException e) {
            throw new RuntimeFailure("container", e);
        }
    }

    private void forget(SandboxRecord record) {
        silence.forget(record.id());
        store.remove(record.id());
        addresses.giveBack(record.address());
    }

    /** Whether a container's process 1 lives, answering or not. */
    boolean isAlive(SandboxId sandbox) {
        return runtimes.running().contains(sandbox);
    }

    /** Of these the ones whose process 1 lives and answers. */
    List<SandboxAddress> alive(List<SandboxAddress> among) {
        var running = runtimes.running();
        return among.stream()
                .filter(each -> running.contains(each.sandbox())
                        && agent(each.sandbox()).answers())
                .toList();
    }

    /** Stops every sandbox and removes the router; layers and templates stay. */
    void remove() {
        store.sandboxes().forEach(record -> stop(record.id()));
        runtimes.known().forEach(runtimes::delete);
        router.removeAllBut(Set.of());
        router.close();
        cgroups.close();
    }

    /** Lets go of the data folder after a start that failed. */
    void abandon() {
        deadlines.close();
        storage.close(true);
    }

    /** A node without sandboxes leaves nothing on the machine. */
    void close() {
        sessions.close();
        deadlines.close();
        var inUse = !store.sandboxes().isEmpty();
        if (!inUse) {
            router.close();
            cgroups.close();
        }
        storage.close(inUse);
    }

    private Path socketFolder() {
        return settings.dataDir().resolve("run");
    }

    private Path socket(SandboxId sandbox) {
        return socketFolder().resolve(sandbox.value());
    }
}
