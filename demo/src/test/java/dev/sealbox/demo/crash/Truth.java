package dev.sealbox.demo.crash;

import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.domain.store.Secret;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseSettings;
import dev.sealbox.persistence.entity.SecretStoreEntity;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.TinkVault;
import dev.sealbox.persistence.serialization.JournalSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the journal and the keys of a running node say: the values themselves, which its API never tells. */
final class Truth implements AutoCloseable {
    private final Database database;
    private final TinkVault vault;
    private final JournalSerializer serializer = new JournalSerializer();

    Truth(Path data) {
        try {
            var postmaster = Files.readAllLines(data.resolve("postgres/data/postmaster.pid"));
            var password = Files.readString(data.resolve("postgres/password")).strip();
            var address = new DatabaseSettings.External(
                    "jdbc:postgresql://localhost:" + postmaster.get(3).strip() + "/postgres", "postgres", password);
            this.database = Database.open(
                    new DatabaseSettings(Optional.of(address), data.resolve("unused"), 2, 1, Duration.ofSeconds(30)));
            this.vault = new TinkVault(database, MasterKeys.open(data.resolve("keys/master.json"), database));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A store as its events tell it. */
    SecretStore replayed(String store) {
        return database.now("replay a store", connection -> {
            try (var query = connection.prepareStatement("SELECT event_payload, event_ser_manifest FROM event_journal"
                    + " WHERE persistence_id = ? ORDER BY sequence_number")) {
                query.setString(1, SecretStoreEntity.TYPE + "|" + store);
                try (var rows = query.executeQuery()) {
                    var state = SecretStore.ABSENT;
                    while (rows.next()) {
                        state = state.apply(event(rows.getBytes(1), rows.getString(2)));
                    }
                    return state;
                }
            }
        });
    }

    private Recorded<StoreEvent> event(byte[] payload, String manifest) {
        return serializer.fromBinary(payload, manifest) instanceof Recorded<?>(StoreEvent event, var origin, var at)
                ? new Recorded<>(event, origin, at)
                : fail(manifest);
    }

    private static Recorded<StoreEvent> fail(String manifest) {
        throw new AssertionError("no event of a store: " + manifest);
    }

    /** Every secret's value, opened. */
    Map<String, String> values(String id, SecretStore store) {
        var values = new TreeMap<String, String>();
        store.secrets().keySet().forEach(name -> values.put(name.value(), value(id, store, name)));
        return values;
    }

    @MayReveal("the test itself has set the value")
    private String value(String id, SecretStore store, SecretName name) {
        var sealed = Optional.ofNullable(store.secrets().get(name))
                .flatMap(Secret::usable)
                .orElseThrow(() -> new AssertionError(name + " is not usable"));
        var context = new SealContext(store.organization(), StoreId.parse(id), name, sealed.key());
        try (var value = vault.open(context, sealed).toCompletableFuture().join()) {
            return new String(value.reveal(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
