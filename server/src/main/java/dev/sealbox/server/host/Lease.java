package dev.sealbox.server.host;

import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.ledger.UseRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Until when this host may use secrets: so long after most of the control nodes have last heard and answered it. It is
 * looked at by each use, so a process that was frozen for longer uses none when it goes on. Thread-safe.
 */
public final class Lease {
    private final long nanos;
    private final LongSupplier clock;
    private final AtomicLong until;

    /**
     * One that has not been granted yet.
     *
     * @param clock nanoseconds that never go back, such as {@link System#nanoTime}
     */
    public Lease(Duration length, LongSupplier clock) {
        this.nanos = length.toNanos();
        this.clock = clock;
        this.until = new AtomicLong(clock.getAsLong());
    }

    long now() {
        return clock.getAsLong();
    }

    Duration length() {
        return Duration.ofNanos(nanos);
    }

    /** Most control nodes have answered what was asked at {@code asked}; it counts from then, not from the answer. */
    void granted(long asked) {
        until.accumulateAndGet(asked + nanos, (one, other) -> one - other > 0 ? one : other);
    }

    public boolean holds() {
        return until.get() - clock.getAsLong() > 0;
    }

    /** {@code ledger} for as long as the lease holds; without it no request that may use a secret begins. */
    public UseLedger over(UseLedger ledger) {
        return new UseLedger() {
            @Override
            public CompletionStage<Void> begins(Supplier<? extends Iterable<UseRecord>> request) {
                return holds()
                        ? ledger.begins(request)
                        : CompletableFuture.failedFuture(new NoRoom(
                                "this host is cut off from the cluster and may not use secrets until it is back"));
            }

            @Override
            public void note(UseRecord record) {
                ledger.note(record);
            }
        };
    }
}
