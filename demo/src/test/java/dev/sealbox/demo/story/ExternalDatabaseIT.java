package dev.sealbox.demo.story;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The story with a PostgreSQL server that is given, and then a look into every row of every table of it. */
class ExternalDatabaseIT {

    @Test
    void tellsTheStoryAndHoldsNoRealValueInAnyRow() throws IOException, SQLException {
        try (var server = EmbeddedPostgres.builder().start();
                var world = World.open(Map.of(
                        "SEALBOX_DATABASE_URL", server.getJdbcUrl("postgres", "postgres"),
                        "SEALBOX_DATABASE_USER", "postgres",
                        "SEALBOX_DATABASE_PASSWORD", "postgres"))) {
            var report = new Report(System.out);
            var story = new Story(world, report);
            story.tell();
            try (var connection = server.getPostgresDatabase().getConnection()) {
                assertThat(found(connection, List.of(Stores.CREDENTIALS.getBytes(UTF_8))))
                        .as("what is there is found")
                        .isNotEmpty();
                assertThat(found(connection, world.values().traces()))
                        .as("places with a real value")
                        .isEmpty();
            }
            story.end();
            assertThat(report.proofs()).filteredOn(proof -> !proof.held()).isEmpty();
        }
    }

    private static List<String> found(Connection connection, List<byte[]> traces) throws SQLException {
        var search = new Search(traces);
        for (var table : tables(connection)) {
            search(connection, table, search);
        }
        return search.found();
    }

    private static List<String> tables(Connection connection) throws SQLException {
        var tables = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        select quote_ident(table_schema) || '.' || quote_ident(table_name) from information_schema.tables
                        where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'""")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    private static void search(Connection connection, String table, Search traces) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("select * from " + table)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                for (int column = 1; column <= columns; column++) {
                    var value = rows.getBytes(column);
                    if (value != null) {
                        traces.in(table + " column " + column, value);
                    }
                }
            }
        }
    }
}
