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

/**
 * Events of the log, or records of the ledger, a line each; also while they happen.
 *
 * @param field of a page that has them
 */
record EventLines(Output out, String field, List<Column> columns) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Column> EVENTS = Column.of(
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
    private static final List<Column> USES = Column.of(
            "OFFSET",
            "offset",
            "AT",
            "at",
            "SANDBOX",
            "sandboxID",
            "DECISION",
            "decision",
            "SECRET",
            "secret",
            "VERSION",
            "version",
            "IN",
            "locations",
            "METHOD",
            "method",
            "HOST",
            "host",
            "PATH",
            "path",
            "STATUS",
            "status",
            "RULE",
            "rule",
            "COUNT",
            "count");

    static EventLines events(Output out) {
        return new EventLines(out, "events", EVENTS);
    }

    static EventLines uses(Output out) {
        return new EventLines(out, "uses", USES);
    }

    int page(JsonNode page) {
        out.table(page, page.path(field), columns);
        if (!out.json() && !page.path(field).isEmpty()) {
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
                    "  ", columns.stream().map(column -> column.of(event)).toList()));
        }
    }
}
