package dev.sealbox.runtime.limits;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The control groups of a node's sandboxes, {@code /sealbox-<node>/<sandbox>} in every hierarchy of the host. Knows both
 * versions: the separate hierarchies of version 1 and the single one of version 2.
 */
public final class Cgroups {
    private static final Path MOUNTS = Path.of("/sys/fs/cgroup");

    /** Microseconds over which the CPU's quota is counted. */
    private static final long PERIOD = 100_000;

    private static final String SOCKETS = "memory.kmem.tcp.limit_in_bytes";

    /** Sockets get this part of a sandbox's memory, on top of it. */
    private static final int SOCKETS_SHARE = 4;

    /** From SIGKILL until the kernel has let go of a process. */
    private static final Duration ENDING = Duration.ofSeconds(10);

    private final Path mounts;
    private final String parent;

    public Cgroups(String nodeId) {
        this(MOUNTS, nodeId);
    }

    Cgroups(Path mounts, String nodeId) {
        this.mounts = mounts;
        this.parent = "sealbox-" + nodeId;
    }

    /** What limits a sandbox here, for the operator's log; empty when nothing is missing. */
    public List<String> missing() {
        if (unified()) {
            return List.of();
        }
        return controllers()
                .filter(controller -> !Files.isDirectory(mounts.resolve(controller)))
                .toList();
    }

    /** As the OCI configuration names it. */
    public String pathOf(SandboxId sandbox) {
        return "/" + parent + "/" + sandbox;
    }

    /**
     * Makes a sandbox's groups with their limits, for a runtime that makes none; where they are already, they are set.
     *
     * @param processes and threads, of all that is in the groups
     * @return their folders, one in each hierarchy that matters
     */
    public List<Path> prepare(SandboxId sandbox, Limits limits, int processes) {
        var groups = (unified()
                        ? Stream.of(unifiedGroup(sandbox))
                        : controllers().map(each -> group(each, sandbox)))
                .toList();
        try {
            for (var group : groups) {
                Files.createDirectories(group);
            }
        } catch (IOException e) {
            throw new RuntimeFailure("cgroups", e);
        }
        if (!unified()) {
            change(group("cpu", sandbox).resolve("cpu.cfs_period_us"), Long.toString(PERIOD));
        }
        limit(sandbox, limits);
        var counting = unified() ? unifiedGroup(sandbox) : group("pids", sandbox);
        change(counting.resolve("pids.max"), Integer.toString(processes));
        return groups;
    }

    /** The folders that {@link #prepare} has made for a sandbox. */
    public List<Path> foldersOf(SandboxId sandbox) {
        return unified()
                ? List.of(mounts.resolve(parent).resolve(sandbox.value()))
                : controllers().map(each -> group(each, sandbox)).toList();
    }

    /** Where there is one hierarchy a group has the controllers that those above it hand down. */
    private Path unifiedGroup(SandboxId sandbox) {
        var ours = mounts.resolve(parent);
        try {
            Files.createDirectories(ours);
        } catch (IOException e) {
            throw new RuntimeFailure("cgroups", e);
        }
        Stream.of(mounts, ours).forEach(each -> change(each.resolve("cgroup.subtree_control"), "+memory +pids +cpu"));
        return ours.resolve(sandbox.value());
    }

    private static Stream<String> controllers() {
        return Stream.of("memory", "pids", "cpu", "freezer");
    }

    /** Does {@code work} while all processes of the sandbox stand still, and lets them go on whatever happens. */
    public void whileFrozen(SandboxId sandbox, Duration patience, Runnable work) {
        try {
            freeze(sandbox, patience);
            work.run();
        } finally {
            thaw(sandbox);
        }
    }

    /** Lets a sandbox's processes go on; already so, or not there, is fine. */
    public void thaw(SandboxId sandbox) {
        var state = state(sandbox);
        if (Files.exists(state)) {
            write(state, unified() ? "0" : "THAWED");
        }
    }

    private void freeze(SandboxId sandbox, Duration patience) {
        write(state(sandbox), unified() ? "1" : "FROZEN");
        await(() -> isFrozen(sandbox), patience);
    }

    private boolean isFrozen(SandboxId sandbox) {
        return unified()
                ? read(state(sandbox).resolveSibling("cgroup.events")).contains("frozen 1")
                : read(state(sandbox)).strip().equals("FROZEN");
    }

