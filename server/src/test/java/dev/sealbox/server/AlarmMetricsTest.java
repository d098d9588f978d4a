package dev.sealbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.ledger.UseRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AlarmMetricsTest {
    private final List<UseRecord> noted = new ArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AlarmMetrics metrics = new AlarmMetrics(
            new UseLedger() {
                @Override
                public CompletionStage<Void> begins(Supplier<? extends Iterable<UseRecord>> request) {
                    return UseLedger.none().begins(request);
                }

                @Override
                public void note(UseRecord record) {
                    noted.add(record);
                }
            },
            registry);

    private static UseRecord record(Ruling ruling, String rule) {
        var sandbox = SandboxId.random(new Random(1));
        return new UseRecord(
                Instant.now(),
                UUID.randomUUID(),
                new UseRecord.Sender(sandbox, List.of(), new OrganizationId("org")),
                ruling,
                rule,
                Optional.empty(),
                UseRecord.Asked.of("GET", "upstream.test", "/"),
                new UseRecord.Effect(403, 0, 0, Duration.ZERO),
                1);
    }

    @Test
    void countsAlarmsByTheirRuleAndPassesEverythingOn() {
        metrics.note(record(Ruling.ALARM, "token.unknown"));
        metrics.note(record(Ruling.ALARM, "token.unknown"));
        metrics.note(record(Ruling.REFUSED, "egress.host-not-allowed"));
        metrics.note(record(Ruling.UNUSABLE, "location"));

        assertThat(registry.get("sealbox.alarms")
                        .tag("rule", "token.unknown")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("sealbox.unusable.tokens").counter().count()).isEqualTo(1);
        assertThat(registry.getMeters()).hasSize(2);
        assertThat(noted).hasSize(4);
    }
}
