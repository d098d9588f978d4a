package dev.sealbox.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.NewSession;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionFrame;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionView;
import dev.sealbox.domain.session.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Somebody who is attached to a session and has seen what came so far. */
final class Client implements AutoCloseable {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME", "/home/sandbox", "TERM", "dumb");

    final SessionId session;
    private final Attachment attachment;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private int seams;
    private boolean cut;
    private boolean over;
    private Optional<Integer> exitCode = Optional.empty();

    private Client(SessionId session, Attachment attachment) {
        this.session = session;
        this.attachment = attachment;
    }

    static NewSession wanted(Duration timeout, Duration alone, Optional<TerminalSize> size, String... argv) {
        return new NewSession(
                new Run(List.of(argv), Map.of(), Optional.empty(), timeout), argv[0], List.of(), alone, size);
    }

    static Outcome<SessionView> open(Node node, SandboxId sandbox, NewSession wanted) {
        var command = new Command(
                wanted.run().argv(), ENVIRONMENT, "/home/sandbox", wanted.run().timeout());
        return Node.await(
                node.runtime().act(sandbox, new SessionAction.Open(new SessionId(UUID.randomUUID()), wanted, command)));
    }

    static Client start(Node node, SandboxId sandbox, NewSession wanted) {
        return switch (open(node, sandbox, wanted)) {
            case Outcome.Done<SessionView>(var view) -> attach(node, sandbox, view.id(), view.terminal());
            case Outcome.Refused<SessionView>(var reason) -> throw new AssertionError(reason.message());
        };
    }

    /** A shell that runs {@code script} with pipes. */
    static Client start(Node node, SandboxId sandbox, String script) {
        return start(node, sandbox, wanted(Duration.ZERO, Duration.ZERO, Optional.empty(), "sh", "-c", script));
    }

    static Client attach(Node node, SandboxId sandbox, SessionId session, boolean terminal) {
        return switch (Node.await(node.runtime().attach(sandbox, session, terminal))) {
            case Outcome.Done<Attachment>(var attachment) -> new Client(session, attachment);
            case Outcome.Refused<Attachment>(var reason) -> throw new AssertionError(reason.message());
        };
    }

    void send(String text) {
        Node.await(attachment.send(text.getBytes(UTF_8)));
    }

    Attachment attachment() {
        return attachment;
    }

    /** Waits for one frame more; false when there is none. */
    boolean read() {
        var frame = attachment
                .next()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        if (frame.isEmpty()) {
            over = true;
            return false;
        }
        var bytes = frame.get().bytes();
        switch (bytes[0]) {
            case SessionFrame.OUTPUT -> output.write(bytes, 1, bytes.length - 1);
            case SessionFrame.ERRORS -> errors.write(bytes, 1, bytes.length - 1);
            case SessionFrame.SCROLLBACK_END -> seams++;
            case SessionFrame.EXIT ->
                exitCode = Optional.of(ByteBuffer.wrap(bytes, 1, 4).getInt());
            case SessionFrame.TOO_SLOW -> cut = true;
            default -> throw new AssertionError("frame " + bytes[0]);
        }
        return true;
    }

    Client readUntil(String seen) {
        while (!output.toString(UTF_8).contains(seen)) {
            if (!read()) {
                throw new AssertionError("ended with: " + output + errors);
            }
        }
        return this;
    }

    Client readAll() {
        while (!over) {
            read();
        }
        return this;
    }

    String output() {
        return output.toString(UTF_8);
    }

    int outputSize() {
        return output.size();
    }

    String errors() {
        return errors.toString(UTF_8);
    }

    int seams() {
        return seams;
    }

    boolean isCut() {
        return cut;
    }

    int exitCode() {
        return exitCode.orElseThrow(() -> new AssertionError("no exit code after: " + output + errors));
    }

    /** Leaves for good; may be called before the end. */
    void leave() {
        attachment.close();
    }

    @Override
    public void close() {
        attachment.close();
    }
}
