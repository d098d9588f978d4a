package dev.sealbox.proxy.codec;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Takes a body's content out of its framing. Not thread-safe. */
public abstract sealed class BodyReader {
    private static final int MAX_CHUNK_LINE = 512;

    private Fields trailers = Fields.NONE;

    public static BodyReader of(Framing framing, int maxTrailers) {
        return switch (framing) {
            case Framing.None none -> new Counted(0);
            case Framing.Length(var bytes) -> new Counted(bytes);
            case Framing.Chunked chunked -> new InChunks(maxTrailers);
            case Framing.UntilClose untilClose -> new Endless();
        };
    }

    /**
     * The next piece of content, consumed from {@code in} and owned by the caller; null when there is none yet or the
     * body is complete.
     *
     * @throws BadMessage when the framing is broken
     */
    public abstract @Nullable ByteBuf next(ByteBuf in);

    /** Whether all of it has been read. */
    public abstract boolean isComplete();

    /** Whether the connection's end is the body's, rather than a loss. */
    public boolean endsWithConnection() {
        return this instanceof Endless;
    }

    /** What came after the last chunk. */
    public Fields trailers() {
        return trailers;
    }

    private static final class Counted extends BodyReader {
        private long left;

        Counted(long length) {
            left = length;
        }

        @Override
        public @Nullable ByteBuf next(ByteBuf in) {
            int take = (int) Math.min(left, in.readableBytes());
            if (take == 0) {
                return null;
            }
            left -= take;
            return in.readRetainedSlice(take);
        }

        @Override
        public boolean isComplete() {
            return left == 0;
        }
    }

    private static final class Endless extends BodyReader {
        @Override
        public @Nullable ByteBuf next(ByteBuf in) {
            return in.isReadable() ? in.readRetainedSlice(in.readableBytes()) : null;
        }

        @Override
        public boolean isComplete() {
            return false;
        }
    }

    private static final class InChunks extends BodyReader {
        private enum At {
            SIZE,
            DATA,
            DATA_END,
            TRAILERS,
            DONE
        }

        private final HeadReader trailerReader;
        private At at = At.SIZE;
        private long left;

        InChunks(int maxTrailers) {
            trailerReader = new HeadReader(maxTrailers);
        }

        @Override
        public @Nullable ByteBuf next(ByteBuf in) {
            while (true) {
                switch (at) {
                    case SIZE -> {
                        if (!readSize(in)) {
                            return null;
                        }
                    }
                    case DATA -> {
                        return readData(in);
                    }
                    case DATA_END -> {
                        if (in.readableBytes() < 2) {
                            return null;
                        }
                        expect(in.readByte(), '\r');
                        expect(in.readByte(), '\n');
                        at = At.SIZE;
                    }
                    case TRAILERS -> {
                        var read = trailerReader.trailers(in);
                        if (read != null) {
                            super.trailers = read;
                            at = At.DONE;
                        }
                        return null;
                    }
                    case DONE -> {
                        return null;
                    }
                }
            }
        }

        private @Nullable ByteBuf readData(ByteBuf in) {
            int take = (int) Math.min(left, in.readableBytes());
            if (take == 0) {
                return null;
            }
            left -= take;
            if (left == 0) {
                at = At.DATA_END;
            }
            return in.readRetainedSlice(take);
        }

        /** A size line: hexadecimal digits, perhaps extensions (dropped), CR LF. */
        private boolean readSize(ByteBuf in) {
            int start = in.readerIndex();
            int limit = Math.min(in.readableBytes(), MAX_CHUNK_LINE);
            int feed = in.indexOf(start, start + limit, (byte) '\n');
            if (feed < 0) {
                if (limit == MAX_CHUNK_LINE) {
                    throw new BadMessage("a chunk size line that is too long");
                }
                return false;
            }
            left = size(in, start, feed - 1);
            in.readerIndex(feed + 1);
            at = left == 0 ? At.TRAILERS : At.DATA;
            return true;
        }

        private static long size(ByteBuf in, int start, int end) {
            expect(end < start ? 0 : in.getByte(end), '\r');
            long size = 0;
            int position = start;
            for (; position < end; position++) {
                int digit = Character.digit(in.getByte(position), 16);
                if (digit < 0) {
                    break;
                }
                size = size << 4 | digit;
            }
            if (position == start || position - start > 15) {
                throw new BadMessage("a chunk size that is none");
            }
            checkExtension(in, position, end);
            return size;
        }

        private static void checkExtension(ByteBuf in, int from, int end) {
            if (from == end) {
                return;
            }
            expect(in.getByte(from), ';');
            for (int position = from; position < end; position++) {
                int c = in.getByte(position) & 0xff;
                if ((c < ' ' && c != '\t') || c == 0x7f) {
                    throw new BadMessage("a control character in a chunk extension");
                }
            }
        }

        private static void expect(int actual, char expected) {
            if (actual != expected) {
                throw new BadMessage("a chunk that does not end where it says");
            }
        }

        @Override
        public boolean isComplete() {
            return at == At.DONE;
        }
    }
}
