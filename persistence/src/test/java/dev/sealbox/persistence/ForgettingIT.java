package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.refused;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.forgetting.Certificate;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseSettings;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.TinkVault;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

@MayReveal("the test looks for a value in everything that the system still has")
class ForgettingIT {
    private static final Origin ORIGIN = RestartIT.ORIGIN;
    private static final String VALUE = "a-value-that-must-be-forgotten";
    private static final SecretName NAME = new SecretName("GIT_TOKEN");
    private static final List<String> JOURNAL = List.of("event_journal", "event_tag", "snapshot");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private TestNode start(DatabaseSettings settings) {
        return TestNode.start(
                settings,
                folder.resolve("master.json"),
                new RememberedHosts(),
                "sealbox.persistence { snapshot-every = 2, backup-horizon = 7 d }");
    }

    /** The rows of tables, in the form that {@code pg_dump} writes. */
    private static Map<String, byte[]> dump(Database database, List<String> tables) {
        var dump = new HashMap<String, byte[]>();
        for (var table : tables) {
            dump.put(table, database.now("dump " + table, connection -> {
                var out = new ByteArrayOutputStream();
                try {
                    connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY " + table + " TO STDOUT", out);
                    return out.toByteArray();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        return dump;
    }

    private static void restore(Database database, Map<String, byte[]> dump, List<String> tables) {
        for (var table : tables) {
            var rows = new ByteArrayInputStream(Objects.requireNonNull(dump.get(table)));
            database.now("restore " + table, connection -> {
                try (var statement = connection.createStatement()) {
                    statement.execute("DELETE FROM " + table);
                    return connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("COPY " + table + " FROM STDIN", rows);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    /** Every encrypted value in a journal, with the place that it belongs to. */
    private static Map<SealContext, Encrypted> ciphertexts(Database journal) {
        var found = new HashMap<SealContext, Encrypted>();
        for (var row : rows(
                journal,
                "SELECT substring(persistence_id FROM 14), convert_from(event_payload, 'UTF8')"
                        + " FROM event_journal WHERE event_ser_manifest LIKE 'store.secret-set.%'")) {
            var event = json(row.get(1)).path("event");
            var key = new KeyId(UUID.fromString(event.path("value").path("key").asText()));
            found.put(
                    new SealContext(
                            ORIGIN.organization(),
                            StoreId.parse(row.get(0)),
                            new SecretName(event.path("name").asText()),
                            key),
                    new Encrypted(key, event.path("value").path("ciphertext").asText()));
        }
        return found;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<List<String>> rows(Database database, String sql) {
        return database.now("look", connection -> {
            try (var query = connection.prepareStatement(sql);
                    var rows = query.executeQuery()) {
                var all = new ArrayList<List<String>>();
                while (rows.next()) {
                    var row = new ArrayList<String>();
                    for (var i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        row.add(String.valueOf(rows.getString(i)));
                    }
                    all.add(row);
                }
                return all;
            }
        });
    }

    /** The values that open. */
    private static List<String> opened(TinkVault vault, Map<SealContext, Encrypted> values) {
        var opened = new ArrayList<String>();
        values.forEach((context, value) -> {
            try (var plaintext =
                    vault.open(context, value).toCompletableFuture().join()) {
                opened.add(new String(plaintext.reveal(), StandardCharsets.UTF_8));
            } catch (CompletionException e) {
                assertThat(e).hasMessageNotContaining(VALUE);
            }
        });
        return opened;
    }

    @Test
    void aJournalRestoredFromBeforeTheDeletionGivesNoValueBack() {
        Map<String, byte[]> journalBefore;
        Map<String, byte[]> keysBefore;
        Map<String, byte[]> present;
        try (var node = start(TestDatabase.fresh())) {
            var stores = node.persistence.stores();
            var deleted = done(stores.create(ORIGIN, new StoreName("deleted"), List.of()))
                    .id();
            var kept = done(stores.create(ORIGIN, new StoreName("kept"), List.of()))
                    .id();
            done(stores.set(ORIGIN, deleted, NAME, Plaintext.of(VALUE), List.of()));
            done(stores.set(ORIGIN, kept, NAME, Plaintext.of(VALUE + "-too"), List.of()));
            done(stores.set(ORIGIN, kept, new SecretName("OTHER"), Plaintext.of("stays"), List.of()));
            eventually(
                    "there are snapshots",
                    () -> !rows(node.database, "SELECT 1 FROM snapshot").isEmpty());
            journalBefore = dump(node.database, JOURNAL);
            keysBefore = dump(node.database, List.of("data_key"));

            done(stores.delete(ORIGIN, deleted));
            done(stores.deleteSecret(ORIGIN, kept, NAME));
            present = dump(
                    node.database, List.of("data_key", "certificate_authority", "signing_key", "master_key_check"));
        }

        try (var restored = Database.open(TestDatabase.fresh())) {
            restore(restored, journalBefore, JOURNAL);
            restore(restored, present, List.copyOf(present.keySet()));
            var vault = new TinkVault(restored, MasterKeys.open(folder.resolve("master.json"), restored));
            var values = ciphertexts(restored);
            assertThat(values).hasSize(3);

            assertThat(opened(vault, values)).containsExactly("stays");
            // Nor does a key that is still there open what it is not for.
            misplaceTheKeyThatIsLeft(
                    restored, values.keySet().stream().map(SealContext::version).toList());
            assertThat(opened(vault, values)).doesNotContain(VALUE, VALUE + "-too");
            journalBefore
                    .values()
                    .forEach(table -> assertThat(new String(table, StandardCharsets.ISO_8859_1))
                            .doesNotContain(VALUE)
                            .doesNotContain(
                                    Base64.getEncoder().encodeToString(VALUE.getBytes(StandardCharsets.UTF_8))));

            // With a copy of the key table from before it would be open: this is what the backup horizon says.
            restore(restored, keysBefore, List.of("data_key"));
            assertThat(opened(vault, values)).containsExactlyInAnyOrder(VALUE, VALUE + "-too", "stays");
        }
    }

    /** Puts the one data key that is left in the place of each that was destroyed. */
    private static void misplaceTheKeyThatIsLeft(Database database, List<KeyId> keys) {
        for (var key : keys) {
            database.now("misplace a key", connection -> {
                try (var insert = connection.prepareStatement("INSERT INTO data_key (key_id, organization, wrapped)"
                        + " SELECT ?, organization, wrapped FROM data_key LIMIT 1 ON CONFLICT DO NOTHING")) {
                    insert.setObject(1, key.value());
                    return insert.executeUpdate();
                }
            });
        }
    }

    @Test
    void certifiesWhatWasDestroyedByWhomAndUntilWhenCopiesMayExist() throws Exception {
        try (var node = start(TestDatabase.fresh())) {
            var stores = node.persistence.stores();
            var store = done(stores.create(ORIGIN, new StoreName("creds"), List.of()))
                    .id();
            var by = new Origin(ORIGIN.organization(), "key-deleter", "127.0.0.1", "request-9");
            assertThat(refused(node.certificates.of(ORIGIN, store)).code()).isEqualTo("keys.nothing-destroyed");

            done(stores.set(ORIGIN, store, NAME, Plaintext.of(VALUE), List.of()));
            done(stores.set(ORIGIN, store, NAME, Plaintext.of(VALUE + "-2"), List.of()));
            done(stores.set(ORIGIN, store, new SecretName("OTHER"), Plaintext.of("stays"), List.of()));
            assertThat(refused(node.certificates.of(ORIGIN, store, new SecretName("OTHER")))
                            .code())
                    .isEqualTo("keys.nothing-destroyed");
            done(stores.deleteSecret(by, store, NAME));

            var secret = json(done(node.certificates.of(ORIGIN, store, NAME)).statement());
            assertThat(secret.path("ciphertexts").asInt()).isEqualTo(2);
            assertThat(secret.path("secret").asText()).isEqualTo("GIT_TOKEN");
            assertThat(secret.path("destroyed").path(1).path("version").asInt()).isEqualTo(2);
            assertThat(secret.path("destroyed")
                            .path(1)
                            .path("decided")
                            .path("apiKeyId")
                            .asText())
                    .isEqualTo("key-deleter");
            assertThat(secret.path("store").has("deleted")).isFalse();

            done(stores.delete(by, store));
            var certificate = done(node.certificates.of(ORIGIN, store));
            var all = json(certificate.statement());
            assertThat(all.path("form").asText()).isEqualTo("sealbox/destruction-certificate/1");
            assertThat(all.path("ciphertexts").asInt()).isEqualTo(3);
            assertThat(all.path("keyTable").path("remainingKeys").asInt()).isZero();
            assertThat(all.path("store").path("name").asText()).isEqualTo("creds");
            assertThat(all.path("store").path("deleted").path("requestId").asText())
                    .isEqualTo("request-9");
            assertThat(all.path("backups").path("horizonSeconds").asLong()).isEqualTo(7 * 86_400);
            assertThat(Instant.parse(all.path("backups")
                            .path("copiesOfKeysMayExistUntil")
                            .asText()))
                    .isBetween(
                            Instant.now().plus(Duration.ofDays(7)).minusSeconds(120),
                            Instant.now().plus(Duration.ofDays(7)));
            assertThat(certificate.statement())
                    .startsWith("{\"backups\":{\"copiesOfKeysMayExistUntil\":")
                    .doesNotContain(" ")
                    .doesNotContain(VALUE);
            // Parsed and written again with sorted members it is the same text.
            assertThat(canonical(all)).isEqualTo(certificate.statement());

            var other = new Origin(new OrganizationId("other"), "key-1", "", "request-1");
            assertThat(refused(node.certificates.of(other, store)).code()).isEqualTo("store.not-found");
            assertThat(refused(node.certificates.of(ORIGIN, new StoreId(UUID.randomUUID())))
                            .code())
                    .isEqualTo("store.not-found");
            verifiesWithOpenssl(certificate);
        }
    }

    private static String canonical(JsonNode tree) throws IOException {
        return JSON.writeValueAsString(sorted(JSON.convertValue(tree, Object.class)));
    }

    private static Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> members -> {
                var sorted = new TreeMap<String, Object>();
                members.forEach((name, member) -> sorted.put((String) name, sorted(member)));
                yield sorted;
            }
            case List<?> items -> items.stream().map(ForgettingIT::sorted).toList();
            default -> value;
        };
    }

    /** As docs/operations.md tells an auditor to. */
    private void verifiesWithOpenssl(Certificate certificate) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("statement.json"), certificate.statement());
        Files.write(folder.resolve("signature"), Base64.getDecoder().decode(certificate.signature()));
        Files.writeString(folder.resolve("key.pem"), certificate.publicKey());
        assumeThat(Path.of("/usr/bin/openssl")).exists();

        assertThat(openssl()).contains("Signature Verified Successfully");
        Files.writeString(
                folder.resolve("statement.json"), certificate.statement().replace("creds", "other"));
        assertThat(openssl()).doesNotContain("Successfully");
    }

    private String openssl() throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        "openssl",
                        "pkeyutl",
                        "-verify",
                        "-pubin",
                        "-inkey",
                        "key.pem",
                        "-rawin",
                        "-in",
                        "statement.json",
                        "-sigfile",
                        "signature")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    @Test
    void keysOfADeletedStoreThatCouldNotBeDestroyedAreDestroyedAfterAKillAndRestart() throws Exception {
        var said = KilledProcess.run(CondemningNode.class, folder, Duration.ZERO);
        var store = StoreId.parse(said[1]);
        assertThat(said[2]).isEqualTo("keys.not-yet-destroyed");
        var settings = TestNode.embedded(folder.resolve("postgres"));
        try (var database = Database.open(settings)) {
            assertThat(rows(database, "SELECT key_id FROM data_key")).hasSize(2);
            database.now("let keys be destroyed", connection -> {
                try (var statement = connection.createStatement()) {
                    return statement.execute("DROP TRIGGER keep ON data_key");
                }
            });
        }

        try (var node = start(settings)) {
            told(node.persistence.recover());

            eventually(
                    "no key is left",
                    () -> rows(node.database, "SELECT key_id FROM data_key").isEmpty());
            eventually(
                    "the store knows",
                    () -> told(node.certificates.of(ORIGIN, store)) instanceof Outcome.Done<Certificate>);
        }
    }

    @Test
    void dataKeysOfBeforeTheyNamedTheirStoreAreAssignedToIt() {
        var settings = TestDatabase.fresh();
        var external = settings.external().orElseThrow();
        var flyway = Flyway.configure().dataSource(external.url(), external.user(), external.password());
        flyway.target("2").load().migrate();
        var store = UUID.randomUUID();
        var key = UUID.randomUUID();
        try (var connection = DriverManager.getConnection(external.url(), external.user(), external.password());
                var statement = connection.createStatement()) {
            statement.execute(
                    "INSERT INTO data_key (key_id, organization, wrapped) VALUES ('" + key + "', 'o', '\\x01')");
            statement.execute("INSERT INTO event_journal (persistence_id, sequence_number, writer, event_ser_id,"
                    + " event_ser_manifest, event_payload) VALUES ('secret-store|" + store
                    + "', 1, 'w', 71290, 'store.secret-set.1', convert_to('{\"event\":{\"value\":{\"key\":\"" + key
                    + "\"}}}', 'UTF8'))");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }

        try (var database = Database.open(settings)) {
            assertThat(rows(database, "SELECT store_id FROM data_key")).containsExactly(List.of(store.toString()));
        }
    }
}
