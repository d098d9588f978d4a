package dev.sealbox.domain.session;

import dev.sealbox.domain.identity.SandboxId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A session as its people see it.
 *
 * @param exitCode once it has ended: 0 to 255, or -1 after a signal, a timeout, or the end of its sandbox
 * @param clients attached now
 */
public record SessionView(
        SessionId id,
        SandboxId sandbox,
        boolean terminal,
        String command,
        List<String> args,
        Optional<Integer> exitCode,
        Instant startedAt,
        int clients) {
    public SessionView {
        args = List.copyOf(args);
    }
}
