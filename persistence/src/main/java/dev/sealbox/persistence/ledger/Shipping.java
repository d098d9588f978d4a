package dev.sealbox.persistence.ledger;

import dev.sealbox.persistence.database.Database;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What goes into the database in one transaction: records that wait in memory, or some of the spool. */
sealed interface Shipping {

    /** The largest number of records in a transaction. */
    int MOST = 500;

    CompletionStage<Boolean> written();

    /** Straight from memory. */
    record Direct(List<Pending> entries, CompletionStage<Boolean> written) implements Shipping {}

    /** From the spool, where they stay until they are in the database. */
    record Spooled(SpoolFile.Batch batch, CompletionStage<Boolean> written) implements Shipping {}

    /** Takes the first of {@code waiting} out of it. */
    static Direct direct(Database database, Collection<Pending> waiting) {
        var entries = new ArrayList<Pending>();
        var each = waiting.iterator();
        while (each.hasNext() && entries.size() < MOST) {
            entries.add(each.next());
            each.remove();
        }
        return new Direct(List.copyOf(entries), write(database, Pending.records(entries)));
    }

    static Spooled spooled(Database database, SpoolFile.Batch batch) {
        return new Spooled(batch, write(database, batch.records()));
    }

    static CompletionStage<Boolean> write(Database database, List<Numbered> records) {
        return records.isEmpty()
                ? CompletableFuture.completedStage(true)
                : database.ask("write the ledger of use", connection -> {
                    UseRows.insert(connection, records);
                    return true;
                });
    }

    default boolean isDone() {
        return written().toCompletableFuture().isDone();
    }
}
