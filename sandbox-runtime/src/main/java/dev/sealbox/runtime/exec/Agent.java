package dev.sealbox.runtime.exec;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.FileRefusal;
import dev.sealbox.domain.session.NewSession;
import dev.sealbox.domain.session.SessionRefusal;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A sandbox's process 1, spoken to through its socket: one connection per operation. Methods block; call them on virtual
 * threads. Thread-safe.
 */
public final class Agent {
    private static final String STEP = "agent";
    private static final String HOME = "/home/sandbox/";
    private static final int LONGEST_PATH = 4095;
    private static final int CHUNK = 64 << 10;
    private static final int MOST_ENTRIES = 100_000;
    private static final Duration PING = Duration.ofSeconds(10);
    private final Path socket;
    private final Deadlines deadlines;
    private final Bounds bounds;
    private final Door door;

    /**
     * How far an agent is trusted.
     *
     * @param patience without a word from it
     * @param output bytes that one command may write
     */
    public record Bounds(Duration patience, long output) {}

    /** Where a conversation begins and ends. */
    interface Door {
        /** Of whoever has no reason to wait. */
        Door OPEN = new Door() {
            @Override
            public boolean enter(boolean waiting) {
                return true;
            }

            @Override
            public void leave() {
                // Nobody counts.
            }
        };

        /** Returns false when one may not enter now, and does not wait for it. */
        boolean enter(boolean waiting) throws IOException;

        /** Once for each that has entered. */
        void leave();
    }

    /** An agent that everybody may talk to. */
    public Agent(Path socket, Deadlines deadlines, Bounds bounds) {
        this(socket, deadlines, bounds, Door.OPEN);
    }

    /** The agent of one that is silent at times, and then waited for. */
    public Agent(Path socket, Deadlines deadlines, Bounds bounds, Silence silence, SandboxId sandbox) {
        this(socket, deadlines, bounds, silence.door(sandbox));
    }

    private Agent(Path socket, Deadlines deadlines, Bounds bounds, Door door) {
        this.socket = socket;
        this.deadlines = deadlines;
        this.bounds = bounds;
        this.door = door;
    }

    /** Whether it answers, be it that it has no room for another process. One that is silent now does not. */
    public boolean answers() {
        try {
            return door.enter(false) && answersInside();
        } catch (IOException e) {
            return false;
        }
    }

    private boolean answersInside() {
        try (var conversation = dial()) {
            conversation.within(PING);
            conversation.say(Frame.PING, new byte[0]);
            var answer = conversation.hear().type();
            return answer == Frame.DONE || answer == Frame.REFUSED;
        } catch (IOException | RuntimeFailure e) {
            return false;
        }
    }

    /** Runs a command to its end. */
    public CommandResult run(Command command) throws IOException {
        var form = CommandForm.of(command);
        try (var conversation = open()) {
            if (!command.timeout().isZero()) {
                conversation.within(command.timeout().plus(bounds.patience()));
            }
            var started = System.nanoTime();
            conversation.say(Frame.RUN, form);
            var result = new CommandOutput(bounds.output()).collect(conversation);
            return outlived(command, System.nanoTime() - started) ? timedOut(result) : result;
        }
    }

    private static boolean outlived(Command command, long nanos) {
        return !command.timeout().isZero() && nanos >= command.timeout().toNanos();
    }

    /** Clients tell a timeout from another signal by this text (PROTOCOLS 13). */
    private static CommandResult timedOut(CommandResult result) {
        return result.exitCode() == -1
                ? new CommandResult(-1, result.stdout(), result.stderr() + "\nProcess timed out")
                : result;
    }

    /** Why what runs in the sandbox cannot be saved now, as far as its agent can tell. */
    public Optional<String> obstacle() throws IOException {
        try (var conversation = open()) {
            conversation.say(Frame.SAVABLE, new byte[0]);
            var answer = conversation.hearWithin(bounds.patience());
            return answer.type() == Frame.DONE
                    ? Optional.empty()
                    : Optional.of(Refused.read(answer).text());
        }
    }

    /** Starts a process that is spoken to until it ends, by whoever closes the conversation. */
    Outcome<Conversation> session(Command command, NewSession wanted) throws IOException {
        var form = CommandForm.ofSession(command, wanted);
        var conversation = open();
        try {
            conversation.say(Frame.SESSION, form);
            var answer = conversation.hearWithin(bounds.patience());
            if (answer.type() == Frame.DONE) {
                return Outcome.done(conversation);
            }
            var refused = Refused.read(answer);
            if (refused.kind() != Refused.NOT_POSSIBLE) {
                throw new RuntimeFailure(STEP, refused.text());
            }
            conversation.close();
            return Outcome.refused(new SessionRefusal.CannotStart(refused.text()));
        } catch (IOException | RuntimeException e) {
            conversation.close();
            throw e;
        }
    }

