package dev.sealbox.runtime.exec;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One operation's connection to an agent. For one thread at a time. */
final class Conversation implements AutoCloseable {
    private final SocketChannel channel;
    private final FrameChannel frames;
    private final Deadlines deadlines;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable Future<?> deadline;

    /** {@code onClose} runs once. */
    Conversation(SocketChannel channel, Deadlines deadlines, Runnable onClose) {
        this.onClose = onClose;
        this.channel = channel;
        this.frames = new FrameChannel(channel);
        this.deadlines = deadlines;
    }

    /** From now on all of it must be over within this time. */
    void within(Duration time) {
        deadline = deadlines.close(channel, time);
    }

    void say(byte type, byte[] payload) throws IOException {
        offer(type, payload, payload.length);
    }

    void sayPath(byte type, String path) throws IOException {
        say(type, path.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns false when the agent has hung up; what it said before can still be heard. */
    boolean offer(byte type, byte[] payload, int length) throws IOException {
        try {
            frames.write(type, payload, length);
            return true;
        } catch (IOException e) {
            if (!channel.isOpen()) {
                throw e;
            }
            return false;
        }
    }

    /** Bytes as they are, for what has become a connection to something else. */
    void pass(byte[] bytes) throws IOException {
        frames.writeRaw(bytes);
    }

    Frame hear() throws IOException {
        return frames.read();
    }

    Frame hearWithin(Duration time) throws IOException {
        var limit = deadlines.close(channel, time);
        try {
            return hear();
        } catch (AsynchronousCloseException e) {
            throw new RuntimeFailure("agent", "the agent said nothing for " + time);
        } finally {
            limit.cancel(false);
        }
    }

    @Override
    public void close() throws IOException {
        if (deadline != null) {
            deadline.cancel(false);
        }
        try {
            frames.close();
        } finally {
            if (closed.compareAndSet(false, true)) {
                onClose.run();
            }
        }
    }
}
