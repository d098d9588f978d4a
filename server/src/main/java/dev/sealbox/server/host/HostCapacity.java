package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.placement.HostState;
import dev.sealbox.domain.sandbox.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What this host can give and has promised. It has the last word: a place that was chosen by figures of some seconds ago is
 * taken here, or not at all. Whether it is to be emptied outlasts the process. Thread-safe.
 */
public final class HostCapacity {
    /** What lies on the host's disk, as it was last counted. */
    record Held(int disks, Set<CheckpointId> layers, int unshared) {
        static final Held NOTHING = new Held(0, Set.of(), 0);
    }

    private final HostId id;
    private final CapacitySettings settings;
    private final Machine machine;
    private final int processors;
    private final Path drainMark;
    private final BooleanSupplier diskFull;
    private final Supplier<Set<String>> templates;
    private final Map<SandboxId, Limits> promised = new ConcurrentHashMap<>();
    private final Set<Object> copies = ConcurrentHashMap.newKeySet();
    private volatile Held held = Held.NOTHING;
    private volatile Emptied emptied = Emptied.NOT;
    private volatile boolean draining;
    private volatile boolean adopting;

    /** What became of the disks on a host that is drained. */
    private record Emptied(boolean done, int onlyHere) {
        static final Emptied NOT = new Emptied(false, 0);
    }

    HostCapacity(
            HostId id,
            CapacitySettings settings,
            Machine machine,
            int processors,
            Path drainMark,
            BooleanSupplier diskFull,
            Supplier<Set<String>> templates) {
        this.id = id;
        this.settings = settings;
        this.machine = machine;
        this.processors = processors;
        this.drainMark = drainMark;
        this.diskFull = diskFull;
        this.templates = templates;
        this.draining = Files.exists(drainMark);
    }

    /**
     * Of this machine.
     *
     * @param drainMark a file of the host's own
     * @param diskFull whether its disk is; must not block
     * @param templates that it can run, by all their names; must not block
     */
    public static HostCapacity of(
            HostId id,
            CapacitySettings settings,
            Path drainMark,
            BooleanSupplier diskFull,
            Supplier<Set<String>> templates) {
        return new HostCapacity(
                id, settings, Machine.THIS, Runtime.getRuntime().availableProcessors(), drainMark, diskFull, templates);
    }

    /**
     * Promises a sandbox so much, in place of what it was promised before; false when that is not left. A disk that is
     * nearly full keeps nobody from waking who has his on it.
     */
    synchronized boolean promise(SandboxId sandbox, Limits limits) {
        var former = promised.remove(sandbox);
        if ((draining && former == null) || !state().hasLeft(limits.size())) {
            if (former != null) {
                promised.put(sandbox, former);
            }
            return former != null && former.equals(limits);
        }
        promised.put(sandbox, limits);
        return true;
    }

    /** Notes what a sandbox has whatever is left. */
    synchronized void note(SandboxId sandbox, Limits limits) {
        promised.put(sandbox, limits);
    }

    synchronized void release(SandboxId sandbox) {
        promised.remove(sandbox);
    }

    void counted(Held now) {
        held = now;
    }

    /** Containers of an earlier process are here, and what was promised to them is not known yet: nothing is left. */
    void adopting(boolean on) {
        adopting = on;
    }

    /** A disk is being copied for others; until what is returned has run, the host is not empty. */
    Runnable copying() {
        var copy = new Object();
        copies.add(copy);
        return () -> copies.remove(copy);
    }

    /** Whether it is drained and nothing goes on: what then lies here stays as it is, but for what is shared. */
    boolean isQuiet() {
        return draining && !adopting && promised.isEmpty() && copies.isEmpty();
    }

    /**
     * All disks were looked at, or not all could be.
     *
     * @param done whether the host was quiet before that, and everything that others can have is shared
     * @param onlyHere disks of which nothing is anywhere else
     */
    synchronized void lookedAt(boolean done, int onlyHere) {
        emptied = draining ? new Emptied(done, onlyHere) : Emptied.NOT;
    }

    boolean isDraining() {
        return draining;
    }

    /** Begins or ends the emptying; done already is done. */
    synchronized void drain(boolean on) {
        try {
            if (on) {
                Files.writeString(drainMark, "");
            } else {
                Files.deleteIfExists(drainMark);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot note that the host is drained", e);
        }
        draining = on;
        emptied = Emptied.NOT;
    }

    /** As it is told to others. */
    HostState state() {
        var all = promised.values();
        var on = held;
        var told = emptied;
        var memory = (long) (settings.memoryMB().orElseGet(machine::memoryMB) * settings.memoryOvercommit());
        var sum = all.stream().mapToLong(Limits::memoryMB).sum();
        return new HostState(
                id,
                memory,
                adopting ? Math.max(memory, sum) : sum,
                machine.availableMB(),
                (int) (processors * settings.cpuOvercommit()),
                all.stream().mapToInt(Limits::cpuCount).sum(),
                all.size(),
                Math.max(0, on.disks() - all.size()),
                diskFull.getAsBoolean(),
                draining,
                templates.get(),
                on.layers(),
                on.unshared(),
                told.onlyHere(),
                told.done() && isQuiet(),
                settings.labels());
    }
}
