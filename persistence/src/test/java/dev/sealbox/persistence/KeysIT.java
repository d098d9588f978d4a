package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseSettings;
import dev.sealbox.persistence.database.DatabaseSettings.External;
import dev.sealbox.persistence.database.DatabaseUnavailable;
import dev.sealbox.persistence.keys.KeyFailure;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.SealedAuthorityStore;
import dev.sealbox.persistence.keys.TinkVault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@MayReveal("the test compares what comes out with what went in")
class KeysIT {
    private static final OrganizationId OWNER = new OrganizationId("owner");
    private static final StoreId STORE = new StoreId(UUID.randomUUID());
    private static final SecretName NAME = new SecretName("NAME");
    private static final String VALUE = "a value that nobody may read";

    @TempDir
    private static Path folder;

    private static Database database;
    private static MasterKeys masters;
    private static TinkVault vault;

    @BeforeAll
    static void open() {
        database = Database.open(TestDatabase.fresh());
        masters = MasterKeys.open(folder.resolve("keys/master.json"), database);
        vault = new TinkVault(database, masters);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static Encrypted seal() {
        return told(vault.seal(OWNER, STORE, NAME, Plaintext.of(VALUE)));
    }

    private static SealContext at(Encrypted value) {
        return new SealContext(OWNER, STORE, NAME, value.key());
    }

    private static void doesNotOpen(CompletionStage<Plaintext> opened) {
        assertThatThrownBy(() -> opened.toCompletableFuture().join())
                .hasCauseInstanceOf(KeyFailure.class)
                .hasMessageNotContaining(VALUE);
    }

    @Test
    void givesBackWhatWasSealed() {
        var sealed = seal();

        try (var opened = told(vault.open(at(sealed), sealed))) {
            assertThat(new String(opened.reveal(), StandardCharsets.UTF_8)).isEqualTo(VALUE);
        }
        assertThat(seal().ciphertext()).isNotEqualTo(sealed.ciphertext());
    }

    /** Values that are opened at a time share queries, and nothing else. */
    @Test
    void opensManyAtATimeEachByItsOwnKey() {
        var sealed = IntStream.range(0, 300)
                .mapToObj(number -> vault.seal(OWNER, STORE, NAME, Plaintext.of("value " + number)))
                .toList()
                .stream()
                .map(Told::told)
                .toList();
        told(vault.destroy(List.of(sealed.get(7).key())));

        var opened = sealed.stream().map(value -> vault.open(at(value), value)).toList();

        for (var number = 0; number < 300; number++) {
            if (number == 7) {
                doesNotOpen(opened.get(number));
                continue;
            }
            try (var value = told(opened.get(number))) {
                assertThat(new String(value.reveal(), StandardCharsets.UTF_8)).isEqualTo("value " + number);
            }
        }
    }

    @Test
    void opensNothingThatWasMovedOrAltered() {
        var sealed = seal();
        var other = seal();

        doesNotOpen(vault.open(new SealContext(new OrganizationId("other"), STORE, NAME, sealed.key()), sealed));
        doesNotOpen(vault.open(new SealContext(OWNER, new StoreId(UUID.randomUUID()), NAME, sealed.key()), sealed));
        doesNotOpen(vault.open(new SealContext(OWNER, STORE, new SecretName("OTHER"), sealed.key()), sealed));
        doesNotOpen(vault.open(at(other), sealed));
        doesNotOpen(vault.open(at(other), new Encrypted(other.key(), sealed.ciphertext())));
        doesNotOpen(vault.open(at(sealed), new Encrypted(sealed.key(), "AAAA")));
        doesNotOpen(vault.open(at(sealed), new Encrypted(sealed.key(), "not base64")));
    }

    @Test
    void opensNothingWithADataKeyOfAnotherOrganisation() {
        var sealed = seal();
        var stolen = told(vault.seal(new OrganizationId("other"), STORE, NAME, Plaintext.of(VALUE)));
        database.now("move a key", connection -> {
            try (var update = connection.prepareStatement(
                    "UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE key_id = ?) WHERE key_id = ?")) {
                update.setObject(1, stolen.key().value());
                update.setObject(2, sealed.key().value());
                return update.executeUpdate();
            }
        });

        doesNotOpen(vault.open(at(sealed), sealed));
    }

    @Test
    void forgetsForEver() {
        var sealed = seal();
        var kept = seal();

        told(vault.destroy(List.of(sealed.key(), new KeyId(UUID.randomUUID()))));
        told(vault.destroy(List.of(sealed.key())));
        told(vault.destroy(List.of()));

        doesNotOpen(vault.open(at(sealed), sealed));
        told(vault.open(at(kept), kept)).close();
    }

    @Test
    void sealsOnceMoreUnderAKeyThatOutlivesTheFirst() {
        var first = seal();
        var second = told(vault.reseal(at(first), first)).orElseThrow();
        assertThat(second.key()).isNotEqualTo(first.key());

        told(vault.destroy(List.of(first.key())));

        try (var opened = told(vault.open(at(second), second))) {
            assertThat(new String(opened.reveal(), StandardCharsets.UTF_8)).isEqualTo(VALUE);
        }
        assertThat(told(vault.reseal(at(first), first))).isEmpty();
        assertThatThrownBy(() ->
                        vault.reseal(at(first), second).toCompletableFuture().join())
                .hasCauseInstanceOf(KeyFailure.class);
    }

    @Test
    void keepsOneAuthorityForEachOrganisation() {
        var first = new SealedAuthorityStore(database, masters);
        var second = new SealedAuthorityStore(database, masters);

        var one = first.loadOrCreate(OWNER, () -> "from the first".getBytes(StandardCharsets.UTF_8));
        var two = second.loadOrCreate(OWNER, () -> "from the other".getBytes(StandardCharsets.UTF_8));
        var other = second.loadOrCreate(new OrganizationId("other"), () -> "another".getBytes(StandardCharsets.UTF_8));

        assertThat(told(one)).isEqualTo(told(two)).hasSize(14);
        assertThat(new String(told(other), StandardCharsets.UTF_8)).isEqualTo("another");
    }

    @Test
    void restOnADatabaseThatIsDurableAndAsksForAPassword() {
        assertThat(setting("fsync")).isEqualTo("on");
        assertThat(setting("synchronous_commit")).isEqualTo("on");
        assertThat(setting("listen_addresses")).isEqualTo("localhost");
        var url = database.now(
                "read the address", connection -> connection.getMetaData().getURL());
        var guess = new DatabaseSettings(
                Optional.of(new External(url, "postgres", "a guess")), folder, 2, 2, Duration.ofSeconds(5));
        assertThatThrownBy(() -> Database.open(guess)).isInstanceOf(DatabaseUnavailable.class);
    }

    private static String setting(String name) {
        return database.now("read a setting", connection -> {
            try (var query = connection.prepareStatement("SELECT current_setting(?)")) {
                query.setString(1, name);
                try (var rows = query.executeQuery()) {
                    rows.next();
                    return rows.getString(1);
                }
            }
        });
    }

    @Test
    void saysInOneLineThatTheDatabaseDoesNotAnswer() {
        var nowhere = new DatabaseSettings(
                Optional.of(new External("jdbc:postgresql://127.0.0.1:1/sealbox", "user", "the-password")),
                folder,
                2,
                2,
                Duration.ofSeconds(5));

        assertThatThrownBy(() -> Database.open(nowhere))
                .isInstanceOf(DatabaseUnavailable.class)
                .hasMessageContaining("the database does not answer")
                .hasMessageNotContaining("the-password")
                .hasMessageNotContaining("\n");
    }
}
