package dev.sealbox.runtime.exec;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/** Frames over a channel that blocks. Memory is bounded whatever the other side sends. For one thread at a time. */
final class FrameChannel implements AutoCloseable {
    private static final int HEADER = 5;
    private final ByteChannel channel;
    private final ByteBuffer received =
            ByteBuffer.allocate(HEADER + Frame.LARGEST).flip();

    FrameChannel(ByteChannel channel) {
        this.channel = channel;
    }

    void write(byte type, byte[] payload) throws IOException {
        write(type, payload, payload.length);
    }

    void write(byte type, byte[] payload, int length) throws IOException {
        var frame = ByteBuffer.allocate(HEADER + length);
        frame.put(type).putInt(length).put(payload, 0, length).flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    /** Bytes without a frame around them, all of them. */
    void writeRaw(byte[] bytes) throws IOException {
        var rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }

    /**
     * The next frame.
     *
     * @throws EOFException when the other side is gone
     * @throws IOException also when it announces a frame that is too large
     */
    Frame read() throws IOException {
        await(HEADER);
        var type = received.get();
        var length = received.getInt();
        if (length < 0 || length > Frame.LARGEST) {
            throw new IOException("the agent announces a frame of " + Integer.toUnsignedString(length) + " bytes");
        }
        await(length);
        var payload = new byte[length];
        received.get(payload);
        return new Frame(type, payload);
    }

    private void await(int wanted) throws IOException {
        if (received.remaining() >= wanted) {
            return;
        }
        received.compact();
        while (received.position() < wanted) {
            if (channel.read(received) < 0) {
                throw new EOFException("the agent has hung up");
            }
        }
        received.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
