package dev.sealbox.domain.preview;

import dev.sealbox.domain.Unit;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A TCP connection to a port inside a sandbox. What is not asked for holds up the program there, and the other way round.
 * Thread-safe, but for one question and one sending at a time.
 */
public interface PortConnection extends AutoCloseable {

    /** The next bytes when there are some; empty when the program has closed its side. Fails when the connection breaks. */
    CompletionStage<Optional<byte[]>> receive();

    /** Complete when they are on their way. Fails when the connection is broken. */
    CompletionStage<Unit> send(byte[] bytes);

    /** Ends both sides; repeating it is harmless. */
    @Override
    void close();
}
