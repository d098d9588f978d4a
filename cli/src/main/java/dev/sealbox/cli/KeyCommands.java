package dev.sealbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sealbox.cli.Output.Column;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code key …}: the master keys of the deployment. */
@Command(name = "key", description = "The master keys, which wrap the keys of all secrets.")
final class KeyCommands extends Group {
    private static final List<Column> COLUMNS = Column.of(
            "KEY", "id", "PRIMARY", "primary", "STATE", "state", "DATA KEYS", "dataKeys", "OTHER KEYS", "otherKeys");
    private static final Duration POLLING = Duration.ofSeconds(1);

    private final Session session;

    KeyCommands(Session session) {
        this.session = session;
    }

    @Command(description = "The master keys, and how many keys each of them wraps.")
    int status() {
        return shown(session.get("/master-keys"));
    }

    @Command(description = "Makes a new primary key and wraps every data key anew, while everything goes on.")
    int rotate(
            @Option(names = "--no-wait", description = "Do not wait until everything is wrapped anew.") boolean noWait,
            @Option(names = "--retire", description = "Take away old keys that wrap nothing any more, instead.")
                    boolean retire) {
        var answer = session.send("POST", "/master-keys/rotate", retire ? Map.of("retire", true) : Map.of());
        var seen = "";
        while (!noWait && !retire && isRunning(answer)) {
            seen = progress(answer, seen);
            LockSupport.parkNanos(POLLING.toNanos());
            answer = session.get("/master-keys");
        }
        return shown(answer);
    }

    private static boolean isRunning(JsonNode answer) {
        return answer.at("/rotation/state").asText().equals("running");
    }

    /** Says how far it is, when that has changed. */
    private String progress(JsonNode answer, String seen) {
        var line = answer.at("/rotation/done").asText() + " of "
                + answer.at("/rotation/total").asText() + " keys are wrapped anew";
        if (!line.equals(seen) && !session.out().json()) {
            session.out().line(line);
        }
        return line;
    }

    private int shown(JsonNode answer) {
        session.out().table(answer, answer.path("keys"), COLUMNS);
        if (!session.out().json()) {
            session.out()
                    .line("rotation: " + answer.at("/rotation/state").asText() + ", "
                            + answer.at("/rotation/done").asText() + " of "
                            + answer.at("/rotation/total").asText());
            if (answer.at("/rotation/unopenable").asLong() > 0) {
                session.out()
                        .line("no master key opens "
                                + answer.at("/rotation/unopenable").asText() + " keys");
            }
        }
        return 0;
    }
}
