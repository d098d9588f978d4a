package dev.sealbox.persistence.answers;

import dev.sealbox.persistence.projection.Fact;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The time of the last event of each entity in a group: time never runs backwards in a history, as in a replay. */
final class Clocks {
    private final Map<String, Instant> last;

    private Clocks(Map<String, Instant> last) {
        this.last = last;
    }

    static Clocks of(Connection connection, List<Fact> facts) throws SQLException {
        var last = new HashMap<String, Instant>();
        var entities = facts.stream().map(Fact::entity).distinct().toList();
        Sql.rows(
                connection,
                "SELECT entity, at FROM who_clock WHERE entity = ANY(?)",
                row -> last.put(row.getString("entity"), Sql.time(row, "at")),
                entities);
        return new Clocks(last);
    }

    Instant countsFrom(Fact fact) {
        return last.merge(fact.entity(), fact.recorded().at(), (known, next) -> next.isBefore(known) ? known : next);
    }

    void save(Connection connection) throws SQLException {
        for (var entry : last.entrySet()) {
            Sql.run(
                    connection,
                    "INSERT INTO who_clock VALUES (?, ?) ON CONFLICT (entity) DO UPDATE SET at = excluded.at",
                    entry.getKey(),
                    entry.getValue());
        }
    }
}
