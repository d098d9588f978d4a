package dev.sealbox.persistence.keys;

import dev.sealbox.persistence.database.Database;
import java.util.Optional;

/** The database remembers a text that only the right master keys unwrap, so that wrong ones are noticed at the start. */
record MasterKeyCheck(Database database) {

    /** Whether anything was ever wrapped. */
    boolean isNeeded() {
        return database.now("look for data keys", connection -> {
            try (var query = connection.prepareStatement("SELECT EXISTS (SELECT 1 FROM data_key)"
                            + " OR EXISTS (SELECT 1 FROM certificate_authority)"
                            + " OR EXISTS (SELECT 1 FROM signing_key)");
                    var rows = query.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        });
    }

    /**
     * Returns when these are the right keys.
     *
     * @param fresh they were made just now, and the database is empty
     * @throws KeyFailure when they are not
     */
    void pass(MasterKeys masters, String source, boolean fresh) {
        var context = Wrapped.CHECK_TEXT;
        if (fresh) {
            forget();
        }
        if (stored().isEmpty()) {
            remember(masters.wrap(context, context));
        }
        if (stored().filter(wrapped -> masters.opens(wrapped, context)).isEmpty()) {
            throw new KeyFailure(
                    source + " is not the one that the database was encrypted under; give the right key set");
        }
    }

    private int forget() {
        return database.now("replace the master key's check", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM master_key_check")) {
                return delete.executeUpdate();
            }
        });
    }

    /** Does nothing when another node was faster. */
    private int remember(byte[] wrapped) {
        return database.now("write the master key's check", connection -> {
            try (var insert = connection.prepareStatement(
                    "INSERT INTO master_key_check (id, wrapped) VALUES (1, ?) ON CONFLICT DO NOTHING")) {
                insert.setBytes(1, wrapped);
                return insert.executeUpdate();
            }
        });
    }

    private Optional<byte[]> stored() {
        return database.now("read the master key's check", connection -> {
            try (var query = connection.prepareStatement("SELECT wrapped FROM master_key_check");
                    var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
            }
        });
    }
}
