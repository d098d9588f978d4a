package dev.sealbox.server;

import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.ledger.UseRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Counts what the ledger is told that somebody should look at: {@code sealbox_alarms_total} by rule, and
 * {@code sealbox_unusable_tokens_total}. The rules are the proxy's own words, a handful. Thread-safe.
 */
record AlarmMetrics(UseLedger ledger, MeterRegistry registry) implements UseLedger {

    @Override
    public CompletionStage<Void> begins(Supplier<? extends Iterable<UseRecord>> request) {
        return ledger.begins(request);
    }

    @Override
    public void note(UseRecord record) {
        if (record.ruling() == Ruling.ALARM) {
            Counter.builder("sealbox.alarms")
                    .description("Requests with tokens that are not the sandbox's own, and other signs of an attack")
                    .tag("rule", record.rule())
                    .register(registry)
                    .increment();
        } else if (record.ruling() == Ruling.UNUSABLE) {
            Counter.builder("sealbox.unusable.tokens")
                    .description("Tokens that went on as they were, since their secret cannot be used there")
                    .tag("rule", record.rule())
                    .register(registry)
                    .increment();
        }
        ledger.note(record);
    }
}
