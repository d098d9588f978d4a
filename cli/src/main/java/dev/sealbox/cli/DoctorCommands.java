package dev.sealbox.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sealbox.cli.Output.Column;
import dev.sealbox.client.RunOptions;
import dev.sealbox.client.Sandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code doctor …}: what is wrong in a sandbox. */
@Command(name = "doctor", description = "What is wrong in a sandbox.")
final class DoctorCommands extends Group {
    /** The proxy answers there itself, to every sandbox, in a tunnel like any other. */
    private static final String CHECK_HOST = "tls-check.sealbox.invalid";

    private static final List<Column> COLUMNS =
            Column.of("CLIENT", "client", "TRUSTS THE AUTHORITY", "trusts", "WHY NOT", "why");

    /** More than all clients together may take. */
    private static final Duration LIMIT = Duration.ofMinutes(8);

    private final Session session;

    DoctorCommands(Session session) {
        this.session = session;
    }

    @Command(
            description =
                    "Asks, in a sandbox, which of the clients there trust the certificates that the proxy shows. The exit status is 1 when one of them does not.")
    int tls(@Parameters(paramLabel = "ID") String id) {
        var result = Sandbox.connect(session.client(), id)
                .commands()
                .run(
                        "host=" + CHECK_HOST + "\n" + script(),
                        RunOptions.defaults().timeout(LIMIT));
        if (result.exitCode() != 0) {
            throw new CannotRun(
                    "the clients could not be tried: " + result.stderr().strip());
        }
        var rows = rows(result.stdout());
        session.out().table(rows, COLUMNS);
        return StreamSupport.stream(rows.spliterator(), false)
                        .anyMatch(row -> row.path("trusts").asText().equals("no"))
                ? 1
                : 0;
    }

    /** What stands in a sandbox is hostile; {@link Output} shows it harmlessly. */
    private static ArrayNode rows(String said) {
        var rows = JsonNodeFactory.instance.arrayNode();
        said.lines()
                .map(line -> line.split("\t", 3))
                .filter(parts -> parts.length == 3)
                .forEach(parts -> rows.addObject()
                        .put("client", parts[0])
                        .put("trusts", parts[1])
                        .put("why", parts[2]));
        if (rows.isEmpty()) {
            throw new CannotRun("no client could be tried");
        }
        return rows;
    }

    private static String script() {
        try (var in = DoctorCommands.class.getResourceAsStream("doctor-tls.sh")) {
            return new String(Objects.requireNonNull(in, "doctor-tls.sh").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
