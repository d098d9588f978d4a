package dev.sealbox.proxy;

import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.ledger.UseRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A ledger in memory that lets requests go, or makes them wait, as a test wants. */
final class TestLedger implements UseLedger {
    final List<UseRecord> records = new CopyOnWriteArrayList<>();
    volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
    volatile boolean strict;
    private volatile boolean asked;

    @Override
    public CompletionStage<Void> begins(Supplier<? extends Iterable<UseRecord>> request) {
        asked = true;
        if (strict) {
            request.get().forEach(records::add);
        }
        return gate;
    }

    @Override
    public void note(UseRecord record) {
        records.add(record);
    }

    /** The one record that there is, once it is there. */
    UseRecord only() {
        Eventually.holds(() -> !records.isEmpty());
        if (records.size() > 1) {
            throw new AssertionError("several: " + records);
        }
        return records.getFirst();
    }

    /** Whether any request that may use secrets has begun. */
    boolean asked() {
        return asked;
    }

    void full() {
        gate = CompletableFuture.failedFuture(new NoRoom("full"));
    }
}
