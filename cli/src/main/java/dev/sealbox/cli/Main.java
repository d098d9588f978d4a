package dev.sealbox.cli;

import dev.sealbox.client.ApiException;
import java.io.Console;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * {@code ./sealbox store|secret|sandbox|snapshot|host|key|api-key|audit|doctor …}. Exit status: 0 when it is done, 1 with one line on standard
 * error when it is refused, 2 when the command line makes no sense.
 */
@Command(
        name = "sealbox",
        description = "The operator's commands of a Sealbox server.",
        mixinStandardHelpOptions = true,
        version = "Sealbox 0.1.0",
        scope = ScopeType.INHERIT,
        footer = {
            "",
            "Environment: SEALBOX_URL (http://127.0.0.1:8080 unless set), and SEALBOX_API_KEY or SEALBOX_API_KEY_FILE.",
            "STORE is a store's name or id."
        })
public final class Main {
    @Option(
            names = "--url",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "The server; overrides SEALBOX_URL.")
    private Optional<String> url = Optional.empty();

    @Option(
            names = "--api-key-file",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "Holds the API key; overrides SEALBOX_API_KEY and SEALBOX_API_KEY_FILE.")
    private Optional<String> keyFile = Optional.empty();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print what the server says as JSON.")
    private boolean json;

    private Main() {}

    public static void main(String[] arguments) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(System.getenv(), System.in, out, err, arguments));
    }

    /** Runs one command. */
    static int run(
            Map<String, String> environment, InputStream in, PrintStream out, PrintStream err, String... arguments) {
        var main = new Main();
        try (var session = new Session(() -> main.connection(environment), () -> new Output(out, main.json))) {
            return commands(main, session, in, out, err).execute(arguments);
        }
    }

    private static CommandLine commands(Main main, Session session, InputStream in, PrintStream out, PrintStream err) {
        return new CommandLine(main)
                .addSubcommand("store", store(session, in))
                .addSubcommand("secret", new SecretCommands(session, new Values(in, Main::console)))
                .addSubcommand("sandbox", new SandboxCommands(session, out, err))
                .addSubcommand("snapshot", new SnapshotCommands(session))
                .addSubcommand("host", new HostCommands(session))
                .addSubcommand("key", new KeyCommands(session))
                .addSubcommand("api-key", new ApiKeyCommands(session))
                .addSubcommand("audit", new AuditCommands(session))
                .addSubcommand("doctor", new DoctorCommands(session))
                .setOut(new java.io.PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new java.io.PrintWriter(err, true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler((failure, command, parsed) -> refused(err, failure));
    }

    /**
     * Reads a command line and does nothing.
     *
     * @throws CommandLine.ParameterException when it makes no sense
     */
    static void read(String... arguments) {
        var main = new Main();
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try (nowhere;
                var session = new Session(() -> main.connection(Map.of()), () -> new Output(nowhere, main.json))) {
            commands(main, session, InputStream.nullInputStream(), nowhere, nowhere)
                    .parseArgs(arguments);
        }
    }

    private static CommandLine store(Session session, InputStream in) {
        return new CommandLine(new StoreCommands(session))
                .addSubcommand("secret", new SecretCommands(session, new Values(in, Main::console)));
    }

    private static Optional<Console> console() {
        return Optional.ofNullable(System.console());
    }

    private Connection connection(Map<String, String> environment) {
        return Connection.of(url, keyFile, environment);
    }

    private static int refused(PrintStream err, Exception failure) {
        var code =
                failure instanceof ApiException refusal && !refusal.code().isEmpty() ? " (" + refusal.code() + ")" : "";
        err.println("sealbox: " + Safe.line(String.valueOf(failure.getMessage())) + Safe.line(code));
        return 1;
    }
}
