package dev.sealbox.persistence.keys;

import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.persistence.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Reads wrapped data keys. What is asked for while the database is busy with others shares the next query: a sandbox that
 * starts with a hundred secrets costs a few queries. Thread-safe.
 */
final class DataKeyReads {
    private static final int MOST_AT_ONCE = 256;

    private final Database database;
    private final Queue<Read<?>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean reading = new AtomicBoolean();

    DataKeyReads(Database database) {
        this.database = database;
    }

    private record Read<T>(KeyId key, Function<Optional<byte[]>, T> use, CompletableFuture<T> result) {

        /** One that fails fails alone. */
        void complete(Optional<byte[]> wrapped) {
            try {
                result.complete(use.apply(wrapped));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        }
    }

    /** What {@code use} makes of the wrapped key, which is empty when it is destroyed. */
    <T> CompletionStage<T> read(KeyId key, Function<Optional<byte[]>, T> use) {
        var read = new Read<T>(key, use, new CompletableFuture<>());
        waiting.add(read);
        begin();
        return read.result();
    }

    private void begin() {
        while (!waiting.isEmpty() && reading.compareAndSet(false, true)) {
            var batch = batch();
            if (!batch.isEmpty()) {
                begin(batch);
                return;
            }
            reading.set(false);
        }
    }

    private void begin(List<Read<?>> batch) {
        database.ask("read data keys", connection -> wrapped(connection, batch)).whenComplete((keys, failure) -> {
            reading.set(false);
            // The next need not wait until these are opened.
            begin();
            for (var read : batch) {
                if (failure == null) {
                    read.complete(Optional.ofNullable(keys.get(read.key())));
                } else {
                    read.result().completeExceptionally(failure);
                }
            }
        });
    }

    private List<Read<?>> batch() {
        var batch = new ArrayList<Read<?>>();
        for (var read = waiting.poll(); read != null; read = batch.size() < MOST_AT_ONCE ? waiting.poll() : null) {
            batch.add(read);
        }
        return batch;
    }

    private static Map<KeyId, byte[]> wrapped(Connection connection, List<Read<?>> batch) throws SQLException {
        var ids = batch.stream().map(read -> read.key().value()).distinct().toArray(UUID[]::new);
        var keys = new HashMap<KeyId, byte[]>();
        try (var query = connection.prepareStatement("SELECT key_id, wrapped FROM data_key WHERE key_id = ANY (?)")) {
            query.setArray(1, connection.createArrayOf("uuid", ids));
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    keys.put(new KeyId(rows.getObject(1, UUID.class)), rows.getBytes(2));
                }
            }
        }
        return keys;
    }
}
