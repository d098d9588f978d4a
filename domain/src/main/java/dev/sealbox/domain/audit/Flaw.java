package dev.sealbox.domain.audit;

/**
 * One thing that is wrong with the log.
 *
 * @param entity whose event it is, as {@code TYPE:ID}; empty for what concerns heads
 * @param sequence the event's number in its entity; for a head, the head's number
 * @param detail one line for people; without contents of events
 */
public record Flaw(Kind kind, String entity, long sequence, String detail) {

    /** What was done. */
    public enum Kind {
        /** An event says something else than when it was written. */
        CHANGED("changed"),
        /** An event is gone; those after it are there. */
        REMOVED("removed"),
        /** Two events have changed places. */
        REORDERED("reordered"),
        /** An event was put between others. */
        INSERTED("inserted"),
        /** The last events of an entity are gone. */
        TRUNCATED("truncated"),
        /** An event is there, but neither entities nor read models get to see it. */
        HIDDEN("hidden"),
        /** No head covers an event, and none will. */
        UNANCHORED("unanchored"),
        /** A head is not what was signed. */
        HEAD_FORGED("head-forged"),
        HEAD_MISSING("head-missing"),
        /** An entity would come back from a state that its events do not lead to. */
        SNAPSHOT_ALTERED("snapshot-altered"),
        /** The file of heads on this node cannot be understood. */
        ANCHOR_UNREADABLE("anchor-unreadable");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** Stable, part of the API. */
        public String word() {
            return word;
        }
    }
}
