package dev.sealbox.server.host;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Autoscale;
import dev.sealbox.domain.sandbox.Terms;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Which sandboxes of this host are scaled by what they use. One that is crowded gets more at once, before its processes
 * are ended for want of memory; one that is roomy is made smaller only when it has been so for a while, since a build
 * that ended may be followed by another. Thread-safe.
 */
final class Sizes {
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private final LongSupplier millis;
    private final Map<SandboxId, Scaled> scaled = new HashMap<>();

    private record Scaled(Autoscale autoscale, int memoryMB, Optional<Long> roomySince) {}

    /** {@code millis} is the time since the epoch, in milliseconds. */
    Sizes(LongSupplier millis) {
        this.millis = millis;
    }

    synchronized void set(SandboxId sandbox, Terms terms) {
        terms.autoscale()
                .ifPresentOrElse(
                        bounds -> scaled.put(
                                sandbox, new Scaled(bounds, terms.limits().memoryMB(), Optional.empty())),
                        () -> scaled.remove(sandbox));
    }

    synchronized void forget(SandboxId sandbox) {
        scaled.remove(sandbox);
    }

    synchronized List<SandboxId> watched() {
        return List.copyOf(scaled.keySet());
    }

    /** The memory that it should have instead, in MiB; empty when it is well as it is. */
    synchronized Optional<Integer> wanted(SandboxId sandbox, long usedBytes) {
        var known = scaled.get(sandbox);
        if (known == null) {
            return Optional.empty();
        }
        var fitting = known.autoscale().fitting(known.memoryMB(), usedBytes);
        if (fitting > known.memoryMB()) {
            return Optional.of(fitting);
        }
        var now = millis.getAsLong();
        var roomySince =
                fitting < known.memoryMB() ? known.roomySince().or(() -> Optional.of(now)) : Optional.<Long>empty();
        scaled.put(sandbox, new Scaled(known.autoscale(), known.memoryMB(), roomySince));
        return roomySince.filter(since -> now - since >= PATIENCE.toMillis()).map(since -> fitting);
    }
}
