package dev.sealbox.http;

import dev.sealbox.domain.session.SessionView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Sessions as clients see them. */
final class SessionJson {
    private SessionJson() {}

    record Command(
            String sessionID,
            String sandboxID,
            String command,
            List<String> args,
            boolean running,
            Optional<Integer> exitCode,
            Instant startedAt,
            int attachedClients) {
        static Command of(SessionView view) {
            return new Command(
                    view.id().toString(),
                    view.sandbox().value(),
                    view.command(),
                    view.args(),
                    view.exitCode().isEmpty(),
                    view.exitCode(),
                    view.startedAt(),
                    view.clients());
        }
    }

    record Terminal(String sessionID, String sandboxID) {
        static Terminal of(SessionView view) {
            return new Terminal(view.id().toString(), view.sandbox().value());
        }
    }
}
