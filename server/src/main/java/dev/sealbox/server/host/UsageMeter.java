package dev.sealbox.server.host;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Tier;
import dev.sealbox.domain.usage.UsageSlice;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up what the sandboxes of this host use, from looks at them. Between two looks a sandbox is taken to have used the
 * mean of what was seen. Not thread-safe.
 */
final class UsageMeter {
    /** A longer pause, such as that of a suspended machine, is nobody's usage. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final Map<SandboxId, Seen> seen = new HashMap<>();
    private final Map<Slot, UsageSlice> sums = new HashMap<>();

    private record Seen(Instant at, long usedBytes) {}

    private record Slot(SandboxId sandbox, Instant since) {}

    /** A sandbox that runs, or ran: since when and with what size. */
    record Run(OrganizationId organization, Limits limits, Instant since) {}

    void saw(SandboxId sandbox, Run run, long usedBytes, Instant now) {
        var before = seen.getOrDefault(sandbox, new Seen(run.since(), usedBytes));
        add(sandbox, run, before, usedBytes, now);
        seen.put(sandbox, new Seen(now, usedBytes));
    }

    /** It ran until now. */
    void ended(SandboxId sandbox, Run run, Instant now) {
        var before = seen.remove(sandbox);
        var last = before == null ? new Seen(run.since(), 0) : before;
        add(sandbox, run, last, last.usedBytes(), now);
    }

    private void add(SandboxId sandbox, Run run, Seen before, long usedBytes, Instant now) {
        var passed = Duration.between(before.at(), now);
        if (passed.isNegative() || passed.compareTo(LONGEST) > 0) {
            return;
        }
        var seconds = passed.toNanos() / 1e9;
        var memory = run.limits().memoryMB();
        var used = (before.usedBytes() + usedBytes) / 2.0 / (1 << 20);
        var peak = Math.max(before.usedBytes(), usedBytes) / (double) (1 << 20);
        var since = UsageSlice.sliceOf(before.at());
        sums.merge(
                new Slot(sandbox, since),
                new UsageSlice(
                        run.organization(),
                        sandbox,
                        since,
                        seconds,
                        seconds * memory,
                        seconds * used,
                        memory,
                        peak,
                        seconds * Math.max(0, run.limits().diskMB() - Tier.MIN_DISK)),
                UsageSlice::plus);
    }

    /** What has added up, which then begins anew. */
    List<UsageSlice> taken() {
        var slices = List.copyOf(sums.values());
        sums.clear();
        return slices;
    }

    /** What was taken but could not be noted down. */
    void putBack(List<UsageSlice> slices) {
        slices.forEach(slice -> sums.merge(new Slot(slice.sandbox(), slice.since()), slice, UsageSlice::plus));
    }
}
