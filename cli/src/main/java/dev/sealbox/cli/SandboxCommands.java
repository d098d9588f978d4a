package dev.sealbox.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.cli.Output.Column;
import dev.sealbox.client.RawRequests;
import dev.sealbox.client.RunOptions;
import dev.sealbox.client.Sandbox;
import java.io.PrintStream;
import java.time.Duration;
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
    int list() {
        return session.out().table(session.get("/sandboxes"), COLUMNS);
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
