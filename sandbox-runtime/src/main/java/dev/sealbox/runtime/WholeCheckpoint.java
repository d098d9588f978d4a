package dev.sealbox.runtime;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.runtime.container.ContainerSpec;
import dev.sealbox.runtime.container.Containers;
import dev.sealbox.runtime.exec.Agent;
import dev.sealbox.runtime.exec.AgentSockets;
import dev.sealbox.runtime.exec.Silence;
import dev.sealbox.runtime.limits.Cgroups;
import dev.sealbox.runtime.network.Router;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.Disk;
import dev.sealbox.runtime.storage.LaunchRecord;
import dev.sealbox.runtime.storage.MemoryImage;
import dev.sealbox.runtime.storage.SandboxRecord;
import dev.sealbox.runtime.storage.StorageDriver;
import dev.sealbox.runtime.storage.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints with the memory of processes. The runtime ends a sandbox when it saves it. So its files are copied while
 * nothing of it runs, and then it goes on from what was saved, under its own name and address. Blocking; for one thread
 * per sandbox at a time.
 */
final class WholeCheckpoint {
    private static final Logger LOG = LoggerFactory.getLogger(WholeCheckpoint.class);
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /**
     * What of a host it needs.
     *
     * @param agent the agent of a sandbox, for who need not wait while it is silent
     */
    record Parts(
            Store store,
            StorageDriver driver,
            Router router,
            Cgroups cgroups,
            Silence silence,
            Duration patience,
            Duration freezeTimeout,
            Function<SandboxId, Agent> agent,
            Function<SandboxId, Path> socket,
            Function<SandboxRecord, Function<LaunchRecord, ContainerSpec>> spec) {}

    private final Parts parts;

    WholeCheckpoint(Parts parts) {
        this.parts = parts;
    }

    /** One sandbox, and what has made its container. */
    private record Subject(
            SandboxRecord record, LaunchRecord launched, Disk disk, Containers containers, String version) {
        private SandboxId id() {
            return record.id();
        }
    }

    /** Empty when its memory cannot be kept now, without harm to what runs; then nothing has happened. */
    Optional<Taken> take(SandboxRecord record, Disk disk, CheckpointId checkpoint, Containers containers) {
        var launched = parts.store().folder(record.id()).launched();
        if (launched.isEmpty() || !(containers.memory() instanceof Containers.Memory.Kept(var version))) {
            return Optional.empty();
        }
        var subject = new Subject(record, launched.get(), disk, containers, version);
        var socket = parts.socket().apply(record.id());
        var done = parts.silence()
                .during(
                        record.id(),
                        parts.patience(),
                        () -> !AgentSockets.areOpen(socket),
                        () -> unlessHindered(subject, checkpoint, socket));
        if (done.isEmpty()) {
            LOG.info("checkpoint {} of {} is without memory: somebody is connected to it", checkpoint, record.id());
        }
        return done.flatMap(taken -> taken);
    }

    private Optional<Taken> unlessHindered(Subject subject, CheckpointId checkpoint, Path socket) {
        var obstacle = parts.router().hasClosedLately(subject.record().whereabouts())
                ? Optional.of("it has closed a connection in the last minute")
                : obstacle(subject.id());
        if (obstacle.isEmpty() && !holdsWithin(FAREWELL, () -> !AgentSockets.areOpen(socket))) {
            obstacle = Optional.of("its agent does not hang up");
        }
        if (obstacle.isPresent()) {
            LOG.info("checkpoint {} of {} is without memory: {}", checkpoint, subject.id(), obstacle.get());
            return Optional.empty();
        }
        return Optional.of(taken(subject, checkpoint));
    }

    private Optional<String> obstacle(SandboxId sandbox) {
        try {
            return parts.agent().apply(sandbox).obstacle();
        } catch (IOException | RuntimeFailure e) {
            return Optional.of("its agent does not say whether it can be saved");
        }
    }

