package dev.sealbox.server;

import dev.sealbox.persistence.ledger.DurableLedger;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Measures how the ledger of use fares: {@code sealbox_ledger_spooled_bytes}, {@code sealbox_ledger_has_room}. */
final class LedgerMetrics {
    private LedgerMetrics() {}

    static void watch(DurableLedger ledger, MeterRegistry registry) {
        Gauge.builder("sealbox.ledger.spooled", ledger, DurableLedger::spooled)
                .description("Records of use that wait on disk for the database")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("sealbox.ledger.has.room", ledger, watched -> watched.hasRoom() ? 1 : 0)
                .description("Whether requests that may use a secret are let through")
                .register(registry);
    }
}
