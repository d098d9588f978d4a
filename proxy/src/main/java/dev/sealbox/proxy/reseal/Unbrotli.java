package dev.sealbox.proxy.reseal;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a brotli body (RFC 7932). Its window takes up to 16 MiB, the most that the format allows; what follows the end
 * of the stream is dropped.
 */
public final class Unbrotli implements Unpacker {
    private static final int INPUT = 8 * 1024;

    private final ByteBufAllocator allocator;
    private final DecoderJNI.Wrapper decoder;
    private ByteBuf pending = Unpooled.EMPTY_BUFFER;
    /** Output in the decoder's own memory, until it is asked for more. */
    private ByteBuffer unpacked = ByteBuffer.allocate(0);

    /** After output was taken the decoder asks for input although it may hold more; a push of nothing finds out. */
    private boolean mayHoldMore;

    private boolean closed;

    Unbrotli(ByteBufAllocator allocator) {
        this.allocator = allocator;
        Brotli4jLoader.ensureAvailability();
        try {
            this.decoder = new DecoderJNI.Wrapper(INPUT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void feed(ByteBuf packed) {
        pending.release();
        pending = packed;
    }

    @Override
    public @Nullable ByteBuf next() {
        while (!unpacked.hasRemaining()) {
            if (!advance()) {
                return null;
            }
        }
        int length = Math.min(PIECE, unpacked.remaining());
        var piece = allocator.buffer(length);
        piece.writeBytes(unpacked.slice().limit(length));
        unpacked.position(unpacked.position() + length);
        return piece;
    }

    /** One step of the decoder; false when it can do nothing without more input. */
    private boolean advance() {
        if (decoder.hasOutput()) {
            unpacked = decoder.pull();
            mayHoldMore = true;
            return true;
        }
        return switch (decoder.getStatus()) {
            case OK, NEEDS_MORE_OUTPUT -> {
                push(0);
                yield true;
            }
            case NEEDS_MORE_INPUT -> refill();
            case DONE -> {
                pending.skipBytes(pending.readableBytes());
                yield false;
            }
            case ERROR -> throw new Broken();
        };
    }

    private boolean refill() {
        if (!pending.isReadable() && !mayHoldMore) {
            return false;
        }
        var input = decoder.getInputBuffer();
        input.clear();
        int length = mayHoldMore ? 0 : Math.min(input.remaining(), pending.readableBytes());
        pending.readBytes(input.limit(length));
        push(length);
        return true;
    }

    private void push(int length) {
        mayHoldMore = false;
        decoder.push(length);
    }

    @Override
    public boolean isComplete() {
        return decoder.getStatus() == DecoderJNI.Status.DONE && !decoder.hasOutput() && !unpacked.hasRemaining();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            pending.release();
            decoder.destroy();
        }
    }
}
