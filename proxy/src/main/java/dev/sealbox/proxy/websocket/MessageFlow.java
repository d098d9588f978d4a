package dev.sealbox.proxy.websocket;

import static java.util.Objects.requireNonNull;

import dev.sealbox.proxy.match.Replacer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one direction. A frame is passed on as it arrives, however long it is: what has been searched goes out
 * as a fragment, so that nothing is held back but the beginning of a possible match. Frames are Sealbox's own, not
 * Netty's, whose decoder keeps a frame until it is whole. Not thread-safe.
 */
public final class MessageFlow {
    private static final int PIECE = 32 * 1024;

    private final Direction direction;
    private final Search search;
    private final ByteBufAllocator allocator;
    private final Masks masks = new Masks();

    private @Nullable FrameHead frame;
    private long passed;
    private @Nullable Message message;

    /** What messages are searched for. */
    public interface Search {
        /** For a message that begins with the byte {@code first}; it is closed with the message. */
        Replacer message(boolean text, byte first);

        /** For the payload of a close, ping or pong frame. */
        Replacer control();
    }

    /** A message that has begun; without a replacer until its first byte is there. */
    private static final class Message {
        private final int opcode;
        private boolean begun;
        private @Nullable Replacer replacer;

        Message(int opcode) {
            this.opcode = opcode;
        }

        /** The first frame says what the message is, the others that it goes on. */
        int nextOpcode() {
            return begun ? FrameHead.CONTINUATION : opcode;
        }
    }

    public MessageFlow(Direction direction, Search search, ByteBufAllocator allocator) {
        this.direction = direction;
        this.search = search;
        this.allocator = allocator;
    }

    /**
     * Reads a piece of {@code in} and gives what follows from it, one or more whole frames; null when nothing does until
     * there is more. The caller owns the result.
     *
     * @throws BadFrame when the sender breaks the protocol
     * @throws RuntimeException what the search throws
     */
    public @Nullable ByteBuf next(ByteBuf in) {
        while (true) {
            if (frame == null) {
                frame = FrameHead.read(in);
                if (frame == null) {
                    return null;
                }
                begin(frame);
            }
            boolean lacking = frame.isControl()
                    ? in.readableBytes() < frame.length()
                    : !in.isReadable() && passed < frame.length();
            if (lacking) {
                return null;
            }
            var out = frame.isControl() ? control(frame, in) : data(frame, in);
            if (out != null) {
                return out;
            }
        }
    }

    private void begin(FrameHead head) {
        if (head.masked() != direction.masks()) {
            throw new BadFrame("a frame is masked where it must not be, or not where it must");
        }
        passed = 0;
        if (head.isControl()) {
            return;
        }
        if ((head.opcode() == FrameHead.CONTINUATION) != (message != null)) {
            throw new BadFrame("a message begins before the last one has ended, or goes on without having begun");
        }
        if (message == null) {
            message = new Message(head.opcode());
        }
    }

    private ByteBuf control(FrameHead head, ByteBuf in) {
        var payload = read(head, in);
        frame = null;
        var replacer = searching(payload, search::control);
        try {
            var searched = ended(replacer.feed(payload), replacer);
            if (searched.readableBytes() > FrameHead.MAX_CONTROL) {
                searched.release();
                throw new BadFrame("a control frame holds a value");
            }
            return framed(true, head.opcode(), searched);
        } finally {
            replacer.close();
        }
    }

    private @Nullable ByteBuf data(FrameHead head, ByteBuf in) {
        var present = requireNonNull(message, "a data frame has a message");
        var payload = read(head, in);
        boolean frameEnds = passed == head.length();
        boolean last = frameEnds && head.last();
        if (frameEnds) {
            frame = null;
        }
        var searched = searched(present, payload, last);
        if (!last && !searched.isReadable()) {
            searched.release();
            return null;
        }
        var out = framed(last, present.nextOpcode(), searched);
        present.begun = true;
        if (last) {
            end(present);
        }
        return out;
    }

    private ByteBuf searched(Message present, ByteBuf payload, boolean last) {
        if (present.replacer == null && payload.isReadable()) {
            byte first = payload.getByte(payload.readerIndex());
            present.replacer = searching(payload, () -> search.message(present.opcode == FrameHead.TEXT, first));
        }
        if (present.replacer == null) {
            return payload;
        }
        var found = present.replacer.feed(payload);
        return last ? ended(found, present.replacer) : found;
    }

    /** Where it may not be searched any more it is let go. */
    private static Replacer searching(ByteBuf payload, Supplier<Replacer> search) {
        try {
            return search.get();
        } catch (RuntimeException e) {
            payload.release();
            throw e;
        }
    }

    private static ByteBuf ended(ByteBuf found, Replacer replacer) {
        try {
            return joined(found, replacer.end());
        } catch (RuntimeException e) {
            found.release();
            throw e;
        }
    }

    private void end(Message ended) {
        if (ended.replacer != null) {
            ended.replacer.close();
        }
        message = null;
    }

    private ByteBuf read(FrameHead head, ByteBuf in) {
        int length = (int) Math.min(Math.min(in.readableBytes(), head.length() - passed), PIECE);
        var payload = allocator.buffer(length);
        payload.writeBytes(in, length);
        if (head.masked()) {
            Masks.apply(payload, head.mask(), passed);
        }
        passed += length;
        return payload;
    }

    private static ByteBuf joined(ByteBuf first, ByteBuf rest) {
        if (!rest.isReadable()) {
            rest.release();
            return first;
        }
        first.writeBytes(rest);
        rest.release();
        return first;
    }

    private ByteBuf framed(boolean last, int opcode, ByteBuf payload) {
        boolean masked = direction.masks();
        int mask = masked ? masks.next() : 0;
        var out = allocator.buffer(14 + payload.readableBytes());
        new FrameHead(last, opcode, masked, mask, payload.readableBytes()).write(out);
        if (masked) {
            Masks.apply(payload, mask, 0);
        }
        out.writeBytes(payload);
        payload.release();
        return out;
    }

    /** Whether a few bytes are held back that may go after a moment of silence. */
    public boolean mayRelease() {
        return message != null && message.replacer != null && message.replacer.mayRelease();
    }

    /** Those bytes, as a fragment. */
    public ByteBuf release() {
        var present = requireNonNull(message, "nothing is held back");
        var early = requireNonNull(present.replacer, "nothing is held back").releaseHeld();
        var out = framed(false, present.nextOpcode(), early.copy());
        early.release();
        present.begun = true;
        return out;
    }

    /** A frame that ends the connection, with a status of RFC 6455, 7.4. */
    public ByteBuf closing(int status) {
        return framed(true, FrameHead.CLOSE, allocator.buffer(2).writeShort(status));
    }

    /** Lets go of a message that will not end. */
    public void close() {
        if (message != null) {
            end(message);
        }
    }
}
