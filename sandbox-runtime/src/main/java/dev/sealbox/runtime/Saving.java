package dev.sealbox.runtime;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.runtime.container.Containers;
import dev.sealbox.runtime.exec.Agent;
import dev.sealbox.runtime.exec.AgentSockets;
import dev.sealbox.runtime.exec.Silence;
import dev.sealbox.runtime.network.Router;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.LaunchRecord;
import dev.sealbox.runtime.storage.MemoryImage;
import dev.sealbox.runtime.storage.SandboxRecord;
import dev.sealbox.runtime.storage.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When what the processes of a sandbox have in memory can be saved without harm, and how. What cannot be saved is found
 * before, since the attempt ends it. Blocking; for one thread per sandbox at a time.
 */
final class Saving {
    private static final Logger LOG = LoggerFactory.getLogger(Saving.class);
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /**
     * What of a host it needs.
     *
     * @param patience for calls to come to their end
     * @param agent the agent of a sandbox, for who need not wait while it is silent
     */
    record Parts(
            Store store,
            Router router,
            Silence silence,
            Duration patience,
            Function<SandboxId, Agent> agent,
            Function<SandboxId, Path> socket) {}

    /** One sandbox, and what has made its container. */
    record Subject(SandboxRecord record, LaunchRecord launched, Containers containers, String version) {
        SandboxId id() {
            return record.id();
        }
    }

    private final Parts parts;

    Saving(Parts parts) {
        this.parts = parts;
    }

    /** Empty when what runs it saves nothing. */
    Optional<Subject> subject(SandboxRecord record, Containers containers) {
        return containers.memory() instanceof Containers.Memory.Kept(var version)
                ? parts.store()
                        .folder(record.id())
                        .launched()
                        .map(launched -> new Subject(record, launched, containers, version))
                : Optional.empty();
    }

    /**
     * Does {@code work} while nobody talks with the sandbox and nothing is known that stands against saving it.
     *
     * @param what is to have its memory, for the log
     * @return empty when something does; then nothing has happened
     */
    <T> Optional<T> unhindered(Subject subject, String what, Supplier<T> work) {
        var socket = parts.socket().apply(subject.id());
        var done = parts.silence()
                .during(
                        subject.id(),
                        parts.patience(),
                        () -> !AgentSockets.areOpen(socket),
                        () -> unlessHindered(subject, what, socket, work));
        if (done.isEmpty()) {
            LOG.info("{} of {} is without memory: somebody is connected to it", what, subject.id());
        }
        return done.flatMap(result -> result);
    }

    private <T> Optional<T> unlessHindered(Subject subject, String what, Path socket, Supplier<T> work) {
        var obstacle = parts.router().hasClosedLately(subject.record().whereabouts())
                ? Optional.of("it has closed a connection in the last minute")
                : obstacle(subject);
        if (obstacle.isEmpty() && !holdsWithin(FAREWELL, () -> !AgentSockets.areOpen(socket))) {
            obstacle = Optional.of("its agent does not hang up");
        }
        if (obstacle.isPresent()) {
            LOG.info("{} of {} is without memory: {}", what, subject.id(), obstacle.get());
            return Optional.empty();
        }
        return Optional.of(work.get());
    }

    private Optional<String> obstacle(Subject subject) {
        try {
            return parts.agent()
                    .apply(subject.id())
                    .obstacle()
                    .or(() -> subject.containers().isInGoneFolder(subject.id())
                            ? Optional.of("a process is in a folder that was removed")
                            : Optional.empty());
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

    /** Lets all stand still; false when it does not, and then it goes on. */
    static boolean pauses(Subject subject) {
        try {
            subject.containers().pause(subject.id());
            return true;
        } catch (RuntimeFailure e) {
            LOG.warn("{} does not stand still for its memory to be saved", subject.id(), e);
            return false;
        }
    }

    /** Resets the connections of one that stands still, and says whether its kernel then knows of none. */
    boolean isAlone(Subject subject) {
        try {
            var where = subject.record().whereabouts();
            return parts.router().reset(where) && !parts.router().hasClosedLately(where);
        } catch (RuntimeFailure e) {
            LOG.warn("connections of {} cannot be reset", subject.id(), e);
            return false;
        }
    }

    /** Saves one that stands still, which ends it, whether that succeeds or not. */
    static boolean save(Subject subject, MemoryImage image) {
        try {
            subject.containers().save(subject.id(), image.folder());
            return true;
        } catch (RuntimeFailure e) {
            LOG.warn("the memory of {} could not be saved", subject.id(), e);
            return false;
        }
    }
}