    private static void await(BooleanSupplier condition, Duration patience) {
        var deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new RuntimeFailure("cgroups", "the processes did not come to rest within " + patience);
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RuntimeFailure("freeze", e);
            }
        }
    }

    /**
     * Changes the memory and CPU of a sandbox that runs.
     *
     * @throws RuntimeFailure when the kernel refuses, for instance because more memory is in use and cannot be freed
     */
    public void limit(SandboxId sandbox, Limits limits) {
        var bytes = Long.toString((long) limits.memoryMB() << 20);
        var quota = Long.toString(PERIOD * limits.cpuCount());
        if (unified()) {
            var group = mounts.resolve(parent).resolve(sandbox.value());
            change(group.resolve("memory.max"), bytes);
            change(group.resolve("cpu.max"), quota + " " + PERIOD);
        } else {
            memory(group("memory", sandbox), bytes);
            change(group("cpu", sandbox).resolve("cpu.cfs_quota_us"), quota);
        }
    }

    /**
     * Bounds what the kernel keeps for a sandbox's sockets, which version 1 counts apart from other memory and else not
     * at all: one sandbox could slow down every connection of the host.
     */
    public void limitSockets(SandboxId sandbox, Limits limits) {
        var file = mounts.resolve("memory")
                .resolve(parent)
                .resolve(sandbox.value())
                .resolve(SOCKETS);
        if (!unified() && Files.exists(file)) {
            change(file, Long.toString(((long) limits.memoryMB() << 20) / SOCKETS_SHARE));
        }
    }

    /**
     * The bytes of memory that a sandbox uses, without inactive file pages, as most tools count it.
     *
     * @throws RuntimeFailure when the sandbox has no group here
     */
    public long memoryInUse(SandboxId sandbox) {
        var group = unified() ? mounts.resolve(parent).resolve(sandbox.value()) : group("memory", sandbox);
        var usage = group.resolve(unified() ? "memory.current" : "memory.usage_in_bytes");
        var droppable = unified() ? "inactive_file " : "total_inactive_file ";
        try (var lines = Files.lines(group.resolve("memory.stat"))) {
            var inactive = lines.filter(line -> line.startsWith(droppable))
                    .mapToLong(line -> Long.parseLong(line.substring(droppable.length())))
                    .findFirst()
                    .orElse(0);
            return Math.max(0, Long.parseLong(Files.readString(usage).strip()) - inactive);
        } catch (IOException e) {
            throw new RuntimeFailure("memory", e);
        }
    }

    /** Memory with swap may never be the smaller one of the two, so growing and shrinking take opposite orders. */
    private static void memory(Path group, String bytes) {
        var memory = group.resolve("memory.limit_in_bytes");
        var swap = group.resolve("memory.memsw.limit_in_bytes");
        if (!Files.exists(swap)) {
            change(memory, bytes);
        } else if (Long.parseLong(read(memory).strip()) < Long.parseLong(bytes)) {
            change(swap, bytes);
            change(memory, bytes);
        } else {
            change(memory, bytes);
            change(swap, bytes);
        }
    }

    private Path group(String controller, SandboxId sandbox) {
        return mounts.resolve(controller).resolve(parent).resolve(sandbox.value());
    }

    private static void change(Path file, String value) {
        try {
            Files.writeString(file, value);
        } catch (IOException e) {
            throw new RuntimeFailure("limits", e);
        }
    }

    /** Removes what is left of a sandbox, with any helper that has outlived its container. */
    public void remove(SandboxId sandbox) {
        hierarchies().map(each -> each.resolve(parent).resolve(sandbox.value())).forEach(Cgroups::end);
    }

    /** Ends what runs in any other group of this node than those of the sandboxes that are to stay, and removes it. */
    public void removeAllBut(Set<SandboxId> staying) {
        var kept = staying.stream().map(SandboxId::value).collect(Collectors.toSet());
        hierarchies()
                .map(each -> each.resolve(parent))
                .filter(Files::isDirectory)
                .flatMap(Cgroups::inner)
                .filter(group -> !kept.contains(group.getFileName().toString()))
                .forEach(Cgroups::end);
    }

    private static Stream<Path> inner(Path group) {
        try (var entries = Files.list(group)) {
            return entries.filter(Files::isDirectory).toList().stream();
        } catch (IOException e) {
            throw new RuntimeFailure("cgroups", e);
        }
    }

    private static void end(Path group) {
        await(
                () -> {
                    processes(group).forEach(ProcessHandle::destroyForcibly);
                    try {
                        Files.deleteIfExists(group);
                        return true;
                    } catch (IOException busy) {
                        return false;
                    }
                },
                ENDING);
    }

    private static Stream<ProcessHandle> processes(Path group) {
        try (var lines = Files.lines(group.resolve("cgroup.procs"))) {
            return lines.map(Long::parseLong).map(ProcessHandle::of).flatMap(Optional::stream).toList().stream();
        } catch (IOException | UncheckedIOException gone) {
            return Stream.empty();
        }
    }

    /** Removes the node's own group once no sandbox is left in it. */
    public void close() {
        hierarchies().map(each -> each.resolve(parent)).forEach(Cgroups::removeEmpty);
    }

    private Stream<Path> hierarchies() {
        if (unified()) {
            return Stream.of(mounts);
        }
        try (var entries = Files.list(mounts)) {
            return entries.filter(Files::isDirectory).toList().stream();
        } catch (IOException e) {
            throw new RuntimeFailure("cgroups", e);
        }
    }

    private static void removeEmpty(Path group) {
        try {
            Files.deleteIfExists(group);
        } catch (IOException e) {
            throw new RuntimeFailure("cgroups", e);
        }
    }

    private boolean unified() {
        return Files.exists(mounts.resolve("cgroup.controllers"));
    }

    private Path state(SandboxId sandbox) {
        return unified()
                ? mounts.resolve(parent).resolve(sandbox.value()).resolve("cgroup.freeze")
                : mounts.resolve("freezer")
                        .resolve(parent)
                        .resolve(sandbox.value())
                        .resolve("freezer.state");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new RuntimeFailure("freeze", e);
        }
    }

    private static void write(Path file, String value) {
        try {
            Files.writeString(file, value);
        } catch (IOException e) {
            throw new RuntimeFailure("freeze", e);
        }
    }
}
