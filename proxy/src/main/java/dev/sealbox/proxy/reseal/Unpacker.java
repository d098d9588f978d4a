package dev.sealbox.proxy.reseal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a compressed body piece by piece, never more at a time than asked for, so that a small body which unpacks to a
 * huge one costs time and no memory. Not thread-safe.
 */
public sealed interface Unpacker extends AutoCloseable permits Inflate, Unbrotli, Unzstd {
    /** The most bytes that {@link #next} gives. */
    int PIECE = 32 * 1024;

    /** The content codings that {@link #of} knows. */
    Set<String> CODINGS = Set.of("gzip", "x-gzip", "deflate", "br", "zstd");

    /** What came was not what its Content-Encoding says. */
    final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Broken() {
            super("the body's compression is broken", null, false, false);
        }
    }

    /** Whether that content coding can be unpacked here. */
    static boolean knows(String coding) {
        return CODINGS.contains(coding.strip().toLowerCase(Locale.ROOT));
    }

    /** For that content coding; null when it is none that can be unpacked here. */
    static @Nullable Unpacker of(String coding, ByteBufAllocator allocator) {
        return switch (coding.strip().toLowerCase(Locale.ROOT)) {
            case "gzip", "x-gzip" -> Inflate.gzip(allocator);
            case "deflate" -> Inflate.deflate(allocator);
            case "br" -> new Unbrotli(allocator);
            case "zstd" -> new Unzstd(allocator);
            default -> null;
        };
    }

    /** Takes {@code packed} over. Only when {@link #next} gave null. */
    void feed(ByteBuf packed);

    /**
     * The next piece, or null when more input is needed.
     *
     * @throws Broken when the input is not in this coding
     */
    @Nullable ByteBuf next();

    /** Whether the packed stream has come to its end. */
    boolean isComplete();

    @Override
    void close();
}
