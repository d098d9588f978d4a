package dev.sealbox.server.host;

import dev.sealbox.domain.identity.SandboxId;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Keeps removals of disks and starts apart: whoever has heard that a sandbox is elsewhere may have been stopped for a while
 * before it acts on that, and the sandbox have come back. Thread-safe.
 */
final class Removals {
    private final AtomicLong starts = new AtomicLong();
    private final Map<SandboxId, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

    /** How many starts have begun, of whatever sandbox; to be looked at before a sandbox is asked where it is. */
    long starts() {
        return starts.get();
    }

    /** A start begins; complete when nothing of the sandbox is being removed. */
    CompletionStage<Void> beforeStart(SandboxId sandbox) {
        // Counted before it is looked for a removal, which looks at the count when it can be found: one sees the other.
        starts.incrementAndGet();
        return underWay.getOrDefault(sandbox, CompletableFuture.completedFuture(null));
    }

    /** Removes, unless a start has begun after {@code since} or the sandbox runs; whether it did. */
    CompletionStage<Boolean> remove(
            SandboxId sandbox, long since, BooleanSupplier runs, Supplier<? extends CompletionStage<?>> removal) {
        var over = new CompletableFuture<Void>();
        if (underWay.putIfAbsent(sandbox, over) != null) {
            return CompletableFuture.completedFuture(false);
        }
        var removed = starts.get() == since && !runs.getAsBoolean()
                ? Host.begun(() -> removal.get().thenApply(done -> true))
                : CompletableFuture.completedFuture(false);
        return removed.whenComplete((done, failure) -> {
            underWay.remove(sandbox);
            over.complete(null);
        });
    }
}
