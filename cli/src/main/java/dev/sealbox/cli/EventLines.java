package dev.sealbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.cli.Output.Column;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Events of the log, a line each; also while they happen. */
record EventLines(Output out) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Column> COLUMNS = Column.of(
            "OFFSET",
            "offset",
            "AT",
            "at",
            "ENTITY",
            "entity",
            "EVENT",
            "sequence",
            "KIND",
            "kind",
            "ACTOR",
            "actor",
            "ADDRESS",
            "address",
            "DATA",
            "data");

    int page(JsonNode page) {
        out.table(page, page.path("events"), COLUMNS);
        if (!out.json() && !page.path("events").isEmpty()) {
            out.line("next: --after " + page.path("next").asText());
        }
        return 0;
    }

    /** NDJSON, or the data of server-sent events, as they come. */
    int stream(InputStream events) {
        try (var lines = new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var text = line.startsWith("data:")
                        ? line.substring("data:".length()).strip()
                        : line;
                if (text.startsWith("{")) {
                    event(JSON.readTree(text));
                }
            }
            return 0;
        } catch (IOException e) {
            throw new CannotRun("the server's answer broke off");
        }
    }

    private void event(JsonNode event) {
        if (out.json()) {
            out.compact(event);
        } else {
            out.line(String.join(
                    "  ", COLUMNS.stream().map(column -> column.of(event)).toList()));
        }
    }
}
