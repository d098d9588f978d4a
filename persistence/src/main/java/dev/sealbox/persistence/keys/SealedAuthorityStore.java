package dev.sealbox.persistence.keys;

import dev.sealbox.domain.egress.AuthorityStore;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.persistence.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Keeps each organisation's certificate authority in the database, wrapped by the master keys. Thread-safe. */
public final class SealedAuthorityStore implements AuthorityStore {
    private final Database database;
    private final MasterKeys masters;

    public SealedAuthorityStore(Database database, MasterKeys masters) {
        this.database = database;
        this.masters = masters;
    }

    @Override
    public CompletionStage<byte[]> loadOrCreate(OrganizationId organization, Supplier<byte[]> fresh) {
        return database.ask("read a certificate authority", connection -> {
            var known = read(connection, organization);
            if (known.isEmpty()) {
                write(connection, organization, fresh);
                known = read(connection, organization);
            }
            return masters.unwrap(known.orElseThrow(), Wrapped.authority(organization));
        });
    }

    private static Optional<byte[]> read(Connection connection, OrganizationId organization) throws SQLException {
        try (var query =
                connection.prepareStatement("SELECT wrapped FROM certificate_authority WHERE organization = ?")) {
            query.setString(1, organization.value());
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
            }
        }
    }

    /** Does nothing when another node was faster. */
    private void write(Connection connection, OrganizationId organization, Supplier<byte[]> fresh) throws SQLException {
        var material = fresh.get();
        try (var insert = connection.prepareStatement(
                "INSERT INTO certificate_authority (organization, wrapped) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
            insert.setString(1, organization.value());
            insert.setBytes(2, masters.wrap(material, Wrapped.authority(organization)));
            insert.executeUpdate();
        } finally {
            Arrays.fill(material, (byte) 0);
        }
    }
}
