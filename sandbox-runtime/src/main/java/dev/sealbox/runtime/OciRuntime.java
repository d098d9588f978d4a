package dev.sealbox.runtime;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.LayerFiles;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.preview.PortConnection;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.SandboxPorts;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.ContainerRuntime;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.FileRefusal;
import dev.sealbox.domain.sandbox.Launch;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxRuntime;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.domain.sandbox.Template;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.SandboxSessions;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionView;
import dev.sealbox.runtime.exec.Agent;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.DiskRoom;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sandboxes of this host as OCI containers. Thread-safe; stages complete on virtual threads.
 *
 * <p>Containers belong to no process: they outlive this one, and the next {@link #open} of the same data folder finds
 * them again. Failures are {@link RuntimeFailure}s that name their step.
 */
public final class OciRuntime implements SandboxRuntime, SandboxSessions, SandboxPorts, AutoCloseable {
    private final Host host;
    private final NodeLock lock;
    private final Map<SandboxId, Started> live = new ConcurrentHashMap<>();
    private final SandboxLocks changing = new SandboxLocks();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private OciRuntime(Host host, NodeLock lock) {
        this.host = host;
        this.lock = lock;
    }

    /**
     * Checks the host, makes the router namespace and adopts the sandboxes that an earlier process has left.
     *
     * @throws RuntimeFailure when the host lacks something, or another process has the data folder
     */
    public static OciRuntime open(RuntimeSettings settings) {
        Prerequisites.check();
        var lock = NodeLock.of(settings.dataDir());
        @Nullable Host host = null;
        try {
            host = new Host(settings);
            var runtime = new OciRuntime(host, lock);
            host.adopt().forEach(address -> runtime.live.put(address.sandbox(), new Started(address, false)));
            return runtime;
        } catch (RuntimeException e) {
            if (host != null) {
                host.abandon();
            }
            lock.close();
            throw e;
        }
    }

    /** The network namespace in which proxy and name server listen, at the gateway's address. */
    public Path networkNamespace() {
        return host.router().namespace();
    }

    /** The files of this host's layers, as streams. */
    public LayerFiles layers() {
        return host.layers();
    }

    /** The same layers as they are shared with other hosts. */
    public LayerOffers offers() {
        return host.offers();
    }

    /** What is left of the disk that sandboxes and layers lie on. */
    public DiskRoom room() {
        return host.room();
    }

    /** Whether a sandbox runs here as far as this process knows, those of an earlier one included. */
    public boolean hasSandboxes() {
        return !live.isEmpty();
    }

    /** The names of the templates that this host can run, as far as is known by now; never blocks. */
    public Set<String> templates() {
        return Stream.concat(
                        Stream.of(Optional.<ContainerRuntime>empty()),
                        host.runtimes().offered().stream().map(Optional::of))
                .map(runtime -> new Template(Template.BASE, runtime).name())
                .collect(Collectors.toSet());
    }

    /** Builds the base root filesystem if it is missing, which takes half a minute or more. Blocks. */
    public void prepareTemplate() {
        host.templates().current("base");
    }

    @Override
    public CompletionStage<Started> start(Launch launch) {
        return changed(launch.sandbox(), () -> {
            var former = live.get(launch.sandbox());
            var same = host.generation(launch.sandbox()) < launch.generation() ? null : former;
            if (same != null && host.agent(launch.sandbox()).answers()) {
                return same;
            }
            if (same != null && host.isAlive(launch.sandbox())) {
                // Rather a failure now than the end of what runs in it.
                throw new RuntimeFailure("agent", launch.sandbox() + " runs but does not answer");
            }
            if (former != null && !host.isAlive(launch.sandbox())) {
                live.remove(launch.sandbox());
            }
            return started(launch);
        });
    }

    private Started started(Launch launch) {
        try {
            var started = host.start(launch);
            live.put(launch.sandbox(), started);
            return started;
        } catch (RuntimeException e) {
            // What could not be put back goes on as it was.
            if (!host.isAlive(launch.sandbox())) {
                live.remove(launch.sandbox());
            }
            throw e;
        }
    }

    @Override
    public CompletionStage<Taken> park(SandboxId sandbox, boolean memory) {
        return changed(sandbox, () -> {
            live.remove(sandbox);
            return host.park(sandbox, memory);
        });
    }

    @Override
    public CompletionStage<Boolean> image(SandboxId sandbox, CheckpointId image) {
        return changed(sandbox, () -> {
            if (live.containsKey(sandbox)) {
                throw new RuntimeFailure("storage", sandbox + " runs, so its disk is not at rest");
            }
            return host.store().sizeOf(image).isPresent() || host.image(sandbox, image);
        });
    }

    @Override
    public CompletionStage<List<SandboxId>> disks() {
        return CompletableFuture.supplyAsync(host::disks, threads);
    }

    @Override
    public CompletionStage<Void> limit(SandboxId sandbox, Limits limits) {
        return changed(sandbox, () -> {
                    host.limit(present(sandbox), limits);
                    return Unit.DONE;
                })
                .thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Long> memoryInUse(SandboxId sandbox) {
        // Only looks, so it does not wait for a checkpoint that may take minutes.
        return CompletableFuture.supplyAsync(() -> host.memoryInUse(present(sandbox)), threads);
    }

    @Override
    public CompletionStage<Void> stop(SandboxId sandbox) {
        return changed(sandbox, () -> {
                    live.remove(sandbox);
                    host.stop(sandbox);
                    host.sessions().forget(sandbox);
                    return Unit.DONE;
                })
                .thenAccept(done -> {});
    }

    @Override
    public CompletionStage<CommandResult> run(SandboxId sandbox, Command command) {
        return onAgent(sandbox, agent -> agent.run(command));
    }

    @Override
    public CompletionStage<Taken> checkpoint(SandboxId sandbox, CheckpointId checkpoint, boolean memory) {
        return changed(sandbox, () -> host.taken(checkpoint).orElseGet(() -> captured(sandbox, checkpoint, memory)));
    }

    private Taken captured(SandboxId sandbox, CheckpointId checkpoint, boolean memory) {
        try {
            return host.capture(present(sandbox), checkpoint, memory);
        } catch (RuntimeException e) {
            // It may have ended on the way to its memory, and not have come back.
            if (memory && !host.isAlive(sandbox)) {
                live.remove(sandbox);
            }
            throw e;
        }
    }

    @Override
    public CompletionStage<Void> discard(CheckpointId checkpoint) {
        return CompletableFuture.runAsync(() -> host.store().condemn(checkpoint), threads);
    }

    @Override
    public CompletionStage<List<SandboxAddress>> running() {
        return CompletableFuture.supplyAsync(
                () -> {
                    var all = live.values().stream().map(Started::address).toList();
                    var silences = all.stream()
                            .collect(Collectors.toMap(
                                    each -> each, each -> host.silence().silences(each.sandbox())));
                    var alive = Set.copyOf(host.alive(all));
                    return all.stream()
                            .filter(each -> alive.contains(each)
                                    || (wasSilent(each.sandbox(), silences.get(each)) && isThere(each)))
                            .toList();
                },
                threads);
    }

    /** Whether what was seen of a sandbox may be of the moments between its end and its going on. */
    private boolean wasSilent(SandboxId sandbox, @Nullable Long silences) {
        return silences == null || silences % 2 == 1 || host.silence().silences(sandbox) != silences;
    }

    private boolean isThere(SandboxAddress sandbox) {
        return changing.alone(
                sandbox.sandbox(), () -> !host.alive(List.of(sandbox)).isEmpty());
    }

    @Override
    public CompletionStage<Outcome<InputStream>> read(SandboxId sandbox, String path) {
        return onFile(sandbox, path, agent -> agent.read(path));
    }

    @Override
    public CompletionStage<Outcome<Unit>> write(SandboxId sandbox, String path, InputStream content) {
        return onFile(sandbox, path, agent -> {
            try (content) {
                return agent.write(path, content);
            }
        });
    }

    @Override
    public CompletionStage<Outcome<List<FileEntry>>> list(SandboxId sandbox, String path) {
        return onFile(sandbox, path, agent -> agent.list(path));
    }

    @Override
    public CompletionStage<Outcome<Unit>> makeDirectory(SandboxId sandbox, String path) {
        return onFile(sandbox, path, agent -> agent.makeDirectory(path));
    }

    @Override
    public CompletionStage<Outcome<Unit>> remove(SandboxId sandbox, String path) {
        return onFile(sandbox, path, agent -> agent.remove(path));
    }

    @Override
    public CompletionStage<Outcome<SessionView>> act(SandboxId sandbox, SessionAction action) {
        return onAgent(
                sandbox,
                agent -> action instanceof SessionAction.Open open
                        ? host.sessions().open(sandbox, agent, open)
                        : host.sessions().change(sandbox, action));
    }

    @Override
    public CompletionStage<List<SessionView>> sessions(SandboxId sandbox) {
        return onAgent(sandbox, agent -> host.sessions().list(sandbox));
    }

    @Override
    public CompletionStage<Outcome<Attachment>> attach(SandboxId sandbox, SessionId session, boolean terminal) {
        return onAgent(sandbox, agent -> host.sessions().attach(sandbox, session, terminal));
    }

    @Override
    public CompletionStage<Outcome<PortConnection>> connect(SandboxId sandbox, PreviewPort port) {
        return onAgent(sandbox, agent -> host.ports().connect(sandbox, agent, port, threads));
    }

    /** Stops all sandboxes of this node and removes its router namespace; layers and templates stay. Blocks. */
    public void removeNode() {
        live.clear();
        host.remove();
        close();
    }

    /** Lets go of the sandboxes without stopping them. */
    @Override
    public void close() {
        threads.shutdown();
        try (lock) {
            host.close();
        }
    }

    private interface Work<T> {
        T with(Agent agent) throws IOException;
    }

    private <T> CompletionStage<Outcome<T>> onFile(SandboxId sandbox, String path, Work<Outcome<T>> work) {
        if (!Agent.isPath(path)) {
            return CompletableFuture.completedFuture(
                    Outcome.refused(new FileRefusal.NotPossible("the path is too long or holds a zero byte")));
        }
        return onAgent(sandbox, work);
    }

    private <T> CompletionStage<T> onAgent(SandboxId sandbox, Work<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.with(host.agent(present(sandbox)));
                    } catch (IOException e) {
                        throw host.agent(sandbox).answers()
                                ? new RuntimeFailure("agent of " + sandbox, e)
                                : new SandboxMissing(sandbox);
                    }
                },
                threads);
    }

    private SandboxId present(SandboxId sandbox) {
        if (!live.containsKey(sandbox)) {
            throw new SandboxMissing(sandbox);
        }
        return sandbox;
    }

    private <T> CompletionStage<T> changed(SandboxId sandbox, Supplier<T> change) {
        return CompletableFuture.supplyAsync(() -> changing.alone(sandbox, change), threads);
    }
}
