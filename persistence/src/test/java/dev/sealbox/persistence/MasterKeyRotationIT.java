package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.refused;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.keys.MasterKeyStatus;
import dev.sealbox.domain.keys.MasterKeyStatus.Phase;
import dev.sealbox.domain.keys.MasterKeyStatus.State;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.KeyFailure;
import dev.sealbox.persistence.keys.MasterKeySettings;
import dev.sealbox.persistence.keys.MasterKeySettings.Source;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.OnlineRotation;
import dev.sealbox.persistence.keys.SealedAuthorityStore;
import dev.sealbox.persistence.keys.SealedNotary;
import dev.sealbox.persistence.keys.TinkVault;
import dev.sealbox.persistence.keys.TransitServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyRotationIT {
    private static final OrganizationId OWNER = new OrganizationId("owner");
    private static final StoreId STORE = new StoreId(UUID.randomUUID());
    private static final SecretName NAME = new SecretName("NAME");
    private static final Duration SELDOM = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("master.json");
    }

    private static List<Encrypted> seal(TinkVault vault, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> told(vault.seal(OWNER, STORE, NAME, Plaintext.of("value " + i))))
                .toList();
    }

    private static void opens(TinkVault vault, List<Encrypted> all) {
        all.forEach(value -> told(vault.open(new SealContext(OWNER, STORE, NAME, value.key()), value))
                .close());
    }

    private static void awaitEnd(OnlineRotation rotation) {
        eventually(
                "the rotation is done", () -> told(rotation.status()).rotation().phase() == Phase.DONE);
    }

    private static MasterKeyStatus.Key key(MasterKeyStatus status, long id) {
        return status.keys().stream().filter(key -> key.id() == id).findFirst().orElseThrow();
    }

    private static int sql(Database database, String statement, Object... values) {
        return database.now("change", connection -> {
            try (var update = connection.prepareStatement(statement)) {
                for (var i = 0; i < values.length; i++) {
                    update.setObject(i + 1, values[i]);
                }
                return update.executeUpdate();
            }
        });
    }

    @Test
    void wrapsEverythingByANewKeyWhileOtherNodesGoOn() throws Exception {
        try (var database = Database.open(TestDatabase.fresh())) {
            var masters = MasterKeys.open(file(), database);
            var vault = new TinkVault(database, masters);
            var sealed = seal(vault, 450);
            told(new SealedAuthorityStore(database, masters).loadOrCreate(OWNER, () -> new byte[] {1, 2, 3}));
            var signed = SealedNotary.open(database, masters).sign(new byte[] {7});
            var otherNode = new TinkVault(database, MasterKeys.open(file(), database));
            var before = Files.readString(file());

            try (var rotation = OnlineRotation.start(database, masters, SELDOM)) {
                var old = told(rotation.status());
                assertThat(old.rotation().phase()).isEqualTo(Phase.NEVER);
                assertThat(old.keys())
                        .containsExactly(new MasterKeyStatus.Key(old.primary(), true, State.ENABLED, 450, 3));

                var begun = done(rotation.rotate());
                assertThat(begun.primary()).isNotEqualTo(old.primary());
                assertThat(begun.rotation().total()).isEqualTo(453);
                awaitEnd(rotation);

                var after = told(rotation.status());
                assertThat(after.rotation()).isEqualTo(new MasterKeyStatus.Progress(Phase.DONE, 453, 453, 0));
                assertThat(key(after, after.primary()).dataKeys()).isEqualTo(450);
                assertThat(key(after, after.primary()).others()).isEqualTo(3);
                assertThat(key(after, old.primary()).dataKeys()).isZero();

                // Another node has never heard of the new key, and reads the file again when it meets it.
                opens(otherNode, sealed);
                opens(otherNode, seal(vault, 1));
                var restarted = MasterKeys.open(file(), database);
                assertThat(SealedNotary.open(database, restarted).verifies(new byte[] {7}, signed))
                        .isTrue();
                assertThat(told(new SealedAuthorityStore(database, restarted)
                                .loadOrCreate(OWNER, () -> new byte[] {9})))
                        .containsExactly(1, 2, 3);

                done(rotation.retire());
                var retired = told(rotation.status());
                assertThat(key(retired, old.primary()).state()).isEqualTo(State.RETIRED);
                opens(new TinkVault(database, MasterKeys.open(file(), database)), sealed);
                assertThat(Files.readString(file())).doesNotContain(Long.toString(old.primary()));
                assertThat(Files.getPosixFilePermissions(file()))
                        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            }

            // A node that still has only the retired key can neither start nor wrap anything that nobody could open.
            var stale = folder.resolve("stale.json");
            Files.writeString(stale, before);
            Files.setPosixFilePermissions(stale, PosixFilePermissions.fromString("rw-------"));
            assertThatThrownBy(() -> MasterKeys.open(stale, database))
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining("is not the one");
        }
    }

    @Test
    void letsNobodyWrapByARetiredKey() throws Exception {
        try (var database = Database.open(TestDatabase.fresh())) {
            var masters = MasterKeys.open(file(), database);
            var slowNode = new TinkVault(database, MasterKeys.open(file(), database));
            try (var rotation = OnlineRotation.start(database, masters, SELDOM)) {
                done(rotation.rotate());
                awaitEnd(rotation);

                // The other node has not noticed yet: what it wraps by the old key keeps that key needed.
                var late = seal(slowNode, 1);
                assertThat(refused(rotation.retire()).code()).isEqualTo("keys.in-use");
                assertThat(told(rotation.status()).rotation().phase()).isEqualTo(Phase.RUNNING);
                done(rotation.rotate());
                awaitEnd(rotation);
                opens(slowNode, late);
            }
            var again = MasterKeys.open(file(), database);
            var slowAgain = new TinkVault(database, MasterKeys.open(file(), database));
            try (var rotation = OnlineRotation.start(database, again, SELDOM)) {
                done(rotation.rotate());
                awaitEnd(rotation);
                done(rotation.retire());
                assertThatThrownBy(() -> slowAgain
                                .seal(OWNER, STORE, NAME, Plaintext.of("value"))
                                .toCompletableFuture()
                                .join())
                        .hasRootCauseMessage("ERROR: wrapped by a retired master key\n"
                                + "  Where: PL/pgSQL function refuse_retired_master_key() line 4 at RAISE");
            }
        }
    }

    @Test
    void isNoticedByOtherNodesFromTimeToTime() {
        try (var database = Database.open(TestDatabase.fresh())) {
            var masters = MasterKeys.open(file(), database);
            var other = MasterKeys.open(file(), database);
            try (var rotation = OnlineRotation.start(database, masters, SELDOM);
                    var elsewhere = OnlineRotation.start(database, other, Duration.ofMillis(50))) {
                var primary = done(rotation.rotate()).primary();

                eventually(
                        "the other node uses the new key",
                        () -> told(elsewhere.status()).keys().getFirst().equals(key(told(rotation.status()), primary)));
                assertThat(told(elsewhere.status()).primary()).isEqualTo(primary);
            }
        }
    }

    @Test
    void goesOnAfterAKillAtAnyPoint() throws Exception {
        var seed = new Random().nextLong();
        System.out.println("seed of the kills: " + seed);
        var random = new Random(seed);
        List<Encrypted> sealed;
        try (var database = Database.open(TestNode.embedded(folder.resolve("postgres")))) {
            sealed = seal(new TinkVault(database, MasterKeys.open(file(), database)), 4000);
        }

        var keysBefore = 1;
        var interrupted = 0;
        for (var round = 0; round < 4; round++) {
            KilledProcess.run(RotatingNode.class, folder, Duration.ofMillis(random.nextInt(20, 250)));

            try (var database = Database.open(TestNode.embedded(folder.resolve("postgres")))) {
                var masters = MasterKeys.open(file(), database);
                try (var probe = OnlineRotation.start(database, masters, SELDOM)) {
                    var left = told(probe.status());
                    interrupted += left.rotation().phase() == Phase.RUNNING ? 1 : 0;
                    eventually(
                            "nothing is left to do",
                            () -> told(probe.status()).rotation().phase() != Phase.RUNNING);
                    var status = told(probe.status());
                    // The round has added one key, or none if it was killed before it asked for one.
                    assertThat(status.keys().size()).isBetween(keysBefore, keysBefore + 1);
                    keysBefore = status.keys().size();
                    assertThat(key(status, status.primary()).dataKeys()).isEqualTo(4000);
                    opens(new TinkVault(database, masters), sealed.subList(round * 900, round * 900 + 900));
                }
            }
        }
        System.out.println("kills in the middle of re-wrapping: " + interrupted + ", keys: " + keysBefore);
    }

    @Test
    void addsOneKeyWhereverItWasInterrupted() throws Exception {
        try (var database = Database.open(TestDatabase.fresh())) {
            var masters = MasterKeys.open(file(), database);
            var sealed = seal(new TinkVault(database, masters), 3);
            OnlineRotation.start(database, masters, SELDOM).close();

            // Killed after the request, before the key set was written.
            told(OnlineRotation.start(database, masters, SELDOM).status());
            sql(database, "UPDATE master_key_rotation SET requested = TRUE");
            try (var rotation = OnlineRotation.start(database, MasterKeys.open(file(), database), SELDOM)) {
                awaitEnd(rotation);
                assertThat(told(rotation.status()).keys()).hasSize(2);
            }

            // Killed after the key set was written, before anything was told to use it.
            sql(database, "UPDATE master_key_rotation SET requested = TRUE");
            var written = withNewPrimary(Files.readString(file()));
            Files.writeString(file(), written);
            var restarted = MasterKeys.open(file(), database);
            try (var rotation = OnlineRotation.start(database, restarted, SELDOM)) {
                eventually("the new key is in use", () -> {
                    var status = told(rotation.status());
                    return status.rotation().phase() == Phase.DONE
                            && key(status, status.primary()).dataKeys() == 3;
                });
                assertThat(told(rotation.status()).keys()).hasSize(3);
                assertThat(Files.readString(file())).isEqualTo(written);
            }
            opens(new TinkVault(database, restarted), sealed);
        }
    }

    private static String withNewPrimary(String json) throws Exception {
        AeadConfig.register();
        return TinkJsonProtoKeysetFormat.serializeKeyset(
                KeysetHandle.newBuilder(TinkJsonProtoKeysetFormat.parseKeyset(json, InsecureSecretKeyAccess.get()))
                        .addEntry(KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                                .withRandomId()
                                .makePrimary())
                        .build(),
                InsecureSecretKeyAccess.get());
    }

    @Test
    void leavesTheEnvironmentToItsOperator() throws Exception {
        try (var database = Database.open(TestDatabase.fresh())) {
            MasterKeys.open(file(), database);
            var first = Files.readString(file());
            var masters = fromEnvironment(first, database);
            var sealed = seal(new TinkVault(database, masters), 2);
            try (var rotation = OnlineRotation.start(database, masters, SELDOM)) {
                var refusal = refused(rotation.rotate());
                assertThat(refusal.code()).isEqualTo("keys.not-rewritable");
                assertThat(refusal.message()).contains("add a new primary key").contains("SEALBOX_MASTER_KEYS");
                assertThat(refused(rotation.retire()).code()).isEqualTo("keys.not-rewritable");
            }

            var second = fromEnvironment(withNewPrimary(first), database);
            try (var rotation = OnlineRotation.start(database, second, SELDOM)) {
                var begun = done(rotation.rotate());
                assertThat(begun.rotation().total()).isEqualTo(3);
                awaitEnd(rotation);
                assertThat(told(rotation.status()).keys()).hasSize(2);
                opens(new TinkVault(database, second), sealed);
                // For a moment after its end a rotation counts as one that is under way, and joins whoever asks.
                eventually(
                        "another rotation is refused",
                        () -> told(rotation.rotate()) instanceof Outcome.Refused<?>(var reason)
                                && reason.code().equals("keys.not-rewritable"));
            }
            assertThatThrownBy(() -> fromEnvironment("", database))
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining("SEALBOX_MASTER_KEYS is not set");
        }
    }

    private static MasterKeys fromEnvironment(String keys, Database database) {
        var settings = new MasterKeySettings(
                Source.ENVIRONMENT, Path.of("none"), "SEALBOX_MASTER_KEYS", Optional.empty(), SELDOM);
        return MasterKeys.open(settings.open(Map.of("SEALBOX_MASTER_KEYS", keys)::get), settings.patience(), database);
    }

    @Test
    void keepsTheKeySetEncryptedByATransitEngine() throws Exception {
        try (var server = new TransitServer();
                var database = Database.open(TestDatabase.fresh())) {
            server.create("sealbox");
            var settings = transit(server);
            var masters = MasterKeys.open(settings.open(name -> TransitServer.TOKEN), settings.patience(), database);
            var sealed = seal(new TinkVault(database, masters), 3);
            assertThat(Files.readString(file())).contains("encryptedKeyset").doesNotContain("\"value\"");
            assertThat(new String(
                            Base64.getDecoder()
                                    .decode(new ObjectMapper()
                                            .readTree(file().toFile())
                                            .path("encryptedKeyset")
                                            .asText()),
                            StandardCharsets.UTF_8))
                    .startsWith("vault:v1:");

            server.rotate("sealbox");
            try (var rotation = OnlineRotation.start(database, masters, SELDOM)) {
                done(rotation.rotate());
                awaitEnd(rotation);
                server.minDecryptionVersion("sealbox", 2);
                done(rotation.retire());
            }
            var restarted = MasterKeys.open(settings.open(name -> TransitServer.TOKEN), settings.patience(), database);
            opens(new TinkVault(database, restarted), sealed);

            assertThatThrownBy(() -> MasterKeys.open(settings.open(name -> "another"), settings.patience(), database))
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining("403 permission denied");
            server.rotate("sealbox");
            server.minDecryptionVersion("sealbox", 3);
            assertThatThrownBy(() ->
                            MasterKeys.open(settings.open(name -> TransitServer.TOKEN), settings.patience(), database))
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining("too old");
        }
    }

    private MasterKeySettings transit(TransitServer server) {
        return MasterKeySettings.from(ConfigFactory.parseMap(Map.of(
                        "sealbox.persistence.master-key-file",
                        file().toString(),
                        "sealbox.persistence.master-keys.source",
                        "vault-transit",
                        "sealbox.persistence.master-keys.vault.address",
                        server.address(),
                        "sealbox.persistence.master-keys.vault.key",
                        "sealbox"))
                .withFallback(ConfigFactory.parseResources("reference.conf"))
                .resolve());
    }

    @Test
    void isNotHeldUpByAKeyThatWasAltered() {
        try (var database = Database.open(TestDatabase.fresh())) {
            var masters = MasterKeys.open(file(), database);
            var sealed = seal(new TinkVault(database, masters), 3);
            sql(
                    database,
                    "UPDATE data_key SET wrapped = wrapped || '\\x00'::bytea WHERE key_id = ?",
                    sealed.getFirst().key().value());
            try (var rotation = OnlineRotation.start(database, masters, SELDOM)) {
                done(rotation.rotate());
                awaitEnd(rotation);

                assertThat(told(rotation.status()).rotation())
                        .isEqualTo(new MasterKeyStatus.Progress(Phase.DONE, 3, 4, 1));
                opens(new TinkVault(database, masters), sealed.subList(1, 3));
                assertThat(refused(rotation.retire()).message()).contains("still wraps 1 keys");
                done(rotation.rotate());
                eventually(
                        "the second one is done, too",
                        () -> told(rotation.status())
                                .rotation()
                                .equals(new MasterKeyStatus.Progress(Phase.DONE, 3, 4, 1)));
            }
        }
    }

    @Test
    void bringsBackNoKeyThatIsDestroyedMeanwhile() {
        try (var database = Database.open(TestDatabase.fresh())) {
            var masters = MasterKeys.open(file(), database);
            var vault = new TinkVault(database, masters);
            var sealed = seal(vault, 600);
            try (var rotation = OnlineRotation.start(database, masters, SELDOM)) {
                done(rotation.rotate());
                told(vault.destroy(sealed.stream().map(Encrypted::key).toList()));
                awaitEnd(rotation);

                assertThat(told(rotation.status()).keys()).allMatch(key -> key.dataKeys() == 0);
            }
        }
    }

    @Test
    void doesNotFollowAKeySetThatLacksTheKeyInUse() throws Exception {
        try (var database = Database.open(TestDatabase.fresh())) {
            var masters = MasterKeys.open(file(), database);
            var vault = new TinkVault(database, masters);
            var sealed = seal(vault, 1);
            try (var other = Database.open(TestDatabase.fresh())) {
                MasterKeys.open(folder.resolve("other.json"), other);
            }
            Files.copy(folder.resolve("other.json"), file(), StandardCopyOption.REPLACE_EXISTING);
            var forged = new byte[60];
            Arrays.fill(forged, (byte) 1);
            sql(
                    database,
                    "INSERT INTO data_key (key_id, organization, wrapped) VALUES (?, 'owner', ?)",
                    UUID.randomUUID(),
                    forged);

            try (var rotation = OnlineRotation.start(database, masters, Duration.ofMillis(20))) {
                opens(vault, sealed);
                seal(vault, 1);
                assertThat(told(rotation.status()).keys())
                        .extracting(MasterKeyStatus.Key::state)
                        .containsExactly(State.ENABLED, State.MISSING);
            }
        }
    }
}
