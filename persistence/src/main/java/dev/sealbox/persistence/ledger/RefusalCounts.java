package dev.sealbox.persistence.ledger;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.domain.ledger.UseRecord.Effect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts equal refusals, alarms and tokens that could not be used, so that a flood of them neither fills the ledger nor hides a use. The first of its kind is kept
 * as it is; those that follow within the window become one record. A sandbox that varies what it asks for to defeat this
 * has, beyond a number of kinds, all others counted by rule alone. Not thread-safe.
 */
final class RefusalCounts {
    /** Kinds of one sandbox at a time. */
    private static final int MOST_KINDS = 64;

    private static final Asked ANYTHING = new Asked("", "", "");

    private final long window;
    private final Map<SandboxId, Map<Kind, Tally>> sandboxes = new HashMap<>();

    /** What makes refusals of one sandbox equal. Not the path: of several, the record has the first. */
    private record Kind(Ruling ruling, String rule, Optional<SecretName> secret, String method, String host) {
        static Kind of(UseRecord refusal) {
            return new Kind(
                    refusal.ruling(),
                    refusal.rule(),
                    refusal.secret().map(UseRecord.UsedSecret::name),
                    refusal.asked().method(),
                    refusal.asked().host());
        }

        /** For those beyond the number of kinds. */
        static Kind anyOf(UseRecord refusal) {
            return new Kind(refusal.ruling(), refusal.rule(), Optional.empty(), "", "");
        }
    }

    /** Those of one kind that were not kept by themselves. */
    private static final class Tally {
        private long since;
        private @Nullable UseRecord sum;

        Tally(long since) {
            this.since = since;
        }

        void add(UseRecord refusal) {
            sum = sum == null ? refusal : sum(sum, refusal);
        }
    }

    RefusalCounts(Duration window) {
        this.window = window.toNanos();
    }

    /**
     * Counts a refusal.
     *
     * @param now in {@link System#nanoTime}'s scale
     * @param keep whether the first of its kind may be kept by itself
     * @return whether this is such a one, which is not counted
     */
    boolean isFirst(UseRecord refusal, long now, boolean keep) {
        var kinds = sandboxes.computeIfAbsent(refusal.sender().sandbox(), sandbox -> new HashMap<>());
        var kind = Kind.of(refusal);
        boolean beyond = kinds.size() >= MOST_KINDS && !kinds.containsKey(kind);
        var counted = beyond ? anything(refusal) : refusal;
        var known = kinds.get(beyond ? Kind.anyOf(refusal) : kind);
        if (known != null) {
            known.add(counted);
            return false;
        }
        var fresh = new Tally(now);
        kinds.put(beyond ? Kind.anyOf(refusal) : kind, fresh);
        if (!keep) {
            fresh.add(counted);
        }
        return keep;
    }

    /** The sums of windows that are over. */
    List<UseRecord> due(long now) {
        return due(now, window);
    }

    /** All sums, whatever the time. */
    List<UseRecord> rest() {
        return due(0, Long.MIN_VALUE);
    }

    private List<UseRecord> due(long now, long least) {
        var due = new ArrayList<UseRecord>();
        sandboxes.values().removeIf(kinds -> {
            kinds.values().removeIf(tally -> {
                if (least > 0 && now - tally.since < least) {
                    return false;
                }
                var sum = tally.sum;
                if (sum != null) {
                    due.add(sum);
                }
                tally.sum = null;
                tally.since = now;
                return sum == null;
            });
            return kinds.isEmpty();
        });
        return due;
    }

    private static UseRecord anything(UseRecord refusal) {
        return new UseRecord(
                refusal.at(),
                refusal.request(),
                refusal.sender(),
                refusal.ruling(),
                refusal.rule(),
                Optional.empty(),
                ANYTHING,
                refusal.effect(),
                refusal.count());
    }

    private static UseRecord sum(UseRecord first, UseRecord next) {
        var effect = new Effect(
                first.effect().status(),
                first.effect().sent() + next.effect().sent(),
                first.effect().received() + next.effect().received(),
                later(Duration.between(first.at(), next.at()), first.effect().took()));
        return new UseRecord(
                first.at(),
                first.request(),
                first.sender(),
                first.ruling(),
                first.rule(),
                first.secret(),
                first.asked(),
                effect,
                first.count() + next.count());
    }

    private static Duration later(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
