package dev.sealbox.benchmarks;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.ledger.DurableLedger;
import dev.sealbox.persistence.ledger.LedgerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/** How many uses of secrets one node's ledger brings to the database, and what they take there. */
final class LedgerSpeed {
    private static final int USES = 200_000;
    private static final int SANDBOXES = 1000;
    private static final LedgerSettings SETTINGS =
            new LedgerSettings(false, Duration.ofSeconds(5), Duration.ofSeconds(10), Path.of(""), 1L << 30);

    private final Database database;

    private LedgerSpeed(Database database) {
        this.database = database;
    }

    /** Prints it. {@code folder} is for what the database does not take at once. */
    static void measure(Database database, Path folder) {
        new LedgerSpeed(database).measure(folder);
    }

    private void measure(Path folder) {
        var before = asked("SELECT pg_total_relation_size('use_record')");
        var known = asked("SELECT count(*) FROM use_record");
        var settings = new LedgerSettings(
                SETTINGS.strict(), SETTINGS.patience(), SETTINGS.window(), folder, SETTINGS.spoolLimit());
        try (var ledger = DurableLedger.start(database, settings)) {
            var start = System.nanoTime();
            for (var use = 0; use < USES; use++) {
                ledger.note(use(use));
            }
            while (asked("SELECT count(*) FROM use_record") - known < USES) {
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
            System.out.printf(
                    Locale.ROOT,
                    "%d uses until they are in the database: %.0f a second, %d bytes each with their indexes%n",
                    USES,
                    USES * 1e9 / (System.nanoTime() - start),
                    (asked("SELECT pg_total_relation_size('use_record')") - before) / USES);
        }
    }

    private static UseRecord use(int number) {
        return new UseRecord(
                Instant.now(),
                UUID.randomUUID(),
                new UseRecord.Sender(
                        SandboxId.of(new UUID(0, number % SANDBOXES)), List.of(), RotationNode.ORGANIZATION),
                Ruling.USED,
                RotationNode.HOST,
                Optional.of(new UseRecord.UsedSecret(
                        new SecretName("API_KEY"),
                        new StoreId(new UUID(1, number % SANDBOXES)),
                        1,
                        List.of("headers"))),
                new UseRecord.Asked("GET", RotationNode.HOST, "/v1/things/" + number % 100),
                new UseRecord.Effect(200, 512, 4096, Duration.ofMillis(20)),
                1);
    }

    private long asked(String question) {
        return database.now("look at the ledger", connection -> {
            try (var query = connection.prepareStatement(question);
                    var rows = query.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }
}
