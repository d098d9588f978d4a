package dev.sealbox.proxy.reseal;

import io.netty.buffer.ByteBuf;

/** Skips the header of a gzip stream (RFC 1952), whatever optional parts it has. */
final class GzipHeader {
    /** The first two bytes. */
    static final int MAGIC = 0x1f8b;

    private static final int FIXED = 10;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int CHECKSUM = 2;
    private static final int MAX = 64 * 1024 + 1024;

    /** Consumes the header when all of it is there; otherwise nothing. */
    boolean read(ByteBuf in) {
        int start = in.readerIndex();
        int end = end(in, start);
        if (end < 0 || end > in.writerIndex()) {
            if (in.readableBytes() > MAX) {
                throw new Unpacker.Broken();
            }
            return false;
        }
        in.readerIndex(end);
        return true;
    }

    private static int end(ByteBuf in, int start) {
        if (in.readableBytes() < FIXED) {
            return -1;
        }
        if (in.getUnsignedShort(start) != MAGIC || in.getByte(start + 2) != 8) {
            throw new Unpacker.Broken();
        }
        int flags = in.getByte(start + 3);
        int at = start + FIXED;
        if ((flags & EXTRA) != 0) {
            at = at + 2 <= in.writerIndex() ? at + 2 + in.getUnsignedShortLE(at) : -1;
        }
        at = (flags & NAME) != 0 ? afterZero(in, at) : at;
        at = (flags & COMMENT) != 0 ? afterZero(in, at) : at;
        return at >= 0 && (flags & CHECKSUM) != 0 ? at + 2 : at;
    }

    private static int afterZero(ByteBuf in, int from) {
        if (from < 0 || from >= in.writerIndex()) {
            return -1;
        }
        int zero = in.indexOf(from, in.writerIndex(), (byte) 0);
        return zero < 0 ? -1 : zero + 1;
    }
}
