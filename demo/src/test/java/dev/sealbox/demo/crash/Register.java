package dev.sealbox.demo.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What may be where something is written and removed by several at a time, given what was acknowledged. Empty stands for
 * absent. Thread-safe.
 */
final class Register {
    private static final long UNKNOWN = Long.MAX_VALUE;

    /** A change, and the time in which it can have happened; one without an answer may happen at any time, or never. */
    private record Change(Optional<String> after, long began, long answered) {}

    private final List<Change> changes = new ArrayList<>();
    private Optional<String> known;

    Register(Optional<String> known) {
        this.known = known;
    }

    synchronized void acknowledged(Optional<String> after, long began) {
        changes.add(new Change(after, began, System.nanoTime()));
    }

    synchronized void unanswered(Optional<String> after, long began) {
        changes.add(new Change(after, began, UNKNOWN));
    }

    /** Whether this can be the last state: nothing that was acknowledged came wholly after it. */
    synchronized boolean allows(Optional<String> state) {
        var untouched = changes.stream().noneMatch(change -> change.answered() != UNKNOWN);
        return (untouched && known.equals(state))
                || changes.stream()
                        .filter(change -> change.after().equals(state))
                        .anyMatch(change -> changes.stream()
                                .noneMatch(later -> later.answered() != UNKNOWN && later.began() > change.answered()));
    }

    /** From here on this is known to be the state. */
    synchronized void settle(Optional<String> state) {
        known = state;
        changes.clear();
    }

    /** What was last known, while nothing has happened since. */
    synchronized Optional<String> known() {
        return known;
    }

    synchronized boolean isUncertain() {
        return changes.stream().anyMatch(change -> change.answered() == UNKNOWN);
    }

    @Override
    public synchronized String toString() {
        return known + " then " + changes;
    }
}
