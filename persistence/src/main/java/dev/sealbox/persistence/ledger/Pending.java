package dev.sealbox.persistence.ledger;

import dev.sealbox.domain.ledger.UseLedger.NoRoom;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A record in memory.
 *
 * @param since when it was taken, in {@link System#nanoTime}'s scale
 * @param waiter whoever must not go on before it is in the database
 */
record Pending(Numbered record, long since, @Nullable CompletableFuture<Void> waiter) {

    static List<Numbered> records(Collection<Pending> entries) {
        return entries.stream().map(Pending::record).toList();
    }

    void kept() {
        if (waiter != null) {
            waiter.complete(null);
        }
    }

    /** It will be kept, but later than anybody wants to wait. */
    void delayed() {
        if (waiter != null) {
            waiter.completeExceptionally(new NoRoom("the database does not take records of use"));
        }
    }
}
