package dev.sealbox.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.persistence.database.Database;
import org.junit.jupiter.api.Test;

class NewerSchemaIT {

    /** As when a node of the former version is started again in the middle of an upgrade. Not all numbers are new ones. */
    @Test
    void isNoHindrance() {
        var settings = TestDatabase.fresh();
        try (var newer = Database.open(settings)) {
            newer.now("note migrations of a later version", connection -> {
                try (var statement = connection.createStatement()) {
                    return statement.executeUpdate("INSERT INTO flyway_schema_history (installed_rank, version,"
                            + " description, type, script, checksum, installed_by, execution_time, success) SELECT"
                            + " max(installed_rank) + n, CASE n WHEN 1 THEN '11' ELSE '9999' END, 'later', 'SQL',"
                            + " 'V__later.sql', 0, 'test', 1, true FROM flyway_schema_history, generate_series(1, 2) n"
                            + " GROUP BY n");
                }
            });
        }

        try (var older = Database.open(settings)) {
            int there = older.now("ask", connection -> {
                try (var statement = connection.createStatement();
                        var rows = statement.executeQuery("SELECT count(*) FROM event_journal")) {
                    rows.next();
                    return rows.getInt(1);
                }
            });
            assertThat(there).isZero();
        }
    }
}