    /** Dials a port from inside; the conversation then carries what is said there. */
    Outcome<Conversation> connect(PreviewPort port) throws IOException {
        var conversation = open();
        try {
            conversation.say(
                    Frame.CONNECT,
                    ByteBuffer.allocate(Integer.BYTES).putInt(port.number()).array());
            var answer = conversation.hearWithin(bounds.patience());
            if (answer.type() == Frame.DONE) {
                return Outcome.done(conversation);
            }
            var refused = Refused.read(answer);
            if (refused.kind() != Refused.NOT_FOUND && refused.kind() != Refused.NOT_POSSIBLE) {
                throw new RuntimeFailure(STEP, refused.text());
            }
            conversation.close();
            return Outcome.refused(new PreviewRefusal.NothingListens(port.number()));
        } catch (IOException | RuntimeException e) {
            conversation.close();
            throw e;
        }
    }

    /** Opens a regular file; the stream holds the connection until it is closed. */
    public Outcome<InputStream> read(String path) throws IOException {
        var conversation = open();
        try {
            conversation.sayPath(Frame.READ, absolute(path));
            var answer = conversation.hearWithin(bounds.patience());
            if (answer.type() == Frame.DONE) {
                return Outcome.done(new FileStream(conversation, bounds.patience()));
            }
            var refused = refusal(answer);
            conversation.close();
            return Outcome.refused(refused);
        } catch (IOException | RuntimeException e) {
            conversation.close();
            throw e;
        }
    }

    /** Replaces a file's content at once when {@code content} has ended. Does not close it. */
    public Outcome<Unit> write(String path, InputStream content) throws IOException {
        try (var conversation = open()) {
            conversation.sayPath(Frame.WRITE, absolute(path));
            var ready = conversation.hearWithin(bounds.patience());
            if (ready.type() != Frame.DONE) {
                return Outcome.refused(refusal(ready));
            }
            if (send(content, conversation)) {
                conversation.say(Frame.END, new byte[0]);
            }
            return unit(conversation.hearWithin(bounds.patience()));
        }
    }

    /** Returns false when the agent stops listening; it then has said why. */
    private static boolean send(InputStream content, Conversation conversation) throws IOException {
        var chunk = new byte[CHUNK];
        for (var length = content.read(chunk); length >= 0; length = content.read(chunk)) {
            if (!conversation.offer(Frame.INPUT, chunk, length)) {
                return false;
            }
        }
        return true;
    }

    /** A directory's entries, ordered by name. */
    public Outcome<List<FileEntry>> list(String path) throws IOException {
        var directory = absolute(path);
        try (var conversation = open()) {
            conversation.sayPath(Frame.LIST, directory);
            var entries = new ArrayList<FileEntry>();
            var frame = conversation.hearWithin(bounds.patience());
            for (; frame.type() == Frame.OUTPUT; frame = conversation.hearWithin(bounds.patience())) {
                entries.add(Entries.entry(directory, frame.payload()));
                if (entries.size() > MOST_ENTRIES) {
                    return Outcome.refused(
                            new FileRefusal.NotPossible(path + " has more than " + MOST_ENTRIES + " entries"));
                }
            }
            if (frame.type() != Frame.DONE) {
                return Outcome.refused(refusal(frame));
            }
            entries.sort(Comparator.comparing(FileEntry::name));
            return Outcome.done(List.copyOf(entries));
        }
    }

    public Outcome<Unit> makeDirectory(String path) throws IOException {
        return change(Frame.MAKE_DIRECTORY, path);
    }

    public Outcome<Unit> remove(String path) throws IOException {
        return change(Frame.REMOVE, path);
    }

    private Outcome<Unit> change(byte type, String path) throws IOException {
        try (var conversation = open()) {
            conversation.sayPath(type, absolute(path));
            return unit(conversation.hearWithin(bounds.patience()));
        }
    }

    private static Outcome<Unit> unit(Frame answer) {
        return answer.type() == Frame.DONE ? Outcome.done(Unit.DONE) : Outcome.refused(refusal(answer));
    }

    static FileRefusal refusal(Frame frame) {
        var refused = Refused.read(frame);
        return switch (refused.kind()) {
            case Refused.NOT_FOUND -> new FileRefusal.NoSuchFile(refused.text());
            case Refused.NOT_POSSIBLE -> new FileRefusal.NotPossible(refused.text());
            default -> throw new RuntimeFailure(STEP, refused.text());
        };
    }

    /** Whether a file can have this path at all: not too long, and without a zero byte. */
    public static boolean isPath(String path) {
        return path.indexOf('\0') < 0 && absolute(path).getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH;
    }

    private static String absolute(String path) {
        return path.startsWith("/") ? path : HOME + path;
    }

    private Conversation open() throws IOException {
        door.enter(true);
        return dial();
    }

    /** By whoever has entered; whether it succeeds or not, the door is left in the end. */
    private Conversation dial() throws IOException {
        try {
            return connected();
        } catch (IOException | RuntimeException e) {
            door.leave();
            throw e;
        }
    }

    private Conversation connected() throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        var limit = deadlines.close(channel, bounds.patience());
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return new Conversation(channel, deadlines, door::leave);
        } catch (IOException e) {
            channel.close();
            throw e;
        } finally {
            limit.cancel(false);
        }
    }
}
