package dev.sealbox.proxy.reseal;

import com.github.luben.zstd.ZstdDirectBufferDecompressingStreamNoFinalizer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a zstd body, one frame or several (RFC 8878). A frame with a window over 8 MiB, the most that RFC 9659 allows
 * in HTTP, is refused.
 */
public final class Unzstd implements Unpacker {
    private static final int INPUT = 8 * 1024;
    private static final int WINDOW_LOG = 23;

    private final ByteBufAllocator allocator;
    private final ByteBuffer input = ByteBuffer.allocateDirect(INPUT).limit(0);
    private final ByteBuffer output = ByteBuffer.allocateDirect(PIECE);
    private ByteBuf pending = Unpooled.EMPTY_BUFFER;
    private ZstdDirectBufferDecompressingStreamNoFinalizer frame;
    private boolean begun;
    /** Whether the last step filled the output, so that the decoder may hold more. */
    private boolean holdsMore;

    Unzstd(ByteBufAllocator allocator) {
        this.allocator = allocator;
        this.frame = open();
    }

    private ZstdDirectBufferDecompressingStreamNoFinalizer open() {
        try {
            var stream = new ZstdDirectBufferDecompressingStreamNoFinalizer(input);
            stream.setLongMax(WINDOW_LOG);
            return stream;
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
        while (input.hasRemaining() || holdsMore || refill()) {
            if (!frame.hasRemaining()) {
                frame.close();
                frame = open();
            }
            var piece = step();
            if (piece != null) {
                return piece;
            }
        }
        return null;
    }

    private boolean refill() {
        if (!pending.isReadable()) {
            return false;
        }
        input.clear().limit(Math.min(INPUT, pending.readableBytes()));
        pending.readBytes(input);
        input.flip();
        begun = true;
        return true;
    }

    private @Nullable ByteBuf step() {
        output.clear();
        try {
            frame.read(output);
        } catch (IOException e) {
            throw new Broken();
        }
        holdsMore = !output.hasRemaining();
        return output.flip().hasRemaining()
                ? allocator.buffer(output.remaining()).writeBytes(output)
                : null;
    }

    @Override
    public boolean isComplete() {
        return begun && !frame.hasRemaining() && !holdsMore;
    }

    @Override
    public void close() {
        pending.release();
        pending = Unpooled.EMPTY_BUFFER;
        frame.close();
    }
}
