package dev.sealbox.persistence.ledger;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.ledger.Ruling;
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

/** Records as a proxy makes them. */
public final class Uses {
    public static final OrganizationId ORGANIZATION = new OrganizationId("acme");
    public static final Instant AT = Instant.parse("2026-11-23T12:00:00.123456Z");

    private static final Sender SENDER = sender("sb-0123456789abcdef", ORGANIZATION);

    private Uses() {}

    public static Sender sender(String sandbox, OrganizationId organization) {
        return new Sender(new SandboxId(sandbox), List.of(new CheckpointId(new UUID(7, 7))), organization);
    }

    /** The use of a secret, told from others by the number. */
    public static UseRecord use(int number) {
        return use(SENDER, "TOKEN", "api.example.com", number);
    }

    public static UseRecord use(Sender sender, String secret, String host, int number) {
        return new UseRecord(
                AT.plusSeconds(number),
                new UUID(1, number),
                sender,
                Ruling.USED,
                "*.example.com",
                Optional.of(new UsedSecret(
                        new SecretName(secret),
                        new StoreId(new UUID(3, 4)),
                        2,
                        List.of("header:authorization", "body"))),
                new Asked("POST", host, "/v1/" + number),
                new Effect(201, 10, 20, Duration.ofMillis(15)),
                1);
    }

    public static UseRecord refusal(String sandbox, String rule, String host, int number) {
        return new UseRecord(
                AT.plusMillis(number),
                new UUID(2, number),
                sender(sandbox, ORGANIZATION),
                Ruling.REFUSED,
                rule,
                Optional.empty(),
                new Asked("GET", host, "/" + number),
                new Effect(403, 0, 5, Duration.ofMillis(1)),
                1);
    }
}
