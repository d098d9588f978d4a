package dev.sealbox.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.sealbox.domain.audit.AuditEntry;
import dev.sealbox.domain.audit.AuditHead;
import dev.sealbox.domain.audit.AuditLog;
import dev.sealbox.domain.audit.Verdict;
import dev.sealbox.http.Feed.Chunk;
import dev.sealbox.http.Feed.Entry;
import java.time.Instant;
import java.util.List;

/** The log as clients see it. */
final class AuditJson {
    private AuditJson() {}

    /** An event; its data are a JSON object of their own. */
    record Event(
            long offset,
            String entity,
            long sequence,
            String kind,
            Instant at,
            String organization,
            String actor,
            String address,
            String requestId,
            @JsonRawValue String data) {

        static Event of(AuditEntry entry) {
            var origin = entry.origin();
            return new Event(
                    entry.offset(),
                    entry.entity(),
                    entry.sequence(),
                    entry.kind(),
                    entry.at(),
                    origin.organization().value(),
                    origin.keyId(),
                    origin.address(),
                    origin.requestId(),
                    entry.data());
        }
    }

    static Chunk chunk(AuditLog.Page page) {
        return new Chunk(
                page.events().stream()
                        .map(entry -> new Entry(entry.offset(), entry.kind(), Event.of(entry)))
                        .toList(),
                page.next(),
                page.complete());
    }

    record Page(List<Object> events, long next) {
        static Page of(Chunk chunk) {
            return new Page(chunk.json(), chunk.next());
        }
    }

    record Head(
            long number,
            Instant at,
            long upTo,
            long events,
            long entities,
            String previous,
            String entries,
            String hash,
            String signature,
            String statement) {

        static Head of(AuditHead head) {
            return new Head(
                    head.number(),
                    head.at(),
                    head.upTo(),
                    head.events(),
                    head.entities(),
                    head.previous(),
                    head.entries(),
                    head.hash(),
                    head.signature(),
                    head.statement());
        }
    }

    record Heads(List<Head> heads, long next) {
        static Heads of(List<AuditHead> heads, long after) {
            return new Heads(
                    heads.stream().map(Head::of).toList(),
                    heads.isEmpty() ? after : heads.getLast().number());
        }
    }

    record Finding(String kind, String entity, long sequence, String detail) {}

    record Verified(
            boolean intact,
            long events,
            long entities,
            long heads,
            long anchored,
            long upTo,
            List<Finding> findings,
            long omitted) {

        static Verified of(Verdict verdict) {
            return new Verified(
                    verdict.intact(),
                    verdict.events(),
                    verdict.entities(),
                    verdict.heads(),
                    verdict.anchored(),
                    verdict.upTo(),
                    verdict.findings().stream()
                            .map(flaw -> new Finding(flaw.kind().word(), flaw.entity(), flaw.sequence(), flaw.detail()))
                            .toList(),
                    verdict.omitted());
        }
    }
}