    private static boolean holdsWithin(Duration time, BooleanSupplier condition) {
        var deadline = System.nanoTime() + time.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    private Taken taken(Subject subject, CheckpointId checkpoint) {
        var kept = new AtomicBoolean();
        var began = new AtomicLong();
        var size = parts.store().add(checkpoint, subject.record(), layer -> {
            parts.driver().flush(subject.disk());
            began.set(System.nanoTime());
            var image = MemoryImage.draftFor(layer);
            kept.set(interrupted(subject, image, () -> parts.driver().capture(subject.disk(), layer)));
            if (kept.get()) {
                LOG.info(
                        "{} stood still for {} ms, for a checkpoint with memory",
                        subject.id(),
                        Duration.ofNanos(System.nanoTime() - began.get()).toMillis());
                image.settleIn(layer, subject.version(), subject.launched().authority());
            }
            return parts.driver().settle(layer);
        });
        return new Taken(size, kept.get());
    }

    /** Copies while nothing runs, and says whether the image is of use. The sandbox goes on in any case. */
    private boolean interrupted(Subject subject, MemoryImage image, Runnable copy) {
        if (!pauses(subject)) {
            parts.cgroups().whileFrozen(subject.id(), parts.freezeTimeout(), copy);
            return false;
        }
        if (!isAlone(subject)) {
            LOG.info("a checkpoint of {} is without memory: its kernel may still know a connection", subject.id());
            return stayed(subject, copy);
        }
        parts.store().folder(subject.id()).markComplete(false);
        var saved = save(subject, image);
        // Where that fails, it ends as well.
        subject.containers().delete(subject.id());
        try {
            copy.run();
        } finally {
            saved = goesOn(subject, saved ? Optional.of(image.folder()) : Optional.empty());
        }
        return saved;
    }

    private static boolean pauses(Subject subject) {
        try {
            subject.containers().pause(subject.id());
            return true;
        } catch (RuntimeFailure e) {
            LOG.warn("{} does not stand still for a checkpoint with memory", subject.id(), e);
            return false;
        }
    }

    private boolean isAlone(Subject subject) {
        try {
            var where = subject.record().whereabouts();
            return parts.router().reset(where) && !parts.router().hasClosedLately(where);
        } catch (RuntimeFailure e) {
            LOG.warn("connections of {} cannot be reset", subject.id(), e);
            return false;
        }
    }

    private boolean stayed(Subject subject, Runnable copy) {
        try {
            copy.run();
        } finally {
            subject.containers().resume(subject.id());
        }
        return false;
    }

    private static boolean save(Subject subject, MemoryImage image) {
        try {
            subject.containers().save(subject.id(), image.folder());
            return true;
        } catch (RuntimeFailure e) {
            LOG.warn("the memory of {} could not be saved", subject.id(), e);
            return false;
        }
    }

    /** From the image if there is one that can be read, or else from its disk, as after a reboot. */
    private boolean goesOn(Subject subject, Optional<Path> image) {
        if (image.isPresent()) {
            try {
                launch(subject, image);
                return true;
            } catch (RuntimeFailure e) {
                LOG.warn("{} does not go on from its memory", subject.id(), e);
                subject.containers().delete(subject.id());
            }
        }
        LOG.warn("{} has lost its processes to a checkpoint and begins again with its disk", subject.id());
        launch(subject, Optional.empty());
        return false;
    }

    private void launch(Subject subject, Optional<Path> image) {
        parts.router().address(subject.record().whereabouts());
        var folder = parts.store().folder(subject.id());
        var launched = subject.launched();
        subject.containers()
                .run(new Containers.Launching(
                        parts.spec().apply(subject.record()).apply(launched),
                        Path.of(launched.mountFolder()),
                        launched.mountOptions(),
                        folder.path(),
                        parts.cgroups().foldersOf(subject.id()),
                        parts.socket().apply(subject.id()),
                        folder.log(),
                        image));
        if (!parts.agent().apply(subject.id()).answers()) {
            throw new RuntimeFailure("agent", "the agent of " + subject.id() + " does not answer");
        }
        folder.markComplete(true);
    }
}
