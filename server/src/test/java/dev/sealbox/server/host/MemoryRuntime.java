package dev.sealbox.server.host;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PortConnection;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.preview.SandboxPorts;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.FileRefusal;
import dev.sealbox.domain.sandbox.Launch;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxRuntime;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.SandboxSessions;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionRefusal;
import dev.sealbox.domain.session.SessionView;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Sandboxes that are only remembered, for what is above the runtime. The real one has tests of its own. */
final class MemoryRuntime implements SandboxRuntime, SandboxSessions, SandboxPorts {
    final Map<SandboxId, SandboxAddress> running = new ConcurrentHashMap<>();

    /** Whose disks are here and who do not run. */
    final Set<SandboxId> asleep = ConcurrentHashMap.newKeySet();

    /** Whose processes are kept. */
    final Set<SandboxId> kept = ConcurrentHashMap.newKeySet();

    volatile long memoryInUse;
    final AtomicInteger connections = new AtomicInteger();
    final Map<String, byte[]> files = new ConcurrentHashMap<>();
    final Map<SessionId, EchoSession> sessions = new ConcurrentHashMap<>();
    private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();

    private <T> CompletionStage<T> later(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, threads);
    }

    @Override
    public CompletionStage<Started> start(Launch launch) {
        return later(() -> {
            var address = running.computeIfAbsent(launch.sandbox(), id -> new SandboxAddress(id, "100.96.0.2"));
            return new Started(address, kept.remove(launch.sandbox()) && launch.resume());
        });
    }

    @Override
    public CompletionStage<Taken> park(SandboxId sandbox, boolean memory) {
        return later(() -> {
            if (running.remove(sandbox) != null && memory) {
                kept.add(sandbox);
            }
            if (!memory) {
                kept.remove(sandbox);
            }
            return new Taken(4096, kept.contains(sandbox));
        });
    }

    @Override
    public CompletionStage<Boolean> image(SandboxId sandbox, CheckpointId image) {
        return later(() -> true);
    }

    @Override
    public CompletionStage<List<SandboxId>> disks() {
        return later(() -> Stream.concat(running.keySet().stream(), asleep.stream())
                .distinct()
                .toList());
    }

    @Override
    public CompletionStage<Void> limit(SandboxId sandbox, Limits limits) {
        return later(() -> {
                    if (!running.containsKey(sandbox)) {
                        throw new SandboxMissing(sandbox);
                    }
                    return limits;
                })
                .thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Long> memoryInUse(SandboxId sandbox) {
        return later(() -> {
            if (!running.containsKey(sandbox)) {
                throw new SandboxMissing(sandbox);
            }
            return memoryInUse;
        });
    }

    @Override
    public CompletionStage<Void> stop(SandboxId sandbox) {
        return later(() -> {
                    asleep.remove(sandbox);
                    return Optional.ofNullable(running.remove(sandbox));
                })
                .thenAccept(gone -> {});
    }

    @Override
    public CompletionStage<CommandResult> run(SandboxId sandbox, Command command) {
        return later(() -> {
            if (!running.containsKey(sandbox)) {
                throw new SandboxMissing(sandbox);
            }
            if (command.argv().contains("fail")) {
                throw new RuntimeFailure("exec", "no such thing in /var/lib/secret-folder");
            }
            return new CommandResult(0, String.join(" ", command.argv()), "");
        });
    }

    @Override
    public CompletionStage<Taken> checkpoint(SandboxId sandbox, CheckpointId checkpoint, boolean memory) {
        return later(() -> new Taken(42, memory));
    }

    @Override
    public CompletionStage<Void> discard(CheckpointId checkpoint) {
        return later(() -> "").thenAccept(done -> {});
    }

    @Override
    public CompletionStage<List<SandboxAddress>> running() {
        return later(() -> List.copyOf(running.values()));
    }

    @Override
    public CompletionStage<Outcome<InputStream>> read(SandboxId sandbox, String path) {
        return later(() -> {
            var content = files.get(path);
            return content == null
                    ? Outcome.refused(new FileRefusal.NoSuchFile("no such file"))
                    : Outcome.done(new ByteArrayInputStream(content));
        });
    }

    @Override
    public CompletionStage<Outcome<Unit>> write(SandboxId sandbox, String path, InputStream content) {
        return later(() -> {
            try (content) {
                files.put(path, content.readAllBytes());
                return Outcome.done(Unit.DONE);
            } catch (IOException e) {
                throw new RuntimeFailure("write", e);
            }
        });
    }

    @Override
    public CompletionStage<Outcome<List<FileEntry>>> list(SandboxId sandbox, String path) {
        return later(() -> Outcome.done(files.keySet().stream()
                .sorted()
                .map(name -> new FileEntry(name, false, name, 1))
                .toList()));
    }

    @Override
    public CompletionStage<Outcome<Unit>> makeDirectory(SandboxId sandbox, String path) {
        return later(() -> Outcome.refused(new FileRefusal.NotPossible("a file is there")));
    }

    @Override
    public CompletionStage<Outcome<Unit>> remove(SandboxId sandbox, String path) {
        return later(() -> {
            files.remove(path);
            return Outcome.done(Unit.DONE);
        });
    }

    EchoSession session(SessionId id) {
        return Optional.ofNullable(sessions.get(id)).orElseThrow();
    }

    /** Says what it is sent, and how it was ended. */
    @Override
    public CompletionStage<Outcome<SessionView>> act(SandboxId sandbox, SessionAction action) {
        return later(() -> {
            if (!running.containsKey(sandbox)) {
                throw new SandboxMissing(sandbox);
            }
            if (action instanceof SessionAction.Open open) {
                sessions.put(open.id(), new EchoSession(sandbox, open.wanted()));
            }
            var session = sessions.get(action.id());
            if (session == null) {
                return Outcome.refused(new SessionRefusal.NoSuchSession());
            }
            if (action instanceof SessionAction.Signal signal) {
                session.end(signal.number());
            }
            return Outcome.done(session.view(action.id()));
        });
    }

    @Override
    public CompletionStage<List<SessionView>> sessions(SandboxId sandbox) {
        return later(() -> sessions.entrySet().stream()
                .map(entry -> entry.getValue().view(entry.getKey()))
                .filter(view -> view.sandbox().equals(sandbox))
                .toList());
    }

    /** Nothing listens on port 1; other ports are echoes that end after nothing, and break after -1. */
    @Override
    public CompletionStage<Outcome<PortConnection>> connect(SandboxId sandbox, PreviewPort port) {
        return later(() -> {
            if (!running.containsKey(sandbox)) {
                throw new SandboxMissing(sandbox);
            }
            return port.number() == 1
                    ? Outcome.refused(new PreviewRefusal.NothingListens(1))
                    : Outcome.done(new EchoConnection(connections));
        });
    }

    @Override
    public CompletionStage<Outcome<Attachment>> attach(SandboxId sandbox, SessionId session, boolean terminal) {
        return later(() -> {
            var found = sessions.get(session);
            return found == null ? Outcome.refused(new SessionRefusal.NoSuchSession()) : Outcome.done(found.attach());
        });
    }
}
