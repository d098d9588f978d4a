package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.audit.EventFilter;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.persistence.database.DatabaseSettings;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal from before there were hashes, tags and a listing. */
class ChainMigrationIT {
    private static final String OLD_EVENTS = """
            INSERT INTO event_journal (persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
              event_ser_id, event_ser_manifest, event_payload)
            SELECT 'secret-store|00000000-0000-4000-8000-00000000000' || entity, sequence, 'w', 1, '', 71290,
                   CASE sequence WHEN 1 THEN 'store.created.1' ELSE 'store.renamed.1' END,
                   convert_to('{"event":{"name":"n' || sequence || '"' ||
                     CASE sequence WHEN 1 THEN ',"allowlist":[]' ELSE '' END || '},"origin":{"organization":"old",' ||
                     '"keyId":"key-1","address":"","requestId":""},"at":"2026-11-23T12:34:56.789Z"}', 'UTF8')
              FROM generate_series(1, 7) sequence, generate_series(1, 3) entity""";

    @TempDir
    private Path folder;

    @Test
    void isChainedTaggedListedAndAnchored() throws SQLException {
        var settings = TestDatabase.fresh();
        fill(settings);

        try (var node = TestNode.start(settings, folder.resolve("master.json"), new RememberedHosts(), "")) {
            var audit = ListingNode.audit(node, folder);
            told(audit.anchored());
            var verdict = done(audit.verify(Scope.of(new OrganizationId("old"))));
            assertThat(verdict.findings()).isEmpty();
            assertThat(verdict.events()).isEqualTo(21);
            assertThat(verdict.heads()).isPositive();
            eventually(
                    "all is listed",
                    () -> told(audit.events(new OrganizationId("old"), EventFilter.ALL, 0, 100))
                                    .events()
                                    .size()
                            == 21);
        }
    }

    private static void fill(DatabaseSettings settings) throws SQLException {
        var address = settings.external().orElseThrow();
        Flyway.configure()
                .dataSource(address.url(), address.user(), address.password())
                .target("2")
                .load()
                .migrate();
        try (var connection = DriverManager.getConnection(address.url(), address.user(), address.password());
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(OLD_EVENTS)).isEqualTo(21);
        }
    }
}
