package dev.sealbox.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.audit.Notary;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.KeyFailure;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.SealedNotary;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedNotaryIT {
    private static final byte[] STATEMENT = "what happened".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private Database database;
    private MasterKeys masters;

    @BeforeEach
    void open() {
        database = Database.open(TestDatabase.fresh());
        masters = MasterKeys.open(folder.resolve("master.json"), database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private int change(String update, byte[] value) {
        return database.now("tamper", connection -> {
            try (var statement = connection.prepareStatement(update)) {
                statement.setBytes(1, value);
                return statement.executeUpdate();
            }
        });
    }

    private byte[] wrapped() {
        return database.now("look", connection -> {
            try (var query = connection.prepareStatement("SELECT wrapped FROM signing_key");
                    var rows = query.executeQuery()) {
                rows.next();
                return rows.getBytes(1);
            }
        });
    }

    @Test
    void staysTheSameAfterARestartAndVerifiesOnlyWhatItSigned() {
        var signature = SealedNotary.open(database, masters).sign(STATEMENT);
        var later = SealedNotary.open(database, masters);

        assertThat(signature).hasSize(64);
        assertThat(later.verifies(STATEMENT, signature)).isTrue();
        assertThat(later.verifies("what did not".getBytes(StandardCharsets.UTF_8), signature))
                .isFalse();
        assertThat(later.verifies(STATEMENT, new byte[64])).isFalse();
        assertThat(later.verifies(STATEMENT, new byte[3])).isFalse();
        assertThat(later.publicKey()).startsWith("-----BEGIN PUBLIC KEY-----\n").endsWith("-----END PUBLIC KEY-----\n");
    }

    @Test
    void noticesThatItsPublicHalfWasReplaced() throws NoSuchAlgorithmException {
        SealedNotary.open(database, masters);
        var other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        change("UPDATE signing_key SET public_key = ?", other.getPublic().getEncoded());

        assertThatThrownBy(() -> SealedNotary.open(database, masters))
                .isInstanceOf(KeyFailure.class)
                .hasMessage("the signing key's public half in the database was replaced");

        change("UPDATE signing_key SET public_key = ?", new byte[] {1, 2, 3});
        assertThatThrownBy(() -> SealedNotary.open(database, masters)).isInstanceOf(KeyFailure.class);
    }

    @Test
    void noticesThatItsWrappedHalfWasAlteredOrIsSomethingElse() {
        SealedNotary.open(database, masters);
        var tampered = wrapped();
        tampered[tampered.length - 1] ^= 1;
        change("UPDATE signing_key SET wrapped = ?", tampered);
        assertThatThrownBy(() -> SealedNotary.open(database, masters)).isInstanceOf(KeyFailure.class);

        // Wrapped by the same master key, but for another place.
        change("UPDATE signing_key SET wrapped = (SELECT wrapped FROM master_key_check) WHERE wrapped = ?", tampered);
        assertThatThrownBy(() -> SealedNotary.open(database, masters)).isInstanceOf(KeyFailure.class);
    }

    @Test
    void isOneHoweverManyNodesStartAtTheSameMoment() {
        var nodes = 4;
        var together = new CyclicBarrier(nodes);
        var started = IntStream.range(0, nodes)
                .mapToObj(node -> CompletableFuture.supplyAsync(
                        () -> {
                            await(together);
                            return SealedNotary.open(database, masters);
                        },
                        command -> Thread.ofVirtual().start(command)))
                .toList();

        var notaries = started.stream().map(CompletableFuture::join).toList();

        Set<String> keys = notaries.stream().map(Notary::publicKey).collect(Collectors.toSet());
        assertThat(keys).hasSize(1);
        assertThat(notaries.getLast().verifies(STATEMENT, notaries.getFirst().sign(STATEMENT)))
                .isTrue();
    }

    private static void await(CyclicBarrier together) {
        try {
            together.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
