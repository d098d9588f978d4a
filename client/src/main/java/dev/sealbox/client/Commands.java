package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.time.Duration;
import java.util.List;

/** Runs commands in a sandbox. Thread-safe. */
public final class Commands {
    /** Added to a command's own timeout for starting it and for its output to arrive. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    private static final TypeReference<CommandResult> RESULT = new TypeReference<>() {};

    private final Requests requests;
    private final String sandbox;

    Commands(Requests requests, String sandbox) {
        this.requests = requests;
        this.sandbox = sandbox;
    }

    public CommandResult run(String command) {
        return run(command, RunOptions.defaults());
    }

    /** Runs a shell line to its end. A command that fails is a result, not an exception. */
    public CommandResult run(String command, RunOptions options) {
        var body = options.fields().with("cmd", "sh").with("args", List.of("-c", command));
        return requests.json(
                "POST",
                sandbox + "/exec/run",
                body.values(),
                RESULT,
                options.timeout().plus(GRACE));
    }
}
