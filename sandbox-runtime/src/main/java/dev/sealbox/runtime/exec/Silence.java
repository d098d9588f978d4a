package dev.sealbox.runtime.exec;

import dev.sealbox.domain.identity.SandboxId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Who talks with the agents of this host's sandboxes, and when nobody may: a sandbox whose memory is saved must have no
 * connection from outside. Whoever comes meanwhile waits, and finds the agent again afterwards. Thread-safe.
 */
public final class Silence {
    /** Between two looks at what nobody tells of. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final class Talk {
        private int open;
        private boolean held;
        private long silences;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<SandboxId, Talk> talks = new HashMap<>();

    /** One sandbox's conversations. */
    Agent.Door door(SandboxId sandbox) {
        return new Agent.Door() {
            @Override
            public boolean enter(boolean waiting) throws IOException {
                return Silence.this.enter(sandbox, waiting);
            }

            @Override
            public void leave() {
                Silence.this.leave(sandbox);
            }
        };
    }

    private boolean enter(SandboxId sandbox, boolean waiting) throws IOException {
        lock.lock();
        try {
            while (isHeld(sandbox)) {
                if (!waiting) {
                    return false;
                }
                changed.await();
            }
            talks.computeIfAbsent(sandbox, first -> new Talk()).open++;
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            lock.unlock();
        }
    }

    private void leave(SandboxId sandbox) {
        lock.lock();
        try {
            var talk = talks.get(sandbox);
            if (talk != null) {
                talk.open--;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isHeld(SandboxId sandbox) {
        var talk = talks.get(sandbox);
        return talk != null && talk.held;
    }

    /**
     * Does {@code work} while nobody talks with the sandbox's agent. For one thread per sandbox at a time.
     *
     * @param patience for what is being said to come to its end
     * @param isOver whether it has done so on the other side, too
     * @return empty when it has not, and nothing was done
     */
    public <T> Optional<T> during(SandboxId sandbox, Duration patience, BooleanSupplier isOver, Supplier<T> work) {
        if (!hold(sandbox, System.nanoTime() + patience.toNanos(), isOver)) {
            return Optional.empty();
        }
        try {
            return Optional.of(work.get());
        } finally {
            release(sandbox);
        }
    }

    private boolean hold(SandboxId sandbox, long deadline, BooleanSupplier isOver) {
        var silent = false;
        lock.lock();
        try {
            var talk = talks.computeIfAbsent(sandbox, first -> new Talk());
            talk.held = true;
            silent = talk.open == 0 && isOver.getAsBoolean();
            while (!silent && System.nanoTime() < deadline) {
                var unused = changed.awaitNanos(LOOK_NANOS);
                silent = talk.open == 0 && isOver.getAsBoolean();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!silent) {
                release(sandbox);
            }
            lock.unlock();
        }
        return silent;
    }

    private void release(SandboxId sandbox) {
        lock.lock();
        try {
            var talk = talks.get(sandbox);
            if (talk != null) {
                talk.held = false;
                talk.silences++;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Another number whenever it may have been silent since: then what was seen meanwhile says nothing. */
    public long silences(SandboxId sandbox) {
        lock.lock();
        try {
            var talk = talks.get(sandbox);
            return talk == null ? 0 : talk.silences * 2 + (talk.held ? 1 : 0);
        } finally {
            lock.unlock();
        }
    }

    /** A sandbox that is gone talks with nobody. */
    public void forget(SandboxId sandbox) {
        lock.lock();
        try {
            talks.remove(sandbox);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
