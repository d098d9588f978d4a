package dev.sealbox.runtime;

import dev.sealbox.runtime.Saving.Subject;
import dev.sealbox.runtime.container.Containers;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.KeptMemory;
import dev.sealbox.runtime.storage.MemoryImage;
import dev.sealbox.runtime.storage.SandboxRecord;
import dev.sealbox.runtime.storage.Store;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sleep that keeps what processes have in memory. Whatever goes wrong with it, the sandbox sleeps with its disk. Blocking;
 * for one thread per sandbox at a time.
 */
final class WholeSleep {
    private static final Logger LOG = LoggerFactory.getLogger(WholeSleep.class);
    private final Store store;
    private final KeptMemory kept;
    private final Saving saving;

    WholeSleep(Store store, Saving saving) {
        this.store = store;
        this.kept = new KeptMemory(store);
        this.saving = saving;
    }

    KeptMemory kept() {
        return kept;
    }

    /** Memory that was saved and is not kept yet. */
    record Saved(Subject subject, Path draft, MemoryImage image) {}

    /** Ends a sandbox by saving its memory; empty when that cannot be had, and it may still run. */
    Optional<Saved> save(SandboxRecord record, Containers containers) {
        try {
            return saving.subject(record, containers)
                    .flatMap(subject -> saving.unhindered(subject, "the sleep", () -> saved(subject)))
                    .flatMap(saved -> saved);
        } catch (RuntimeFailure e) {
            LOG.warn("{} sleeps without memory", record.id(), e);
            return Optional.empty();
        }
    }

    private Optional<Saved> saved(Subject subject) {
        if (!Saving.pauses(subject)) {
            return Optional.empty();
        }
        if (!saving.isAlone(subject)) {
            LOG.info("the sleep of {} is without memory: its kernel may still know a connection", subject.id());
            subject.containers().resume(subject.id());
            return Optional.empty();
        }
        store.folder(subject.id()).markComplete(false);
        var draft = store.draft();
        var saved = new Saved(subject, draft, MemoryImage.draftIn(draft));
        if (Saving.save(subject, saved.image())) {
            return Optional.of(saved);
        }
        store.discard(draft);
        return Optional.empty();
    }

    /** Keeps it with the disk, which is at rest by now. */
    void settle(Saved saved) {
        var sandbox = saved.subject().id();
        try {
            saved.image()
                    .finish(
                            saved.subject().version(),
                            saved.subject().launched().authority());
            kept.keep(sandbox, saved.image());
        } catch (RuntimeFailure e) {
            LOG.warn("{} sleeps without memory", sandbox, e);
        } finally {
            store.discard(saved.draft());
        }
    }
}
