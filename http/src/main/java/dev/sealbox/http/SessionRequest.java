package dev.sealbox.http;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.session.NewSession;
import dev.sealbox.domain.session.TerminalSize;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the sessions that people want. */
final class SessionRequest {
    private static final int KILL = 9;

    private SessionRequest() {}

    /** A program, or a line for the shell when it has white space and no arguments. */
    static NewSession command(JsonBody body) {
        var cmd = body.nonEmptyText("cmd").orElseThrow(() -> new InvalidValue("cmd is missing"));
        var args = body.optionalTexts("args").orElse(List.of());
        var isLine = args.isEmpty() && cmd.chars().anyMatch(Character::isWhitespace);
        var read = RunRequest.read(body, "cmd", Duration.ZERO);
        var run =
                isLine || !args.isEmpty() ? read : new Run(List.of(cmd), read.envs(), read.directory(), read.timeout());
        return new NewSession(
                run,
                cmd,
                args,
                Duration.ofSeconds(
                        Math.max(0, body.optionalInt("maxRunAfterDisconnect").orElse(0))),
                Optional.empty());
    }

    static NewSession terminal(JsonBody body) {
        var size = size(body, TerminalSize.USUAL);
        var shell = body.nonEmptyText("shell").orElse("/bin/bash");
        if (shell.indexOf('\0') >= 0) {
            throw new InvalidValue("shell must not hold a NUL character");
        }
        var environment = Map.of(
                "TERM", "xterm-256color",
                "COLUMNS", Integer.toString(size.columns()),
                "LINES", Integer.toString(size.rows()));
        return new NewSession(
                new Run(List.of(shell), environment, Optional.empty(), Duration.ZERO),
                shell,
                List.of(),
                Duration.ZERO,
                Optional.of(size));
    }

    static TerminalSize size(JsonBody body) {
        if (!body.has("cols") || !body.has("rows")) {
            throw new InvalidValue("cols and rows are missing");
        }
        return size(body, TerminalSize.USUAL);
    }

    /** Clients say with 0 that they do not know. */
    private static TerminalSize size(JsonBody body, TerminalSize otherwise) {
        return new TerminalSize(
                body.optionalInt("cols").filter(cols -> cols != 0).orElse(otherwise.columns()),
                body.optionalInt("rows").filter(rows -> rows != 0).orElse(otherwise.rows()));
    }

    static int signal(JsonBody body) {
        return body.optionalInt("signal").filter(signal -> signal != 0).orElse(KILL);
    }
}
