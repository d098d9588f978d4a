package dev.sealbox.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.usage.UsageQuery;
import dev.sealbox.domain.usage.UsageReports;
import dev.sealbox.domain.usage.UsageSlice;
import dev.sealbox.domain.usage.UsageWindow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Usage as clients see it. They read {@code sandboxId} here, with a small d. */
final class UsageJson {
    private static final double GIB = 1024;

    private UsageJson() {}

    record Totals(double memoryGbSeconds, double diskOverageGbSeconds) {
        static Totals of(UsageReports.Amount amount) {
            return new Totals(amount.memory(), amount.diskOverage());
        }
    }

    record Item(
            String sandboxId,
            String status,
            Map<String, String> tags,
            @JsonInclude(JsonInclude.Include.ALWAYS) Optional<Instant> tagsLastUpdatedAt,
            double memoryGbSeconds,
            double diskOverageGbSeconds) {
        static Item of(UsageReports.OfSandbox item) {
            return new Item(
                    item.sandbox().value(),
                    item.status(),
                    new TreeMap<>(item.tags()),
                    item.tagsUpdatedAt(),
                    item.amount().memory(),
                    item.amount().diskOverage());
        }
    }

    /** {@code nextCursor} is null, and there, on the last page. */
    record BySandbox(
            Instant from,
            Instant to,
            String groupBy,
            Totals total,
            List<Item> items,
            @JsonInclude(JsonInclude.Include.ALWAYS) Optional<String> nextCursor) {
        static BySandbox of(UsageQuery query, UsageReports.Page<UsageReports.OfSandbox> page) {
            return new BySandbox(
                    query.window().from(),
                    query.window().to(),
                    "sandbox",
                    Totals.of(page.total()),
                    page.items().stream().map(Item::of).toList(),
                    next(query, page));
        }
    }

    private static Optional<String> next(UsageQuery query, UsageReports.Page<?> page) {
        return page.complete()
                ? Optional.empty()
                : Optional.of(Integer.toString(query.skip() + page.items().size()));
    }

    record Untagged(double memoryGbSeconds, double diskOverageGbSeconds, int sandboxCount) {}

    record Value(
            String tagKey, String tagValue, double memoryGbSeconds, double diskOverageGbSeconds, int sandboxCount) {}

    record ByTag(
            Instant from,
            Instant to,
            String groupBy,
            Totals total,
            Untagged untagged,
            List<Value> items,
            @JsonInclude(JsonInclude.Include.ALWAYS) Optional<String> nextCursor) {
        static ByTag of(String key, UsageQuery query, UsageReports.ByTag report) {
            return new ByTag(
                    query.window().from(),
                    query.window().to(),
                    "tag:" + key,
                    Totals.of(report.page().total()),
                    new Untagged(
                            report.untagged().memory(), report.untagged().diskOverage(), report.untaggedSandboxes()),
                    report.page().items().stream()
                            .map(item -> new Value(
                                    key,
                                    item.value(),
                                    item.amount().memory(),
                                    item.amount().diskOverage(),
                                    item.sandboxes()))
                            .toList(),
                    next(query, report.page()));
        }
    }

    record Keys(List<Key> keys) {
        static Keys of(List<UsageReports.TagKey> keys) {
            return new Keys(keys.stream()
                    .map(key -> new Key(key.key(), key.sandboxes(), key.values()))
                    .toList());
        }
    }

    record Key(String key, int sandboxCount, int valueCount) {}

    record Point(
            Instant ts,
            double memoryAllocatedGbSeconds,
            double memoryUsedGbSeconds,
            double uptimeSeconds,
            double allocatedMemoryMb,
            double usedMemoryMbAvg,
            double usedMemoryMbPeak) {
        static Point of(UsageSlice slice) {
            return new Point(
                    slice.since(),
                    slice.allocated() / GIB,
                    slice.used() / GIB,
                    slice.seconds(),
                    slice.allocatedPeak(),
                    slice.seconds() == 0 ? 0 : slice.used() / slice.seconds(),
                    slice.usedPeak());
        }
    }

    record OneTotals(
            double memoryAllocatedGbSeconds,
            double memoryUsedGbSeconds,
            double uptimeSeconds,
            double memoryAllocatedPeakMb,
            double memoryUsedPeakMb) {}

    record OfOne(String sandboxId, Instant from, Instant to, OneTotals totals, List<Point> points) {
        static OfOne of(SandboxId sandbox, UsageWindow window, List<UsageSlice> slices) {
            var totals = slices.stream()
                    .reduce(UsageSlice::plus)
                    .map(all -> new OneTotals(
                            all.allocated() / GIB,
                            all.used() / GIB,
                            all.seconds(),
                            all.allocatedPeak(),
                            all.usedPeak()))
                    .orElse(new OneTotals(0, 0, 0, 0, 0));
            return new OfOne(
                    sandbox.value(),
                    window.from(),
                    window.to(),
                    totals,
                    slices.stream().map(Point::of).toList());
        }
    }
}
