package dev.sealbox.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** What a command prints: aligned columns for people, JSON as it came for programs. */
record Output(PrintStream out, boolean json) {
    /** Beyond ASCII everything is escaped, so that no terminal takes a part of it for a command. */
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /** A column: its heading, and where its text stands in a row, as a JSON pointer without the first slash. */
    record Column(String heading, String field) {
        static List<Column> of(String... headingsAndFields) {
            var columns = new ArrayList<Column>();
            for (var i = 0; i < headingsAndFields.length; i += 2) {
                columns.add(new Column(headingsAndFields[i], headingsAndFields[i + 1]));
            }
            return columns;
        }

        String of(JsonNode row) {
            return text(row.at("/" + field));
        }
    }

    int table(JsonNode answer, JsonNode rows, List<Column> columns) {
        if (json) {
            return raw(answer);
        }
        var cells = new ArrayList<List<String>>();
        cells.add(columns.stream().map(Column::heading).toList());
        StreamSupport.stream(rows.spliterator(), false)
                .map(row -> columns.stream().map(column -> column.of(row)).toList())
                .forEach(cells::add);
        aligned(cells);
        return 0;
    }

    int table(JsonNode rows, List<Column> columns) {
        return table(rows, rows, columns);
    }

    /** One thing: a line for each of its fields. */
    int fields(JsonNode answer) {
        if (json || !answer.isObject()) {
            return answer.isMissingNode() ? 0 : raw(answer);
        }
        var cells = new ArrayList<List<String>>();
        answer.fields().forEachRemaining(field -> cells.add(List.of(field.getKey(), text(field.getValue()))));
        aligned(cells);
        return 0;
    }

    /** Says that it is done, in a line that is made of what the server answered. */
    int done(JsonNode answer, String line) {
        if (json) {
            return answer.isMissingNode() ? 0 : raw(answer);
        }
        line(line);
        return 0;
    }

    void line(String text) {
        out.println(Safe.line(text));
    }

    /** JSON, whatever was asked for. */
    int raw(JsonNode answer) {
        return written(JSON.writerWithDefaultPrettyPrinter(), answer);
    }

    /** JSON on one line. */
    int compact(JsonNode answer) {
        return written(JSON.writer(), answer);
    }

    private int written(ObjectWriter json, JsonNode answer) {
        try {
            out.println(json.writeValueAsString(answer).replace("\u007f", "\\u007f"));
            return 0;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer that was read cannot be written", e);
        }
    }

    private void aligned(List<List<String>> cells) {
        var widths = new int[cells.stream().mapToInt(List::size).max().orElse(0)];
        cells.forEach(row -> {
            for (var i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        });
        cells.forEach(row -> {
            var line = new StringBuilder();
            for (var i = 0; i < row.size(); i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - width(row.get(i)) + 2));
            }
            out.println(line.toString().stripTrailing());
        });
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** A list as its elements, nothing as a dash. */
    private static String text(JsonNode value) {
        if (value.isMissingNode() || value.isNull() || (value.isContainerNode() && value.isEmpty())) {
            return "-";
        }
        if (value.isArray() && StreamSupport.stream(value.spliterator(), false).allMatch(JsonNode::isValueNode)) {
            return Safe.line(String.join(
                    " ",
                    StreamSupport.stream(value.spliterator(), false)
                            .map(JsonNode::asText)
                            .toList()));
        }
        return Safe.line(value.isValueNode() ? value.asText() : value.toString());
    }
}
