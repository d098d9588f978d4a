package dev.sealbox.server.host;

import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.ledger.UseRecord;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Until when this host may use secrets: so long after most of the control nodes have last heard and answered it. It is
 * looked at by each use, so a process that was frozen for longer uses none when it goes on. One that was over holds again
 * when what this host knows of its sandboxes has been asked for anew: it may have missed changes. Thread-safe.
 */
public final class Lease {
    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    private final long nanos;
    private final LongSupplier clock;
    private Supplier<? extends CompletionStage<?>> catchUp = () -> CompletableFuture.completedFuture(null);

    /** Changed under this object's lock, and read without it. */
    private volatile Term term;

    /**
     * A time without a gap.
     *
     * @param until when it is over if nothing more is heard
     * @param number of those that there were
     * @param current whether this host knows what happened before it
     * @param asking whether it is finding that out
     */
    private record Term(long until, long number, boolean current, boolean asking) {
        Term until(long later) {
            return new Term(later - until > 0 ? later : until, number, current, asking);
        }

        Term asking(boolean begun) {
            return new Term(until, number, current, begun);
        }
    }

    /**
     * One that has not been granted yet.
     *
     * @param clock nanoseconds that never go back, such as {@link System#nanoTime}
     */
    public Lease(Duration length, LongSupplier clock) {
        this.nanos = length.toNanos();
        this.clock = clock;
        this.term = new Term(clock.getAsLong(), 0, true, false);
    }

    /** {@code catchUp} asks for what may have been missed; the lease holds again when it is complete. */
    public synchronized void afterGaps(Supplier<? extends CompletionStage<?>> ask) {
        catchUp = ask;
    }

    long now() {
        return clock.getAsLong();
    }

    Duration length() {
        return Duration.ofNanos(nanos);
    }

    /** Most control nodes have answered what was asked at {@code asked}; it counts from then, not from the answer. */
    synchronized void granted(long asked) {
        var now = clock.getAsLong();
        var until = asked + nanos;
        if (until - now <= 0) {
            return;
        }
        // Nothing runs before the first term, so nothing was missed.
        term = term.until() - now > 0
                ? term.until(until)
                : new Term(until, term.number() + 1, term.number() == 0, false);
        if (!term.current() && !term.asking()) {
            term = term.asking(true);
            ask(term.number());
        }
    }

    private void ask(long number) {
        log.info("the lease was over; asking for what was missed");
        begun(catchUp).whenComplete((done, failure) -> caughtUp(number, Optional.ofNullable(failure)));
    }

    /** Of an earlier term it says nothing about the gap after that. */
    private synchronized void caughtUp(long number, Optional<Throwable> failure) {
        if (term.number() != number) {
            return;
        }
        failure.ifPresentOrElse(
                why -> {
                    log.warn("what was missed is not known yet: {}", why.toString());
                    term = term.asking(false);
                },
                () -> term = new Term(term.until(), number, true, false));
    }

    private static CompletionStage<?> begun(Supplier<? extends CompletionStage<?>> act) {
        try {
            return act.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    public boolean holds() {
        var present = term;
        return present.current() && present.until() - clock.getAsLong() > 0;
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
