package dev.sealbox.persistence.keys;

import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.persistence.database.Database;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The table of data keys, asked about what is still there. Thread-safe. */
public final class DataKeys {
    private final Database database;

    public DataKeys(Database database) {
        this.database = database;
    }

    /** Every store that has a data key: a store with a key that is to be destroyed is always among them. */
    public CompletionStage<Set<StoreId>> stores() {
        return database.ask("list stores with data keys", connection -> {
            try (var query = connection.prepareStatement(
                            "SELECT DISTINCT store_id FROM data_key WHERE store_id IS NOT NULL");
                    var rows = query.executeQuery()) {
                var all = new HashSet<StoreId>();
                while (rows.next()) {
                    all.add(new StoreId(rows.getObject(1, UUID.class)));
                }
                return Set.copyOf(all);
            }
        });
    }

    /** How many of these are still there. */
    public CompletionStage<Integer> remaining(Collection<KeyId> keys) {
        var ids = keys.stream().map(KeyId::value).toArray(UUID[]::new);
        return database.ask("look for destroyed data keys", connection -> {
            try (var query = connection.prepareStatement("SELECT count(*) FROM data_key WHERE key_id = ANY (?)")) {
                query.setArray(1, connection.createArrayOf("uuid", ids));
                try (var rows = query.executeQuery()) {
                    rows.next();
                    return rows.getInt(1);
                }
            }
        });
    }
}
