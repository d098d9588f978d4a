package dev.sealbox.http;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** What is read on and on, each entry above the one before: events, or uses. Thread-safe. */
@FunctionalInterface
interface Feed {

    /** The next entries above {@code offset}, at the most {@code limit}. */
    CompletionStage<Chunk> after(long offset, int limit);

    /**
     * An entry.
     *
     * @param kind what followers tell entries apart by
     * @param json its wire record
     */
    record Entry(long offset, String kind, Object json) {}

    /**
     * Some entries.
     *
     * @param next ask for what comes after this offset next
     * @param complete whether these were the last ones at the time
     */
    record Chunk(List<Entry> entries, long next, boolean complete) {
        public Chunk {
            entries = List.copyOf(entries);
        }

        List<Object> json() {
            return entries.stream().map(Entry::json).toList();
        }
    }
}
