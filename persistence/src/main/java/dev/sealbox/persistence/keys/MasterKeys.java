package dev.sealbox.persistence.keys;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.sealbox.persistence.database.Database;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that wrap all other keys: a Tink key set in a file that only the operator and this process may read.
 * Thread-safe.
 */
public final class MasterKeys {
    private static final Logger log = LoggerFactory.getLogger(MasterKeys.class);
    private static final byte[] CHECK = "sealbox/master-key-check".getBytes(StandardCharsets.UTF_8);

    private final Aead keys;

    private MasterKeys(Aead keys) {
        this.keys = keys;
    }

    /**
     * Reads the key set, or makes one when the file is missing and the database holds nothing that was wrapped by an
     * earlier one.
     *
     * @throws KeyFailure with one line for the operator when the file is missing, unreadable, or not the right one
     */
    public static MasterKeys open(Path file, Database database) {
        try {
            AeadConfig.register();
            var known = Files.exists(file);
            if (!known && holdsWrapped(database)) {
                throw new KeyFailure("the master key file " + file
                        + " is missing, but the database holds data encrypted under it; restore the file");
            }
            var keys = new MasterKeys(
                    (known ? read(file) : generate(file)).getPrimitive(RegistryConfiguration.get(), Aead.class));
            keys.prove(file, database, !known);
            return keys;
        } catch (GeneralSecurityException | IOException e) {
            throw new KeyFailure("the master key file " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static KeysetHandle read(Path file) throws GeneralSecurityException, IOException {
        return TinkJsonProtoKeysetFormat.parseKeyset(Files.readString(file), InsecureSecretKeyAccess.get());
    }

    private static KeysetHandle generate(Path file) throws GeneralSecurityException, IOException {
        var keys = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM);
        var folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        var draft = Files.createTempFile(
                folder,
                ".master-key",
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(draft, TinkJsonProtoKeysetFormat.serializeKeyset(keys, InsecureSecretKeyAccess.get()));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        log.warn(
                "Made a new master key in {}. Whoever has it and the database can read every secret; without it nobody"
                        + " can. Keep a copy in a safe place.",
                file);
        return keys;
    }

    private static boolean holdsWrapped(Database database) {
        return database.now("look for data keys", connection -> {
            try (var query = connection.prepareStatement(
                            "SELECT EXISTS (SELECT 1 FROM data_key) OR EXISTS (SELECT 1 FROM certificate_authority)");
                    var rows = query.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        });
    }

    /** The database remembers a text that only the right keys can unwrap. */
    private void prove(Path file, Database database, boolean fresh) {
        if (fresh) {
            forget(database);
        }
        remember(database, wrap(CHECK, CHECK));
        if (stored(database).filter(this::opens).isEmpty()) {
            throw new KeyFailure("the master key file " + file
                    + " is not the one that the database was encrypted under; give the right file");
        }
    }

    private boolean opens(byte[] wrapped) {
        try {
            keys.decrypt(wrapped, CHECK);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static int forget(Database database) {
        return database.now("replace the master key's check", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM master_key_check")) {
                return delete.executeUpdate();
            }
        });
    }

    private static int remember(Database database, byte[] wrapped) {
        return database.now("write the master key's check", connection -> {
            try (var insert = connection.prepareStatement(
                    "INSERT INTO master_key_check (id, wrapped) VALUES (1, ?) ON CONFLICT DO NOTHING")) {
                insert.setBytes(1, wrapped);
                return insert.executeUpdate();
            }
        });
    }

    private static Optional<byte[]> stored(Database database) {
        return database.now("read the master key's check", connection -> {
            try (var query = connection.prepareStatement("SELECT wrapped FROM master_key_check");
                    var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
            }
        });
    }

    /** Encrypts another key; it opens again only with the same {@code context}. */
    byte[] wrap(byte[] key, byte[] context) {
        try {
            return keys.encrypt(key, context);
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("a key cannot be wrapped", e);
        }
    }

    /** Opens what {@link #wrap} made; the caller wipes the result. */
    byte[] unwrap(byte[] wrapped, byte[] context) {
        try {
            return keys.decrypt(wrapped, context);
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("a wrapped key does not open: it was altered, moved, or wrapped by other keys", e);
        }
    }
}
