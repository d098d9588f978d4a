package dev.sealbox.runtime.exec;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PortConnection;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Connections from outside to ports in the sandboxes of this host, only so many for each. A sandbox that ends takes its
 * connections along, since its agent carries them. Thread-safe.
 */
public final class HostedPorts {
    private final int limit;
    private final Map<SandboxId, Integer> open = new HashMap<>();

    /** {@code limit} is that of one sandbox. */
    public HostedPorts(int limit) {
        this.limit = limit;
    }

    /** Blocks until there is an answer; {@code threads} then may be blocked by two tasks of the connection. */
    public Outcome<PortConnection> connect(SandboxId sandbox, Agent agent, PreviewPort port, Executor threads)
            throws IOException {
        if (!admit(sandbox)) {
            return Outcome.refused(new PreviewRefusal.TooManyConnections(limit));
        }
        var begun = false;
        try {
            var outcome = agent.connect(port)
                    .<PortConnection>map(conversation -> new Connection(sandbox, conversation, threads));
            begun = outcome instanceof Outcome.Done;
            return outcome;
        } finally {
            if (!begun) {
                released(sandbox);
            }
        }
    }

    private synchronized boolean admit(SandboxId sandbox) {
        var now = open.getOrDefault(sandbox, 0);
        if (now >= limit) {
            return false;
        }
        open.put(sandbox, now + 1);
        return true;
    }

    private synchronized void released(SandboxId sandbox) {
        open.computeIfPresent(sandbox, (id, now) -> now > 1 ? now - 1 : null);
    }

    private final class Connection implements PortConnection {
        private final SandboxId sandbox;
        private final Conversation conversation;
        private final Executor threads;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Connection(SandboxId sandbox, Conversation conversation, Executor threads) {
            this.sandbox = sandbox;
            this.conversation = conversation;
            this.threads = threads;
        }

        @Override
        public CompletionStage<Optional<byte[]>> receive() {
            return blocking(() -> {
                var frame = conversation.hear();
                return switch (frame.type()) {
                    case Frame.OUTPUT -> Optional.of(frame.payload());
                    case Frame.END -> Optional.<byte[]>empty();
                    default ->
                        throw new RuntimeFailure("agent", Refused.read(frame).text());
                };
            });
        }

        @Override
        public CompletionStage<Unit> send(byte[] bytes) {
            return blocking(() -> {
                conversation.pass(bytes);
                return Unit.DONE;
            });
        }

        private <T> CompletionStage<T> blocking(Callable<T> work) {
            return CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return work.call();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        } catch (RuntimeException e) {
                            throw e;
                        } catch (Exception e) {
                            throw new IllegalStateException("nothing else is thrown", e);
                        }
                    },
                    threads);
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                try {
                    conversation.close();
                } catch (IOException e) {
                    // It is of no use any more, closed or not.
                } finally {
                    released(sandbox);
                }
            }
        }
    }
}
