package dev.sealbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sealbox.cli.Output.Column;
import dev.sealbox.client.RawRequests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code host …}: the hosts of the deployment. */
@Command(name = "host", description = "The hosts, which run sandboxes.")
final class HostCommands extends Group {
    private static final List<Column> COLUMNS = Column.of(
            "HOST",
            "id",
            "DRAINING",
            "draining",
            "AWAKE",
            "awake",
            "ASLEEP",
            "asleep",
            "PROMISED MB",
            "promisedMB",
            "OF MB",
            "memoryMB",
            "FREE MB",
            "freeMB",
            "UNSHARED",
            "unshared",
            "LABELS",
            "labels");
    private static final Duration POLLING = Duration.ofSeconds(1);

    private final Session session;

    HostCommands(Session session) {
        this.session = session;
    }

    @Command(description = "The hosts that are in the cluster.")
    int list() {
        return session.out().table(session.get("/hosts"), COLUMNS);
    }

    @Command(
            description = "Empties a host: nothing new begins there, what runs is hibernated and wakes elsewhere when"
                    + " there is a layer store. Waits until nothing runs there and nothing waits for the layer store.")
    int drain(
            @Parameters(paramLabel = "HOST") String host,
            @Option(names = "--no-wait", description = "Do not wait until it is empty.") boolean noWait) {
        var noted = session.send("POST", "/hosts/" + RawRequests.escaped(host) + "/drain", Map.of());
        if (noWait) {
            return session.out().fields(noted);
        }
        var hosts = session.get("/hosts");
        while (!isEmpty(hosts, host)) {
            LockSupport.parkNanos(POLLING.toNanos());
            hosts = session.get("/hosts");
        }
        return session.out().table(hosts, COLUMNS);
    }

    /** One that has left the cluster runs nothing, either. */
    private static boolean isEmpty(JsonNode hosts, String host) {
        return StreamSupport.stream(hosts.spliterator(), false)
                .filter(each -> each.path("id").asText().equals(host))
                .allMatch(each -> each.path("draining").asBoolean()
                        && each.path("awake").asInt() == 0
                        && each.path("unshared").asInt() == 0);
    }

    @Command(description = "Lets a host that was drained take sandboxes again.")
    int undrain(@Parameters(paramLabel = "HOST") String host) {
        return session.out().fields(session.send("POST", "/hosts/" + RawRequests.escaped(host) + "/undrain", Map.of()));
    }
}
