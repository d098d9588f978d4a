package dev.sealbox.domain.ledger;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Port: where the egress proxy of this node notes uses and refusals. Nothing here blocks or waits for a disk, so it may
 * be called from an event loop. Thread-safe.
 */
public interface UseLedger {

    /**
     * A request that may use secrets is about to go out.
     *
     * @param request its records so far; asked for only where requests wait for their records
     * @return complete when the request may go: at once, or when its records are durable; fails with {@link NoRoom}
     */
    CompletionStage<Void> begins(Supplier<? extends Iterable<UseRecord>> request);

    /**
     * Keeps a record. A use is kept as it is, always; equal refusals in a short time may be counted together.
     */
    void note(UseRecord record);

    /** Keeps nothing: for a proxy that runs without a control plane. */
    static UseLedger none() {
        return new UseLedger() {
            @Override
            public CompletionStage<Void> begins(Supplier<? extends Iterable<UseRecord>> request) {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void note(UseRecord record) {
                // Nobody would read it.
            }
        };
    }

    /** The ledger cannot take a record now: the request must not be made. */
    final class NoRoom extends RuntimeException {
        private static final long serialVersionUID = 1;

        public NoRoom(String why) {
            super(why, null, false, false);
        }
    }
}
