package dev.sealbox.proxy.websocket;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What stands before a frame's payload (RFC 6455, 5.2).
 *
 * @param last whether the message ends with this frame
 * @param mask the four bytes of the masking key; 0 when the frame is not masked
 */
record FrameHead(boolean last, int opcode, boolean masked, int mask, long length) {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** Bytes of a control frame's payload (RFC 6455, 5.5). */
    static final int MAX_CONTROL = 125;

    private static final int TWO_BYTES = 126;
    private static final int EIGHT_BYTES = 127;

    boolean isControl() {
        return opcode >= CLOSE;
    }

    /**
     * Reads a head, or nothing when it is not complete yet.
     *
     * @throws BadFrame when it is none; reserved bits count as such, since no extension is ever agreed on
     */
    static @Nullable FrameHead read(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return null;
        }
        int first = in.getUnsignedByte(in.readerIndex());
        int second = in.getUnsignedByte(in.readerIndex() + 1);
        int coded = second & 0x7f;
        boolean masked = (second & 0x80) != 0;
        int size = 2 + (coded == TWO_BYTES ? 2 : coded == EIGHT_BYTES ? 8 : 0) + (masked ? 4 : 0);
        if (in.readableBytes() < size) {
            return null;
        }
        in.skipBytes(2);
        long length = length(in, coded);
        return checked(
                (first & 0x70) == 0,
                new FrameHead((first & 0x80) != 0, first & 0x0f, masked, masked ? in.readInt() : 0, length));
    }

    private static long length(ByteBuf in, int coded) {
        long length = coded == TWO_BYTES ? in.readUnsignedShort() : coded == EIGHT_BYTES ? in.readLong() : coded;
        long least = coded == TWO_BYTES ? TWO_BYTES : coded == EIGHT_BYTES ? 0x10000 : 0;
        if (length < least) {
            throw new BadFrame("a frame's length is not written in its shortest form");
        }
        return length;
    }

    private static FrameHead checked(boolean plain, FrameHead head) {
        if (!plain) {
            throw new BadFrame("a frame uses an extension that was not agreed on");
        }
        return switch (head.opcode()) {
            case CONTINUATION, TEXT, BINARY -> head;
            case CLOSE, PING, PONG -> {
                if (!head.last() || head.length() > MAX_CONTROL) {
                    throw new BadFrame("a control frame is too long or in pieces");
                }
                yield head;
            }
            default -> throw new BadFrame("a frame of an unknown kind");
        };
    }

    void write(ByteBuf out) {
        out.writeByte((last ? 0x80 : 0) | opcode);
        int bit = masked ? 0x80 : 0;
        if (length < TWO_BYTES) {
            out.writeByte(bit | (int) length);
        } else if (length < 0x10000) {
            out.writeByte(bit | TWO_BYTES).writeShort((int) length);
        } else {
            out.writeByte(bit | EIGHT_BYTES).writeLong(length);
        }
        if (masked) {
            out.writeInt(mask);
        }
    }
}
