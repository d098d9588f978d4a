package dev.sealbox.cli;

import dev.sealbox.cli.Output.Column;
import dev.sealbox.client.RawRequests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
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
            "ONLY HERE",
            "onlyHere",
            "LABELS",
            "labels");
    private static final Duration POLLING = Duration.ofSeconds(1);

    /** For a host that is restarted meanwhile, and for a node that has not heard of the order yet. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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
                    + " there is a layer store. Waits until nothing runs there and nothing waits for the layer store;"
                    + " fails when the host leaves or is undrained before, and when sandboxes sleep there only.")
    int drain(
            @Parameters(paramLabel = "HOST") String host,
            @Option(names = "--no-wait", description = "Do not wait until it is empty.") boolean noWait) {
        var noted = session.send("POST", "/hosts/" + RawRequests.escaped(host) + "/drain", Map.of());
        if (noWait) {
            return session.out().fields(noted);
        }
        var emptying = new Emptying(host, PATIENCE, System.nanoTime());
        var hosts = session.get("/hosts");
        while (!emptying.isDone(hosts, System.nanoTime())) {
            LockSupport.parkNanos(POLLING.toNanos());
            hosts = session.get("/hosts");
        }
        session.out().table(hosts, COLUMNS);
        emptying.refuseWhatIsOnlyThere(hosts);
        return 0;
    }

    @Command(description = "Lets a host that was drained take sandboxes again.")
    int undrain(@Parameters(paramLabel = "HOST") String host) {
        return session.out().fields(session.send("POST", "/hosts/" + RawRequests.escaped(host) + "/undrain", Map.of()));
    }
}
