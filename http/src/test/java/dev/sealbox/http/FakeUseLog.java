package dev.sealbox.http;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseFilter;
import dev.sealbox.domain.ledger.UseLog;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.domain.ledger.UseRecord.Effect;
import dev.sealbox.domain.ledger.UseRecord.Sender;
import dev.sealbox.domain.ledger.UseRecord.UsedSecret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A ledger in memory, which remembers the filters that it was asked with and applies none. */
final class FakeUseLog implements UseLog {
    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    final List<UseFilter> filters = new CopyOnWriteArrayList<>();

    /** Notes down a use in an organisation. */
    void add(String organization) {
        var number = entries.size() + 1;
        var sender = new Sender(
                new SandboxId("sb-0123456789abcdef"),
                List.of(new CheckpointId(new UUID(0, 9))),
                new OrganizationId(organization));
        var secret = new UsedSecret(new SecretName("KEY"), new StoreId(new UUID(0, 8)), 3, List.of("headers"));
        entries.add(new Entry(
                number,
                new UseRecord(
                        Instant.EPOCH,
                        new UUID(0, number),
                        sender,
                        Ruling.USED,
                        "*.example.com",
                        Optional.of(secret),
                        new Asked("GET", "api.example.com", "/v1"),
                        new Effect(200, 1, 2, Duration.ofMillis(3)),
                        1)));
    }

    @Override
    public CompletionStage<Page> uses(OrganizationId organization, UseFilter filter, long after, int limit) {
        filters.add(filter);
        var end = entries.size();
        var found = entries.stream()
                .filter(entry -> entry.offset() > after && entry.offset() <= end)
                .filter(entry -> entry.record().sender().organization().equals(organization))
                .limit(limit)
                .toList();
        var complete = found.size() < limit;
        return CompletableFuture.completedFuture(new Page(
                found, complete ? Math.max(end, after) : found.getLast().offset(), complete));
    }
}
