package dev.sealbox.domain.session;

import dev.sealbox.domain.sandbox.Run;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A process that a person wants to attach to.
 *
 * @param command as the person wrote it, and so are {@code args}: for lists
 * @param aloneAtMost how long it may go on after its last client has left; zero means for ever
 * @param terminal empty for pipes
 */
public record NewSession(
        Run run, String command, List<String> args, Duration aloneAtMost, Optional<TerminalSize> terminal) {
    public NewSession {
        args = List.copyOf(args);
    }

    @Override
    public String toString() {
        return "NewSession[" + (terminal.isPresent() ? "terminal" : "command") + "]";
    }
}
