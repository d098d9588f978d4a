package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.Flaw;
import dev.sealbox.domain.audit.Flaw.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Goes along the events of one entity and says what does not follow from what.
 *
 * <p>Each row is checked against the hash that the row before claims, so one changed event is one finding and not a
 * finding for every event after it. Bounded: at the most {@value #KEPT} rows that do not fit are kept to be compared with
 * each other at the end.
 */
final class ChainWalk {
    private static final int KEPT = 32;

    private final String entity;
    private final Consumer<Flaw> flaws;
    private final List<Misfit> misfits = new ArrayList<>();

    private long expected = 1;
    /** How many rows were put in between so far, less those taken out with the later ones renumbered. */
    private long shift;

    private byte[] before = EventChain.beginning();
    private byte[] twoBefore = EventChain.beginning();
    private @Nullable JournalRow last;

    /** A row that does not follow from its predecessor, which claims the hash {@code previous}. */
    @SuppressWarnings("ArrayRecordComponent") // compared only as the same one
    private record Misfit(JournalRow row, byte[] previous, long shift) {

        boolean fits(JournalRow restored) {
            return follows(previous, restored, restored.sequence() - shift);
        }
    }

    /** Reports to {@code flaws} under {@code entity}'s public name. */
    ChainWalk(String entity, Consumer<Flaw> flaws) {
        this.entity = entity;
        this.flaws = flaws;
    }

    /** The next row of the entity; they come in the order of their numbers. */
    void next(JournalRow row) {
        if (row.deleted()) {
            found(Kind.HIDDEN, row.sequence(), "is marked as deleted, so that entities do not see it");
        }
        if (row.sequence() > expected) {
            found(Kind.REMOVED, expected, gone(expected, row.sequence() - 1));
        } else if (!follows(before, row, row.sequence() - shift)) {
            misfit(row);
        }
        twoBefore = before;
        before = row.chain();
        last = row;
        expected = row.sequence() + 1;
    }

    private static String gone(long first, long end) {
        return first == end ? "is gone" : "is gone, as are those after it up to " + end;
    }

    private static boolean follows(byte[] previous, JournalRow row, long sequence) {
        return Arrays.equals(EventChain.next(previous, row, sequence), row.chain());
    }

    private void misfit(JournalRow row) {
        if (isInserted(row)) {
            misfits.removeIf(misfit -> misfit.row().sequence() == row.sequence() - 1);
            shift++;
            found(Kind.INSERTED, row.sequence() - 1, "was put in; those after it were renumbered");
        } else if (isAfterRemoved(row)) {
            misfits.removeLast();
            shift--;
            found(Kind.REMOVED, row.sequence() - 1, "is gone; those after it were renumbered");
        } else if (misfits.size() < KEPT) {
            misfits.add(new Misfit(row, before, shift));
        } else {
            changed(row);
        }
    }

    /** Whether the row would follow if the one before it were not there; not so when those two changed places. */
    private boolean isInserted(JournalRow row) {
        return last != null
                && follows(twoBefore, row, row.sequence() - shift - 1)
                && !follows(row.chain(), last, row.sequence() - shift);
    }

    /** Whether the row before it does not fit, but this one follows from that one when both had higher numbers. */
    private boolean isAfterRemoved(JournalRow row) {
        return !misfits.isEmpty()
                && misfits.getLast().row().sequence() == row.sequence() - 1
                && follows(before, row, row.sequence() - shift + 1);
    }

    /** No more rows: reports what is left to be explained. */
    void end() {
        var hashes = misfits.stream()
                .flatMap(misfit -> Stream.of(misfit.previous(), misfit.row().chain()))
                .toList();
        var open = new ArrayList<>(misfits);
        var explained = false;
        while (!open.isEmpty()) {
            var one = open.removeFirst();
            var two = open.stream()
                    .filter(other -> haveSwapped(one, other, hashes))
                    .findFirst();
            two.ifPresent(other -> {
                open.remove(other);
                misfits.removeAll(List.of(one, other));
                found(
                        Kind.REORDERED,
                        one.row().sequence(),
                        "has changed places with event " + other.row().sequence());
            });
            explained |= two.isPresent();
        }
        // Rows that only follow from one that is elsewhere now are what they were.
        var changed = misfits.stream()
                .filter(misfit -> !followsAny(hashes, misfit, misfit.row().sequence()))
                .toList();
        (changed.isEmpty() && !explained ? misfits : changed).forEach(misfit -> changed(misfit.row()));
    }

    private static boolean haveSwapped(Misfit one, Misfit two, List<byte[]> hashes) {
        var a = one.row();
        var b = two.row();
        return (one.fits(a.saying(b.form())) && two.fits(b.saying(a.form())))
                || (one.fits(a.holding(b)) && two.fits(b.holding(a)))
                || (one.fits(a.ordered(b.ordering())) && two.fits(b.ordered(a.ordering())))
                || (followsAny(hashes, one, b.sequence()) && followsAny(hashes, two, a.sequence()));
    }

    /** Whether it was written under the number {@code sequence}, after any of these hashes. */
    private static boolean followsAny(List<byte[]> hashes, Misfit misfit, long sequence) {
        return hashes.stream().anyMatch(previous -> follows(previous, misfit.row(), sequence - misfit.shift()));
    }

    private void changed(JournalRow row) {
        found(
                Kind.CHANGED,
                row.sequence(),
                row.sequence() == 1
                        ? "does not match its hash"
                        : "does not match its hash, or the hash of event " + (row.sequence() - 1) + " was changed");
    }

    private void found(Kind kind, long sequence, String detail) {
        flaws.accept(new Flaw(kind, entity, sequence, "event " + sequence + " " + detail));
    }
}
