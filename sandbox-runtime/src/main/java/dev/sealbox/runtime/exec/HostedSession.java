package dev.sealbox.runtime.exec;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.NewSession;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionFrame;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionView;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A session on this host: the conversation with its agent, what it has written, and who is attached. Two virtual threads
 * carry it, one for each direction. Thread-safe.
 */
final class HostedSession {
    private static final int KILL = 9;

    private final SandboxId sandbox;
    private final SessionId id;
    private final NewSession wanted;
    private final SessionSettings settings;
    private final Conversation conversation;
    private final Deadlines deadlines;
    private final Scrollback scrollback;
    private final InputQueue input = new InputQueue();
    private final Instant startedAt = Instant.now();
    private final Runnable onEnd;

    // Guarded by this.
    private int clients;
    private boolean attachedBefore;
    private @Nullable Future<?> end;
    private @Nullable Integer exitCode;

    /** Begins to listen. {@code onEnd} runs once. */
    HostedSession(
            SandboxId sandbox,
            SessionAction.Open open,
            Conversation conversation,
            SessionSettings settings,
            Deadlines deadlines,
            Runnable onEnd) {
        this.sandbox = sandbox;
        this.id = open.id();
        this.wanted = open.wanted();
        this.conversation = conversation;
        this.settings = settings;
        this.deadlines = deadlines;
        this.scrollback = new Scrollback(settings.scrollback(), settings.slowClient(), settings.slowClient());
        this.onEnd = onEnd;
    }

    void start() {
        if (isTerminal()) {
            leaveAlone(settings.lonelyTerminal());
        }
        Thread.ofVirtual().name("session-output-" + id).start(this::listen);
        Thread.ofVirtual().name("session-input-" + id).start(this::speak);
    }

    boolean isTerminal() {
        return wanted.terminal().isPresent();
    }

    private void listen() {
        var code = -1;
        try {
            code = hearAll();
        } catch (IOException | RuntimeFailure e) {
            // The sandbox is gone, or its agent: the process has come to an end that nobody can tell.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended(code);
        }
    }

    private int hearAll() throws IOException, InterruptedException {
        while (true) {
            var frame = conversation.hear();
            switch (frame.type()) {
                case Frame.OUTPUT -> scrollback.append(SessionFrame.OUTPUT, frame.payload());
                case Frame.ERRORS -> scrollback.append(SessionFrame.ERRORS, frame.payload());
                case Frame.TAKEN -> input.taken(number(frame));
                case Frame.EXIT -> {
                    var code = number(frame);
                    return code >= 0 && code <= 255 ? code : -1;
                }
                default ->
                    throw new RuntimeFailure("session", Refused.read(frame).text());
            }
        }
    }

    private static int number(Frame frame) {
        if (frame.payload().length != Integer.BYTES) {
            throw new RuntimeFailure("session", "the agent sent a number of " + frame.payload().length + " bytes");
        }
        return ByteBuffer.wrap(frame.payload()).getInt();
    }

    private void speak() {
        try {
            input.carry(conversation);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ended(int code) {
        synchronized (this) {
            exitCode = code;
            cancelEnd();
        }
        input.close();
        close();
        scrollback.end(code);
        onEnd.run();
    }

    /** The process goes on as long as it was allowed to without its host. */
    void close() {
        try {
            conversation.close();
        } catch (IOException e) {
            // It is of no use any more, closed or not.
        }
    }

    /** Empty when as many clients are attached as may. */
    Optional<Attachment> attach() {
        ScrollbackReader reader;
        synchronized (this) {
            if (clients >= settings.clients()) {
                return Optional.empty();
            }
            clients++;
            cancelEnd();
            reader = scrollback.attach(isTerminal() && attachedBefore);
            attachedBefore = true;
        }
        return Optional.of(new Attached(reader));
    }

    private void left() {
        synchronized (this) {
            clients--;
            var alone = isTerminal() ? settings.lonelyTerminal() : wanted.aloneAtMost();
            if (clients == 0 && !alone.isZero()) {
                leaveAlone(alone);
            }
        }
    }

    private synchronized void leaveAlone(Duration atMost) {
        if (exitCode == null) {
            end = deadlines.after(atMost, this::endAlone);
        }
    }

    private void endAlone() {
        synchronized (this) {
            if (clients > 0) {
                return;
            }
        }
        if (isTerminal()) {
            hangUp();
        } else {
            signal(KILL);
        }
    }

    private synchronized void cancelEnd() {
        if (end != null) {
            end.cancel(false);
            end = null;
        }
    }

    void signal(int number) {
        input.order(Frame.SIGNAL, number);
    }

    void resize(int columns, int rows) {
        if (isTerminal()) {
            input.order(Frame.RESIZE, columns, rows);
        }
    }

    void hangUp() {
        input.order(Frame.HANG_UP);
    }

    synchronized boolean hasEnded() {
        return exitCode != null;
    }

    /** Bytes. */
    long weight() {
        return scrollback.weight();
    }

    synchronized SessionView view() {
        return new SessionView(
                id,
                sandbox,
                isTerminal(),
                wanted.command(),
                wanted.args(),
                Optional.ofNullable(exitCode),
                startedAt,
                clients);
    }

    private final class Attached implements Attachment {
        private final ScrollbackReader reader;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Attached(ScrollbackReader reader) {
            this.reader = reader;
        }

        @Override
        public CompletionStage<Optional<SessionFrame>> next() {
            return reader.next();
        }

        @Override
        public CompletionStage<Unit> send(byte[] bytes) {
            return input.input(bytes);
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                reader.close();
                left();
            }
        }
    }
}
