package dev.sealbox.http;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.AuditEntry;
import dev.sealbox.domain.audit.AuditHead;
import dev.sealbox.domain.audit.AuditLog;
import dev.sealbox.domain.audit.EventFilter;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Verdict;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A log in memory; of the filters it knows the actor. */
final class FakeAuditLog implements AuditLog {
    private final List<AuditEntry> entries = new CopyOnWriteArrayList<>();
    final List<Long> asked = new CopyOnWriteArrayList<>();
    volatile Supplier<CompletionStage<Outcome<Verdict>>> verdict =
            () -> CompletableFuture.completedFuture(Outcome.done(new Verdict(3, 2, 1, 1, 7, List.of(), 0)));
    volatile Scope verified = Scope.of(new OrganizationId("nobody"));

    /** Notes down an event of an organisation. */
    void add(String organization, String actor) {
        var origin = new Origin(new OrganizationId(organization), actor, "127.0.0.1", "request");
        var offset = entries.size() + 1L;
        entries.add(new AuditEntry(
                offset, "sandbox:sb-1", offset, "sandbox.created", Instant.EPOCH, origin, "{\"n\":" + offset + "}"));
    }

    @Override
    public CompletionStage<Page> events(OrganizationId organization, EventFilter filter, long after, int limit) {
        asked.add(after);
        var end = entries.size();
        var found = entries.stream()
                .filter(entry -> entry.offset() > after && entry.offset() <= end)
                .filter(entry -> entry.origin().organization().equals(organization))
                .filter(entry -> filter.actor().isEmpty()
                        || filter.actor().get().equals(entry.origin().keyId()))
                .limit(limit)
                .toList();
        var complete = found.size() < limit;
        return CompletableFuture.completedFuture(new Page(
                found, complete ? Math.max(end, after) : found.getLast().offset(), complete));
    }

    @Override
    public CompletionStage<Outcome<Verdict>> verify(Scope scope) {
        verified = scope;
        return verdict.get();
    }

    @Override
    public CompletionStage<List<AuditHead>> heads(long after, int limit) {
        var head = new AuditHead(1, Instant.EPOCH, 7, 7, 2, AuditHead.NONE, "ab".repeat(32), "c2lnbmVk");
        return CompletableFuture.completedFuture(after == 0 ? List.of(head) : List.of());
    }

    @Override
    public String publicKey() {
        return "-----BEGIN PUBLIC KEY-----\n";
    }
}
