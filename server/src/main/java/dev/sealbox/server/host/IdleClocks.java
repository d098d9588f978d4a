package dev.sealbox.server.host;

import dev.sealbox.domain.identity.SandboxId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * When each sandbox of this host was last used, and whether it is in use. What is about to be put to sleep rests: nothing
 * begins on it any more, so that no use is lost between the decision and the end of its processes. Thread-safe.
 */
final class IdleClocks {
    private final LongSupplier millis;
    private final Map<SandboxId, Clock> clocks = new HashMap<>();

    private static final class Clock {
        private int timeoutSeconds;
        private long lastUse;
        private long notBefore;
        private int inUse;
        private boolean resting;
    }

    /** A sandbox that was not used for its timeout. */
    record Idle(SandboxId sandbox, int timeoutSeconds) {}

    /** {@code millis} is the time since the epoch, in milliseconds. */
    IdleClocks(LongSupplier millis) {
        this.millis = millis;
    }

    /**
     * A sandbox has been started, or was found running and last used at {@code lastUse}: not in the future, whatever clock
     * said that.
     */
    synchronized void began(SandboxId sandbox, int timeoutSeconds, long lastUse) {
        var used = clocks.containsKey(sandbox);
        var clock = clock(sandbox);
        clock.timeoutSeconds = timeoutSeconds;
        var past = Math.min(lastUse, millis.getAsLong());
        clock.lastUse = used ? Math.max(clock.lastUse, past) : past;
        clock.resting = false;
    }

    synchronized void change(SandboxId sandbox, int timeoutSeconds, boolean restart) {
        var clock = clock(sandbox);
        clock.timeoutSeconds = timeoutSeconds;
        if (restart) {
            clock.lastUse = millis.getAsLong();
        }
    }

    /** A use begins, unless the sandbox rests; each that began is to {@link #leave}. */
    synchronized boolean enter(SandboxId sandbox) {
        var clock = clock(sandbox);
        if (clock.resting) {
            return false;
        }
        clock.inUse++;
        clock.lastUse = millis.getAsLong();
        return true;
    }

    synchronized void leave(SandboxId sandbox) {
        var clock = clocks.get(sandbox);
        if (clock != null && clock.inUse > 0) {
            clock.inUse--;
            clock.lastUse = millis.getAsLong();
        }
    }

    /** Something went to or came from what runs in it. One that this host does not know, or no longer, has no clock. */
    synchronized void touch(SandboxId sandbox) {
        var clock = clocks.get(sandbox);
        if (clock != null) {
            clock.lastUse = millis.getAsLong();
        }
    }

    /** From now on nothing begins on it. */
    synchronized void rest(SandboxId sandbox) {
        clock(sandbox).resting = true;
    }

    /** It is not put to sleep after all, and is not asked about again for a while. */
    synchronized void goOn(SandboxId sandbox, long pauseMillis) {
        var clock = clock(sandbox);
        clock.resting = false;
        clock.notBefore = millis.getAsLong() + pauseMillis;
    }

    synchronized void forget(SandboxId sandbox) {
        clocks.remove(sandbox);
    }

    /** Those that were not used for their timeout; they rest from now on. */
    synchronized List<Idle> due() {
        var now = millis.getAsLong();
        var due = new ArrayList<Idle>();
        clocks.forEach((sandbox, clock) -> {
            if (isDue(clock, now)) {
                clock.resting = true;
                due.add(new Idle(sandbox, clock.timeoutSeconds));
            }
        });
        return due;
    }

    private static boolean isDue(Clock clock, long now) {
        return clock.timeoutSeconds > 0
                && clock.inUse == 0
                && !clock.resting
                && now >= clock.notBefore
                && now - clock.lastUse >= 1000L * clock.timeoutSeconds;
    }

    /** The last use of each, for {@link LastUses}. */
    synchronized Map<SandboxId, Long> lastUses() {
        var uses = new HashMap<SandboxId, Long>();
        clocks.forEach((sandbox, clock) -> uses.put(sandbox, clock.inUse > 0 ? millis.getAsLong() : clock.lastUse));
        return uses;
    }

    private Clock clock(SandboxId sandbox) {
        return clocks.computeIfAbsent(sandbox, fresh -> {
            var clock = new Clock();
            clock.lastUse = millis.getAsLong();
            return clock;
        });
    }
}
