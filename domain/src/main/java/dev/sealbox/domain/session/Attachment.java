package dev.sealbox.domain.session;

import dev.sealbox.domain.Unit;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One client's end of a session. What it does not ask for holds up the process, up to a limit. Thread-safe, but for one
 * question and one input at a time.
 */
public interface Attachment extends AutoCloseable {

    /** Bytes of input at once; a larger one is not taken. */
    int LARGEST_INPUT = 32 << 10;

    /** The next frame when there is one; empty after the last, and when the session's host is gone. */
    CompletionStage<Optional<SessionFrame>> next();

    /** Input for the process, in order; complete when it is on its way, which a process that reads none delays. */
    CompletionStage<Unit> send(byte[] input);

    /** Leaves the session, which goes on. */
    @Override
    void close();
}
