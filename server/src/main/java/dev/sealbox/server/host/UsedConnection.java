package dev.sealbox.server.host;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.preview.PortConnection;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A connection whose traffic in either direction restarts the idle clock of its sandbox. */
record UsedConnection(PortConnection connection, Runnable used) implements PortConnection {

    @Override
    public CompletionStage<Optional<byte[]>> receive() {
        return connection.receive().thenApply(bytes -> {
            used.run();
            return bytes;
        });
    }

    @Override
    public CompletionStage<Unit> send(byte[] bytes) {
        used.run();
        return connection.send(bytes);
    }

    @Override
    public void close() {
        connection.close();
    }
}
