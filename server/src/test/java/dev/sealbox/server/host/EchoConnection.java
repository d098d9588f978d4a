package dev.sealbox.server.host;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.preview.PortConnection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A connection whose program says what it is told; it hangs up at nothing, and breaks at -1. */
final class EchoConnection implements PortConnection {
    private final AtomicInteger connections;
    private CompletableFuture<byte[]> next = new CompletableFuture<>();
    private boolean closed;

    EchoConnection(AtomicInteger connections) {
        this.connections = connections;
        connections.incrementAndGet();
    }

    @Override
    public synchronized CompletionStage<Optional<byte[]>> receive() {
        return next.thenApply(bytes -> {
            synchronized (this) {
                next = new CompletableFuture<>();
            }
            if (bytes.length == 1 && bytes[0] == -1) {
                throw new IllegalStateException("broken");
            }
            return bytes.length == 0 ? Optional.empty() : Optional.of(bytes);
        });
    }

    @Override
    public synchronized CompletionStage<Unit> send(byte[] bytes) {
        next.complete(bytes);
        return CompletableFuture.completedFuture(Unit.DONE);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            connections.decrementAndGet();
        }
    }
}
