package dev.sealbox.runtime;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.runtime.Saving.Subject;
import dev.sealbox.runtime.container.ContainerSpec;
import dev.sealbox.runtime.container.Containers;
import dev.sealbox.runtime.exec.Agent;
import dev.sealbox.runtime.limits.Cgroups;
import dev.sealbox.runtime.network.Router;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.Disk;
import dev.sealbox.runtime.storage.LaunchRecord;
import dev.sealbox.runtime.storage.MemoryImage;
import dev.sealbox.runtime.storage.SandboxRecord;
import dev.sealbox.runtime.storage.StorageDriver;
import dev.sealbox.runtime.storage.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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
            Duration freezeTimeout,
            Function<SandboxId, Agent> agent,
            Function<SandboxId, Path> socket,
            Function<SandboxRecord, Function<LaunchRecord, ContainerSpec>> spec) {}

    private final Parts parts;
    private final Saving saving;

    WholeCheckpoint(Parts parts, Saving saving) {
        this.parts = parts;
        this.saving = saving;
    }

    /** Empty when its memory cannot be kept now, without harm to what runs; then nothing has happened. */
    Optional<Taken> take(SandboxRecord record, Disk disk, CheckpointId checkpoint, Containers containers) {
        return saving.subject(record, containers)
                .flatMap(subject ->
                        saving.unhindered(subject, "checkpoint " + checkpoint, () -> taken(subject, disk, checkpoint)));
    }

    private Taken taken(Subject subject, Disk disk, CheckpointId checkpoint) {
        var kept = new AtomicBoolean();
        var began = new AtomicLong();
        var size = parts.store().add(checkpoint, subject.record(), layer -> {
            parts.driver().flush(disk);
            began.set(System.nanoTime());
            var image = MemoryImage.draftFor(layer);
            kept.set(interrupted(subject, image, () -> parts.driver().capture(disk, layer)));
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
        if (!Saving.pauses(subject)) {
            parts.cgroups().whileFrozen(subject.id(), parts.freezeTimeout(), copy);
            return false;
        }
        if (!saving.isAlone(subject)) {
            LOG.info("a checkpoint of {} is without memory: its kernel may still know a connection", subject.id());
            return stayed(subject, copy);
        }
        parts.store().folder(subject.id()).markComplete(false);
        var saved = Saving.save(subject, image);
        // Where that fails, it ends as well.
        subject.containers().delete(subject.id());
        try {
            copy.run();
        } finally {
            saved = goesOn(subject, saved ? Optional.of(image.folder()) : Optional.empty());
        }
        return saved;
    }

    private boolean stayed(Subject subject, Runnable copy) {
        try {
            copy.run();
        } finally {
            subject.containers().resume(subject.id());
        }
        return false;
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
