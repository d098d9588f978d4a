package dev.sealbox.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.cli.Output.Column;
import dev.sealbox.client.RawRequests;
import dev.sealbox.client.RunOptions;
import dev.sealbox.client.Sandbox;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sandbox …}. */
@Command(name = "sandbox", description = "Sandboxes.")
final class SandboxCommands extends Group {
    private static final List<Column> COLUMNS = Column.of(
            "ID",
            "sandboxID",
            "STATUS",
            "status",
            "TEMPLATE",
            "templateID",
            "HOST",
            "workerID",
            "STARTED",
            "startedAt");
    private static final List<Column> PREVIEWS = Column.of("PORT", "port", "HOST", "hostname", "EXPOSED", "createdAt");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Session session;
    private final PrintStream out;
    private final PrintStream err;

    SandboxCommands(Session session, PrintStream out, PrintStream err) {
        this.session = session;
        this.out = out;
        this.err = err;
    }

    @Command(description = "All sandboxes that are not stopped, newest first.")
    int list(
            @Option(
                            names = "--status",
                            paramLabel = "STATUS",
                            description =
                                    "Only those that are pending, running, hibernated or error; several with commas.")
                    Optional<String> status,
            @Option(
                            names = "--tag",
                            paramLabel = "KEY=VALUE",
                            description = "Only those with the tag; may be repeated.")
                    @Nullable List<String> tags) {
        var fields = new ArrayList<String>();
        status.ifPresent(text -> fields.add("status=" + RawRequests.escaped(text)));
        orNone(tags).forEach(tag -> fields.add("tag=" + RawRequests.escaped(tag)));
        var query = fields.isEmpty() ? "" : "?" + String.join("&", fields);
        return session.out().table(session.get("/sandboxes" + query), COLUMNS);
    }

    @Command(description = "Starts a sandbox, and waits until it takes commands.")
    int create(
            @Option(names = "--store", paramLabel = "NAME", description = "The store whose secrets it uses.")
                    Optional<String> store,
            @Option(
                            names = "--env",
                            paramLabel = "NAME=VALUE",
                            description = "A variable that is no secret; may be repeated.")
                    @Nullable Map<String, String> envs,
            @Option(names = "--timeout", paramLabel = "SECONDS") Optional<Integer> timeout) {
        var body = new LinkedHashMap<String, Object>();
        store.ifPresent(name -> body.put("secretStore", name));
        timeout.ifPresent(seconds -> body.put("timeout", seconds));
        body.put("envs", envs == null ? Map.of() : envs);
        return session.out().fields(session.send("POST", "/sandboxes", body));
    }

    @Command(
            description =
                    "Runs a command in a sandbox: one word is a line for its shell, several are the command and its arguments. The exit status is the command's own.")
    int exec(
            @Parameters(paramLabel = "ID") String id,
            @Parameters(paramLabel = "WORD", arity = "1..*") List<String> words,
            @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "60") int timeout,
            @Option(names = "--raw", description = "Print the output as it is, control characters and all.")
                    boolean raw) {
        var result = Sandbox.connect(session.client(), id)
                .commands()
                .run(line(words), RunOptions.defaults().timeout(Duration.ofSeconds(timeout)));
        if (session.out().json()) {
            return session.out().raw(JSON.valueToTree(result));
        }
        out.print(raw ? result.stdout() : Safe.lines(result.stdout()));
        out.flush();
        err.print(raw ? result.stderr() : Safe.lines(result.stderr()));
        err.flush();
        return result.exitCode() < 0 ? 1 : result.exitCode();
    }

    private static String line(List<String> words) {
        return words.size() == 1
                ? words.getFirst()
                : words.stream()
                        .map(word -> "'" + word.replace("'", "'\\''") + "'")
                        .collect(Collectors.joining(" "));
    }

    @Command(description = "Ends a sandbox's processes and keeps its disk; the next call wakes it.")
    int hibernate(@Parameters(paramLabel = "ID") String id) {
        return session.out().fields(session.send("POST", path(id) + "/hibernate", Map.of()));
    }

    @Command(description = "Starts a hibernated sandbox again, and waits until it takes commands.")
    int wake(
            @Parameters(paramLabel = "ID") String id,
            @Option(
                            names = "--timeout",
                            paramLabel = "SECONDS",
                            description = "The idle timeout from now on; 0, the default, means never.",
                            defaultValue = "0")
                    int timeout) {
        return session.out().fields(session.send("POST", path(id) + "/wake", Map.of("timeout", timeout)));
    }

    @Command(description = "Ends all processes of a sandbox and starts it anew on its disk.")
    int reboot(@Parameters(paramLabel = "ID") String id) {
        session.out().done(session.send("POST", path(id) + "/reboot", Map.of()), "rebooted " + id);
        return 0;
    }

    @Command(name = "set-timeout", description = "Sets after how many idle seconds a sandbox sleeps; 0 means never.")
    int setTimeout(@Parameters(paramLabel = "ID") String id, @Parameters(paramLabel = "SECONDS") int seconds) {
        var answer = session.send("POST", path(id) + "/timeout", Map.of("timeout", seconds));
        session.out().done(answer, id + " sleeps " + (seconds == 0 ? "never" : "after " + seconds + " idle seconds"));
        return 0;
    }

    @Command(description = "The ports of a sandbox that can be reached from outside.")
    int previews(@Parameters(paramLabel = "ID") String id) {
        return session.out().table(session.get(path(id) + "/preview"), PREVIEWS);
    }

    @Command(description = "Exposes a port of a sandbox at a host name of its own.")
    int expose(@Parameters(paramLabel = "ID") String id, @Parameters(paramLabel = "PORT") int port) {
        return session.out().fields(session.send("POST", path(id) + "/preview", Map.of("port", port)));
    }

    @Command(name = "close-port", description = "Exposes a port no longer.")
    int closePort(@Parameters(paramLabel = "ID") String id, @Parameters(paramLabel = "PORT") int port) {
        session.out().done(session.send("DELETE", path(id) + "/preview/" + port), "closed port " + port + " of " + id);
        return 0;
    }

    @Command(
            name = "rotate-preview-token",
            description = "Draws the token that visitors of all its ports need from now on, and prints it once.")
    int rotatePreviewToken(@Parameters(paramLabel = "ID") String id) {
        return session.out().fields(session.send("POST", path(id) + "/preview/rotate", Map.of()));
    }

    private static String path(String id) {
        return "/sandboxes/" + RawRequests.escaped(id);
    }

    @Command(description = "Ends sandboxes and removes their disks.")
    int delete(@Parameters(paramLabel = "ID", arity = "1..*") List<String> ids) {
        for (var id : ids) {
            var answer = session.send("DELETE", "/sandboxes/" + RawRequests.escaped(id));
            session.out().done(answer, "deleted " + id);
        }
        return 0;
    }
}
