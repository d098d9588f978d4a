package dev.sealbox.http;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.usage.UsageQuery;
import dev.sealbox.domain.usage.UsageReports;
import dev.sealbox.domain.usage.UsageSlice;
import dev.sealbox.domain.usage.UsageWindow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Reports of one sandbox, whatever is asked; what was asked is remembered. */
final class FakeUsage implements UsageReports {
    static final Instant SINCE = Instant.parse("2026-11-23T12:00:00Z");
    private static final Amount AMOUNT = new Amount(4, 1.5);

    final List<UsageQuery> asked = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<Page<OfSandbox>> bySandbox(OrganizationId organization, UsageQuery query) {
        asked.add(query);
        var item = new OfSandbox(
                new SandboxId("sb-0000000000000001"), "running", Map.of("team", "blue"), Optional.empty(), AMOUNT);
        return now(new Page<>(AMOUNT, List.of(item), query.skip() > 0));
    }

    @Override
    public CompletionStage<ByTag> byTag(OrganizationId organization, String key, UsageQuery query) {
        asked.add(query);
        return now(new ByTag(new Page<>(AMOUNT, List.of(new OfValue("blue", 1, AMOUNT)), true), 2, new Amount(0, 0)));
    }

    @Override
    public CompletionStage<List<UsageSlice>> ofSandbox(
            OrganizationId organization, SandboxId sandbox, UsageWindow window) {
        return now(List.of(new UsageSlice(organization, sandbox, SINCE, 10, 10240, 5120, 1024, 600, 0)));
    }

    @Override
    public CompletionStage<List<TagKey>> tagKeys(OrganizationId organization) {
        return now(List.of(new TagKey("team", 3, 2)));
    }

    private static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
