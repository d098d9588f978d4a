package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.reseal.Unpacker;
import dev.sealbox.proxy.stream.Incoming;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A client's compressed body, unpacked piece by piece as it is taken, so that one which unpacks to a huge one takes no
 * memory; and no more of it than a multiple of what came.
 */
final class UnpackedBody implements Incoming, AutoCloseable {
    /** Bytes that any body may unpack to: repetitive text packs well. */
    private static final long FREE = 8L << 20;

    private final Incoming packed;
    private final Unpacker unpacker;
    private final int ratio;

    private long in;
    private long out;

    /**
     * Takes the unpacker over.
     *
     * @param ratio how many times its size the body may have
     */
    UnpackedBody(Incoming packed, Unpacker unpacker, int ratio) {
        this.packed = packed;
        this.unpacker = unpacker;
        this.ratio = ratio;
    }

    /** @throws BadMessage also when the compression is broken or ends too early, or it unpacks to too much */
    @Override
    public @Nullable ByteBuf next() {
        try {
            var piece = unpacker.next();
            while (piece == null) {
                var more = packed.next();
                if (more == null) {
                    return ended();
                }
                in += more.readableBytes();
                unpacker.feed(more);
                piece = unpacker.next();
            }
            return counted(piece);
        } catch (Unpacker.Broken e) {
            throw new BadMessage("its body is not in its Content-Encoding");
        }
    }

    /** Whether {@code in} bytes must not unpack to {@code out}. */
    static boolean isTooMuch(long in, long out, int ratio) {
        return out > FREE && out > in * ratio;
    }

    private ByteBuf counted(ByteBuf piece) {
        out += piece.readableBytes();
        if (isTooMuch(in, out, ratio)) {
            piece.release();
            throw new BadMessage(413, "its body unpacks to too much");
        }
        return piece;
    }

    private @Nullable ByteBuf ended() {
        if (packed.isComplete() && in > 0 && !unpacker.isComplete()) {
            throw new BadMessage("the compression of its body ends too early");
        }
        return null;
    }

    /** Only after {@link #next} gave null. */
    @Override
    public boolean isComplete() {
        return packed.isComplete();
    }

    @Override
    public Fields trailers() {
        return packed.trailers();
    }

    @Override
    public void close() {
        unpacker.close();
    }
}
