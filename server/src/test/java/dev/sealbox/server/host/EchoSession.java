package dev.sealbox.server.host;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.NewSession;
import dev.sealbox.domain.session.SessionFrame;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionView;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A session without a process: its client hears what it says, until a signal ends it. */
final class EchoSession {
    private final SandboxId sandbox;
    private final NewSession wanted;
    private final LinkedBlockingQueue<SessionFrame> frames = new LinkedBlockingQueue<>();
    private final AtomicInteger clients = new AtomicInteger();
    private final Instant startedAt = Instant.now();

    EchoSession(SandboxId sandbox, NewSession wanted) {
        this.sandbox = sandbox;
        this.wanted = wanted;
        frames.add(SessionFrame.of(SessionFrame.SCROLLBACK_END));
    }

    void end(int signal) {
        frames.add(SessionFrame.exit(-signal));
    }

    int clients() {
        return clients.get();
    }

    SessionView view(SessionId id) {
        return new SessionView(
                id, sandbox, false, wanted.command(), wanted.args(), Optional.empty(), startedAt, clients.get());
    }

    Attachment attach() {
        clients.incrementAndGet();
        return new Attachment() {
            private boolean over;

            @Override
            public CompletionStage<Optional<SessionFrame>> next() {
                return over
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.supplyAsync(
                                this::take, task -> Thread.ofVirtual().start(task));
            }

            private Optional<SessionFrame> take() {
                try {
                    var frame = frames.take();
                    over = frame.type() == SessionFrame.EXIT;
                    return Optional.of(frame);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public CompletionStage<Unit> send(byte[] input) {
                var frame = new byte[1 + input.length];
                frame[0] = SessionFrame.OUTPUT;
                System.arraycopy(input, 0, frame, 1, input.length);
                frames.add(SessionFrame.of(frame));
                return CompletableFuture.completedFuture(Unit.DONE);
            }

            @Override
            public void close() {
                clients.decrementAndGet();
            }
        };
    }
}
