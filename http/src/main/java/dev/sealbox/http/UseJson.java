package dev.sealbox.http;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.ledger.UseLog;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.domain.ledger.UseRecord.UsedSecret;
import dev.sealbox.http.Feed.Chunk;
import dev.sealbox.http.Feed.Entry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The ledger as clients see it. */
final class UseJson {
    private UseJson() {}

    record Use(
            long offset,
            Instant at,
            String requestID,
            String sandboxID,
            List<String> lineage,
            String organization,
            String decision,
            String rule,
            Optional<String> secret,
            Optional<String> store,
            Optional<Integer> version,
            List<String> locations,
            String method,
            String host,
            String path,
            Optional<Integer> status,
            long sent,
            long received,
            long durationMicros,
            long count) {

        static Use of(UseLog.Entry entry) {
            return of(entry.offset(), entry.record());
        }

        private static Use of(long offset, UseRecord record) {
            var secret = record.secret();
            var effect = record.effect();
            return new Use(
                    offset,
                    record.at(),
                    record.request().toString(),
                    record.sender().sandbox().value(),
                    record.sender().lineage().stream()
                            .map(CheckpointId::toString)
                            .toList(),
                    record.sender().organization().value(),
                    record.ruling().word(),
                    record.rule(),
                    secret.map(used -> used.name().value()),
                    secret.flatMap(UsedSecret::store).map(StoreId::toString),
                    secret.map(UsedSecret::version).filter(version -> version > 0),
                    secret.map(UsedSecret::places).orElse(List.of()),
                    record.asked().method(),
                    record.asked().host(),
                    record.asked().path(),
                    effect.status() == 0 ? Optional.empty() : Optional.of(effect.status()),
                    effect.sent(),
                    effect.received(),
                    TimeUnit.MICROSECONDS.convert(effect.took()),
                    record.count());
        }
    }

    static Chunk chunk(UseLog.Page page) {
        return new Chunk(
                page.uses().stream()
                        .map(entry -> new Entry(
                                entry.offset(), entry.record().ruling().word(), Use.of(entry)))
                        .toList(),
                page.next(),
                page.complete());
    }

    record Page(List<Object> uses, long next) {
        static Page of(Chunk chunk) {
            return new Page(chunk.json(), chunk.next());
        }
    }
}
