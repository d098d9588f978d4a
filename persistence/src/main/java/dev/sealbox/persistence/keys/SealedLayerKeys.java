package dev.sealbox.persistence.keys;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.persistence.database.Database;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;

/** Keeps the key of each organisation's files in the layer store in the database, wrapped by the master keys. Thread-safe. */
public final class SealedLayerKeys {
    private static final int KEY_BYTES = 32;

    private final Database database;
    private final MasterKeys masters;
    private final SecureRandom random = new SecureRandom();

    public SealedLayerKeys(Database database, MasterKeys masters) {
        this.database = database;
        this.masters = masters;
    }

    /** 32 bytes, made at the first call. Blocks; the caller wipes them. */
    public byte[] of(OrganizationId organization) {
        return database.now("read a key of the layer store", connection -> {
            var known = read(connection, organization);
            if (known.isEmpty()) {
                write(connection, organization);
                known = read(connection, organization);
            }
            return masters.unwrap(known.orElseThrow(), Wrapped.layerKey(organization));
        });
    }

    private static Optional<byte[]> read(Connection connection, OrganizationId organization) throws SQLException {
        try (var query = connection.prepareStatement("SELECT wrapped FROM layer_key WHERE organization = ?")) {
            query.setString(1, organization.value());
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
            }
        }
    }

    /** Does nothing when another node was faster. */
    private void write(Connection connection, OrganizationId organization) throws SQLException {
        var key = new byte[KEY_BYTES];
        random.nextBytes(key);
        try (var insert = connection.prepareStatement(
                "INSERT INTO layer_key (organization, wrapped) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
            insert.setString(1, organization.value());
            insert.setBytes(2, masters.wrap(key, Wrapped.layerKey(organization)));
            insert.executeUpdate();
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
