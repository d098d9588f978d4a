package dev.sealbox.domain.ledger;

import dev.sealbox.domain.identity.OrganizationId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: what the ledger says. Thread-safe. */
public interface UseLog {

    /** The largest number of records in a page. */
    int MAX_PAGE = 1_000;

    /**
     * The next records of an organisation that meet {@code filter}, in the order in which they became durable.
     *
     * @param after only records with a higher offset; 0 begins at the beginning
     * @param limit at the most {@link #MAX_PAGE}
     */
    CompletionStage<Page> uses(OrganizationId organization, UseFilter filter, long after, int limit);

    /**
     * A record in its place.
     *
     * @param offset a later one has a higher one, and none appears below one that was seen
     */
    record Entry(long offset, UseRecord record) {}

    /**
     * Some records.
     *
     * @param next ask for what comes after this offset next
     * @param complete whether these were the last ones at the time
     */
    record Page(List<Entry> uses, long next, boolean complete) {
        public Page {
            uses = List.copyOf(uses);
        }
    }
}
