package dev.sealbox.persistence.projection;

import dev.sealbox.persistence.database.Database;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** How far read models are behind the events. Thread-safe. */
public final class ProjectionLag {
    // Beyond so many the number says only that it is much.
    private static final String BEHIND = """
            SELECT o.projection_name, sum((SELECT count(*) FROM
                     (SELECT FROM event_tag t
                       WHERE t.tag = o.projection_key AND t.event_id > o.current_offset::bigint LIMIT 100000) behind))
              FROM akka_projection_offset_store o
             WHERE o.manifest = 'SEQ'
             GROUP BY o.projection_name""";

    private final Database database;

    public ProjectionLag(Database database) {
        this.database = database;
    }

    /** The number of events that each read model has yet to take, by its name; of kinds that it has begun with. */
    public CompletionStage<Map<String, Long>> events() {
        return database.ask("tell how far read models are behind", connection -> {
            try (var query = connection.prepareStatement(BEHIND);
                    var rows = query.executeQuery()) {
                var lag = new TreeMap<String, Long>();
                while (rows.next()) {
                    lag.put(rows.getString(1), rows.getLong(2));
                }
                return lag;
            }
        });
    }
}
