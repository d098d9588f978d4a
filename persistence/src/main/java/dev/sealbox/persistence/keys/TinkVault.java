package dev.sealbox.persistence.keys;

import com.google.crypto.tink.subtle.AesGcmJce;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.domain.sealing.Vault;
import dev.sealbox.persistence.database.Database;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Encrypts each version of a secret under an AES-256-GCM data key of its own. The data key is kept wrapped by the
 * master keys in a table beside the journal; deleting its row makes the version unreadable for ever. Thread-safe.
 */
public final class TinkVault implements Vault {
    private static final int KEY_BYTES = 32;

    private final Database database;
    private final MasterKeys masters;
    private final DataKeyReads reads;
    private final SecureRandom random = new SecureRandom();

    public TinkVault(Database database, MasterKeys masters) {
        this.database = database;
        this.masters = masters;
        this.reads = new DataKeyReads(database);
    }

    @Override
    public CompletionStage<Encrypted> seal(
            OrganizationId organization, StoreId store, SecretName name, Plaintext value) {
        return database.together("keep a data key", connection -> sealed(connection, organization, store, name, value));
    }

    private Encrypted sealed(
            Connection connection, OrganizationId organization, StoreId store, SecretName name, Plaintext value)
            throws SQLException {
        var context = new SealContext(organization, store, name, new KeyId(UUID.randomUUID()));
        var key = new byte[KEY_BYTES];
        random.nextBytes(key);
        try (var insert = connection.prepareStatement(
                "INSERT INTO data_key (key_id, organization, wrapped, store_id) VALUES (?, ?, ?, ?)")) {
            var encrypted = encrypt(key, context, value);
            insert.setObject(1, context.version().value());
            insert.setString(2, organization.value());
            insert.setBytes(3, masters.wrap(key, wrapping(context)));
            insert.setObject(4, store.value());
            insert.executeUpdate();
            return encrypted;
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    @MayReveal("a value is encrypted here")
    private static Encrypted encrypt(byte[] key, SealContext context, Plaintext value) {
        try {
            var ciphertext = new AesGcmJce(key).encrypt(value.reveal(), context.associatedData());
            return new Encrypted(context.version(), Base64.getEncoder().encodeToString(ciphertext));
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("a value cannot be encrypted", e);
        }
    }

    @Override
    public CompletionStage<Plaintext> open(SealContext context, Encrypted value) {
        if (!context.version().equals(value.key())) {
            return CompletableFuture.failedFuture(elsewhere());
        }
        return reads.read(
                value.key(),
                wrapped -> decrypt(
                        wrapped.orElseThrow(() -> new KeyFailure("the data key " + value.key() + " is destroyed")),
                        context,
                        value));
    }

    @Override
    public CompletionStage<Optional<Encrypted>> reseal(SealContext context, Encrypted value) {
        return database.ask("keep a data key for a value that is kept already", connection -> {
            var opened = opened(connection, context, value);
            if (opened.isEmpty()) {
                return Optional.empty();
            }
            try (var plaintext = opened.get()) {
                return Optional.of(
                        sealed(connection, context.organization(), context.store(), context.name(), plaintext));
            }
        });
    }

    /** Empty when the data key is destroyed. */
    private Optional<Plaintext> opened(Connection connection, SealContext context, Encrypted value)
            throws SQLException {
        if (!context.version().equals(value.key())) {
            throw elsewhere();
        }
        try (var query = connection.prepareStatement("SELECT wrapped FROM data_key WHERE key_id = ?")) {
            query.setObject(1, value.key().value());
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(decrypt(rows.getBytes(1), context, value)) : Optional.empty();
            }
        }
    }

    private static KeyFailure elsewhere() {
        return new KeyFailure("a value does not belong where it was found");
    }

    private Plaintext decrypt(byte[] wrapped, SealContext context, Encrypted value) {
        var key = masters.unwrap(wrapped, wrapping(context));
        try {
            var ciphertext = Base64.getDecoder().decode(value.ciphertext());
            return Plaintext.owning(new AesGcmJce(key).decrypt(ciphertext, context.associatedData()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new KeyFailure("a value does not open: it was altered or moved", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] wrapping(SealContext context) {
        return Wrapped.dataKey(context.organization(), context.version());
    }

    @Override
    public CompletionStage<Void> destroy(Collection<KeyId> keys) {
        var ids = keys.stream().map(KeyId::value).toArray(UUID[]::new);
        return database.<Integer>together("destroy data keys", connection -> {
                    try (var delete = connection.prepareStatement("DELETE FROM data_key WHERE key_id = ANY (?)")) {
                        delete.setArray(1, connection.createArrayOf("uuid", ids));
                        return delete.executeUpdate();
                    }
                })
                .thenAccept(rows -> {});
    }
}
