package dev.sealbox.persistence.entity;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.placement.Place;
import dev.sealbox.domain.placement.Wanted;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.domain.sandbox.Terms;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Hosts that do what they are asked when the test says so, and not before. */
final class HeldHosts implements SandboxHosts {
    static final HostId HERE = new HostId("host-1");

    private static final int TRIES = 300;

    final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    volatile Place free = new Place.On(HERE);

    /** How the host stands, by its name; one that is not here is here. */
    final Map<HostId, Standing> standing = new ConcurrentHashMap<>();

    /** Layers that any host could have. */
    final Set<CheckpointId> shared = ConcurrentHashMap.newKeySet();

    final BlockingQueue<Adjusted> adjusted = new LinkedBlockingQueue<>();

    /** Of the last hibernation that was asked for. */
    volatile boolean processesWanted;

    /** Whether the container is gone. */
    volatile boolean lost;

    /**
     * Returns when the entity is done with the message that it is at. An entity that has asked may not wait for the answer
     * yet, and what answers it may not have come to it: without this, the test's next message could be there first.
     */
    volatile Runnable settle = () -> {};

    record Adjusted(Terms terms, boolean restart) {}

    /** Something that was asked of a host. */
    record Task(String what, Object about, CompletableFuture<Object> outcome, Runnable settle) {
        void succeed(Object value) {
            outcome.complete(value);
            settle.run();
        }

        void fail(String why) {
            fail(new IllegalStateException(why));
        }

        void fail(RuntimeException why) {
            outcome.completeExceptionally(why);
            settle.run();
        }
    }

    Task next(String what) {
        return next(what, () -> {});
    }

    /** As {@link #next(String)}, with a nudge now and then: how an earlier task ended reaches the entity in a while. */
    Task next(String what, Runnable nudge) {
        try {
            Task task = null;
            for (int tries = 0; task == null && tries < TRIES; tries++) {
                nudge.run();
                task = tasks.poll(100, TimeUnit.MILLISECONDS);
            }
            if (task == null || !task.what().equals(what)) {
                throw new AssertionError("not asked to " + what + " but " + task);
            }
            settle.run();
            return task;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private <T> CompletionStage<T> asked(String what, Object about, Class<T> type) {
        var outcome = new CompletableFuture<Object>();
        tasks.add(new Task(what, about, outcome, () -> settle.run()));
        return outcome.thenApply(type::cast);
    }

    @Override
    public Place place(Wanted wanted) {
        return free;
    }

    @Override
    public Standing standing(HostId host) {
        return standing.getOrDefault(host, Standing.HERE);
    }

    @Override
    public CompletionStage<Boolean> image(HostId host, SandboxId sandbox, Image image) {
        return asked("image", image, Boolean.class);
    }

    @Override
    public CompletionStage<Boolean> isShared(CheckpointId layer) {
        return CompletableFuture.completedFuture(shared.contains(layer));
    }

    @Override
    public CompletionStage<Boolean> start(HostId host, StartSandbox start) {
        return asked("start", start, Object.class).thenApply(Boolean.TRUE::equals);
    }

    @Override
    public CompletionStage<Unit> enforce(HostId host, EgressPolicy policy) {
        return asked("enforce", policy, Unit.class);
    }

    @Override
    public CompletionStage<Kept> hibernate(HostId host, SandboxId sandbox, Optional<Image> image, boolean processes) {
        processesWanted = processes;
        return asked("hibernate", image, Kept.class);
    }

    /** Noted, and done at once. */
    @Override
    public CompletionStage<Unit> adjust(HostId host, SandboxId sandbox, Terms terms, boolean restart) {
        adjusted.add(new Adjusted(terms, restart));
        var failure = lost;
        return failure
                ? CompletableFuture.failedFuture(new SandboxMissing(sandbox))
                : CompletableFuture.completedFuture(Unit.DONE);
    }

    @Override
    public CompletionStage<Long> memoryInUse(HostId host, SandboxId sandbox) {
        return never();
    }

    @Override
    public CompletionStage<Unit> use(HostId host, SandboxId sandbox) {
        return never();
    }

    @Override
    public CompletionStage<Unit> stop(HostId host, SandboxId sandbox) {
        return asked("stop", sandbox, Unit.class);
    }

    @Override
    public CompletionStage<Taken> checkpoint(HostId host, SandboxId sandbox, CheckpointId checkpoint, boolean memory) {
        return asked("checkpoint", checkpoint, Taken.class);
    }

    @Override
    public CompletionStage<Unit> discard(HostId host, CheckpointId checkpoint) {
        return asked("discard", checkpoint, Unit.class);
    }

    private static <T> CompletionStage<T> never() {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("entities never ask for this"));
    }

    @Override
    public CompletionStage<CommandResult> run(HostId host, SandboxId sandbox, Command command) {
        return never();
    }

    @Override
    public CompletionStage<Outcome<InputStream>> readFile(HostId host, SandboxId sandbox, String path) {
        return never();
    }

    @Override
    public CompletionStage<Outcome<Unit>> writeFile(HostId host, SandboxId sandbox, String path, InputStream content) {
        return never();
    }

    @Override
    public CompletionStage<Outcome<List<FileEntry>>> listFiles(HostId host, SandboxId sandbox, String path) {
        return never();
    }

    @Override
    public CompletionStage<Outcome<Unit>> makeDirectory(HostId host, SandboxId sandbox, String path) {
        return never();
    }

    @Override
    public CompletionStage<Outcome<Unit>> removeFile(HostId host, SandboxId sandbox, String path) {
        return never();
    }
}
