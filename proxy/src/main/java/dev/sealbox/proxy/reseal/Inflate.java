package dev.sealbox.proxy.reseal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Unpacks a gzip body (RFC 1952) or a deflate body, with its zlib wrapper (RFC 1950) or, as some send it, without. */
public final class Inflate implements Unpacker {
    /** Checksum and length, after each member of a gzip stream. */
    private static final int GZIP_TRAILER = 8;

    /** Bytes by which a zlib wrapper, which may be missing, can be told. */
    private static final int WRAPPER = 2;

    private final boolean gzip;
    private final ByteBufAllocator allocator;
    private Inflater inflater;
    private ByteBuf pending;
    private byte[] input = {};
    private @Nullable GzipHeader header;

    /** Of what the present member of a gzip stream has unpacked to. */
    private final CRC32 checksum = new CRC32();

    private boolean checked;

    private Inflate(boolean gzip, ByteBufAllocator allocator) {
        this.gzip = gzip;
        this.allocator = allocator;
        this.pending = allocator.buffer(0);
        this.inflater = new Inflater(gzip);
        this.header = gzip ? new GzipHeader() : null;
    }

    static Inflate gzip(ByteBufAllocator allocator) {
        return new Inflate(true, allocator);
    }

    static Inflate deflate(ByteBufAllocator allocator) {
        return new Inflate(false, allocator);
    }

    @Override
    public void feed(ByteBuf packed) {
        if (pending.isReadable()) {
            var joined = allocator.buffer(pending.readableBytes() + packed.readableBytes());
            joined.writeBytes(pending).writeBytes(packed);
            packed.release();
            pending.release();
            pending = joined;
        } else {
            pending.release();
            pending = packed;
        }
    }

    @Override
    public @Nullable ByteBuf next() {
        while (true) {
            boolean hasMember = header == null ? !inflater.finished() || beginsNextMember() : isPastHeader(header);
            if (!hasMember) {
                return null;
            }
            var piece = inflated();
            if (piece != null || !inflater.finished()) {
                return piece;
            }
        }
    }

    private boolean isPastHeader(GzipHeader expected) {
        if (!expected.read(pending)) {
            return false;
        }
        header = null;
        return true;
    }

    /**
     * A gzip stream may have several members (RFC 1952), whose contents follow each other. What follows the last one and
     * is none is dropped.
     */
    private boolean beginsNextMember() {
        giveBackUnused();
        check();
        if (gzip && pending.readableBytes() < GZIP_TRAILER + 2) {
            return false;
        }
        if (!gzip || pending.getUnsignedShort(pending.readerIndex() + GZIP_TRAILER) != GzipHeader.MAGIC) {
            pending.skipBytes(pending.readableBytes());
            return false;
        }
        pending.skipBytes(GZIP_TRAILER);
        inflater.reset();
        checksum.reset();
        checked = false;
        var next = new GzipHeader();
        header = next;
        return isPastHeader(next);
    }

    /** What is passed on unpacked brings no checksum with it any more, so that nobody else would notice. */
    private void check() {
        if (!gzip || checked || pending.readableBytes() < GZIP_TRAILER) {
            return;
        }
        checked = true;
        int at = pending.readerIndex();
        if (pending.getUnsignedIntLE(at) != checksum.getValue()
                || pending.getIntLE(at + 4) != (int) inflater.getBytesWritten()) {
            throw new Broken();
        }
    }

    /** Puts what the inflater was given beyond the end of a member before what is pending. */
    private void giveBackUnused() {
        int unused = inflater.getRemaining();
        if (unused > 0) {
            var rest = allocator.buffer(unused + pending.readableBytes());
            rest.writeBytes(input, input.length - unused, unused).writeBytes(pending);
            pending.release();
            pending = rest;
            input = new byte[0];
            inflater.setInput(input);
        }
    }

    private @Nullable ByteBuf inflated() {
        var piece = new byte[PIECE];
        try {
            int length = inflateInto(piece);
            if (inflater.needsDictionary()) {
                throw new Broken();
            }
            checksum.update(piece, 0, length);
            return length == 0 ? null : allocator.buffer(length).writeBytes(piece, 0, length);
        } catch (DataFormatException e) {
            throw new Broken();
        }
    }

    private int inflateInto(byte[] piece) throws DataFormatException {
        while (true) {
            int length = inflater.inflate(piece);
            if (length > 0 || inflater.finished() || inflater.needsDictionary()) {
                return length;
            }
            if (!pending.isReadable() || (!gzip && inflater.getBytesRead() == 0 && pending.readableBytes() < WRAPPER)) {
                return 0;
            }
            input = new byte[pending.readableBytes()];
            pending.readBytes(input);
            if (!gzip && inflater.getBytesRead() == 0 && isRaw(input)) {
                inflater.end();
                inflater = new Inflater(true);
            }
            inflater.setInput(input);
        }
    }

    /** Some servers send deflate without the zlib wrapper that the standard wants. */
    private static boolean isRaw(byte[] input) {
        return (input[0] & 0x0f) != 8 || (((input[0] & 0xff) << 8) | (input[1] & 0xff)) % 31 != 0;
    }

    @Override
    public boolean isComplete() {
        return header == null && inflater.finished();
    }

    @Override
    public void close() {
        pending.release();
        pending = Unpooled.EMPTY_BUFFER;
        inflater.end();
    }
}
