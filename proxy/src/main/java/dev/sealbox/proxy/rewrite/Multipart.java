package dev.sealbox.proxy.rewrite;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.match.Transformer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A multipart body (RFC 2046): the content of each part is changed as the part's own Content-Type wants. Delimiters, the
 * heads of parts with their names of fields and files, and what stands before the first part and after the last, go on
 * as they came.
 *
 * <p>Holds back what may be the beginning of a delimiter, or a part's head of at most 8 KiB.
 */
final class Multipart implements Transformer {
    private static final int MAX_HEAD = 8 * 1024;

    /** White space that may follow a delimiter in its line. */
    private static final int MAX_PADDING = 64;

    private static final Pattern CONTENT_TYPE =
            Pattern.compile("(?im)^content-type[ \\t]*:((?:[^\\r\\n]|\\r\\n[ \\t])*)");

    /** What {@link #lineEnd} says where the line is no delimiter, and where its end has not come yet. */
    private static final int NO_DELIMITER = -1;

    private static final int UNKNOWN = -2;

    private final Patterns delimiters;
    private final Function<@Nullable String, Transformer> parts;
    private final Transformer others;
    private final ByteBufAllocator allocator;

    private State state = State.CONTENT;
    private @Nullable Transformer part;

    /** A delimiter begins with a line's end; the first may stand where none is, so one is imagined there. */
    private ByteBuf held = Unpooled.copiedBuffer("\r\n", StandardCharsets.US_ASCII);

    private int imagined = 2;

    private enum State {
        CONTENT,
        HEAD,
        EPILOGUE
    }

    /**
     * Takes {@code others} over.
     *
     * @param parts what changes the content of a part that has this Content-Type, or none
     * @param others looks at all else that goes by, and gives it back as it is and at once
     */
    Multipart(
            String boundary,
            Function<@Nullable String, Transformer> parts,
            Transformer others,
            ByteBufAllocator allocator) {
        var delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        this.delimiters = new Patterns(List.of(new Patterns.Entry(delimiter, null)));
        this.parts = parts;
        this.others = others;
        this.allocator = allocator;
    }

    /** @throws BadMessage when a part's head is too long */
    @Override
    public ByteBuf feed(ByteBuf chunk) {
        return run(chunk, false);
    }

    @Override
    public ByteBuf end() {
        return run(Unpooled.EMPTY_BUFFER, true);
    }

    private ByteBuf run(ByteBuf chunk, boolean last) {
        var in = joined(chunk);
        var out = allocator.buffer(in.readableBytes() + 64);
        boolean done = false;
        try {
            boolean moved = true;
            while (moved) {
                moved = switch (state) {
                    case CONTENT -> content(in, out, last);
                    case HEAD -> head(in, out, last);
                    case EPILOGUE -> {
                        copy(in, in.readableBytes(), out);
                        yield false;
                    }
                };
            }
            if (last) {
                append(out, others.end());
            }
            if (in.isReadable()) {
                held = allocator.buffer(in.readableBytes()).writeBytes(in);
            }
            done = true;
            return out;
        } finally {
            in.release();
            if (!done) {
                out.release();
            }
        }
    }

    private ByteBuf joined(ByteBuf chunk) {
        if (!held.isReadable()) {
            return chunk;
        }
        var joined = allocator.buffer(held.readableBytes() + chunk.readableBytes());
        joined.writeBytes(held).writeBytes(chunk);
        chunk.release();
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        return joined;
    }

    /** Up to the next delimiter; whether that was found. */
    private boolean content(ByteBuf in, ByteBuf out, boolean last) {
        long found = delimiters.find(in, in.readerIndex(), in.writerIndex(), last);
        pass(in, Patterns.position(found) - in.readerIndex(), out);
        if (Patterns.indexOf(found) == Patterns.UNDECIDED) {
            if (last && part != null) {
                append(out, part.end());
            }
            return false;
        }
        int length = delimiters.longest();
        int end = lineEnd(in, in.readerIndex() + length, last);
        if (end == UNKNOWN) {
            return false;
        }
        if (end == NO_DELIMITER) {
            pass(in, length, out);
            return true;
        }
        if (part != null) {
            append(out, part.end());
            part = null;
        }
        boolean closing = in.getByte(in.readerIndex() + length) == '-';
        copy(in, end - in.readerIndex(), out);
        state = closing ? State.EPILOGUE : State.HEAD;
        return true;
    }

    /** Where the delimiter's line ends that goes on at {@code from}; of the last one, where its hyphens end. */
    private static int lineEnd(ByteBuf in, int from, boolean last) {
        int end = in.writerIndex();
        int at = from;
        while (at < end && at - from < MAX_PADDING && (in.getByte(at) == ' ' || in.getByte(at) == '\t')) {
            at++;
        }
        if (at == end || at + 1 == end) {
            boolean mayBe = at == end || in.getByte(at) == '\r' || (in.getByte(at) == '-' && at == from);
            return last || !mayBe ? NO_DELIMITER : UNKNOWN;
        }
        boolean closing = at == from && in.getByte(at) == '-' && in.getByte(at + 1) == '-';
        boolean ends = in.getByte(at) == '\r' && in.getByte(at + 1) == '\n';
        return closing || ends ? at + 2 : NO_DELIMITER;
    }

    /** A part's head; whether all of it was there. Its last line's end may be where the next delimiter begins. */
    private boolean head(ByteBuf in, ByteBuf out, boolean last) {
        int length = headLength(in);
        if (length >= 0) {
            var head = in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1);
            copy(in, length, out);
            part = parts.apply(contentType(head));
            state = State.CONTENT;
            return true;
        }
        if (in.readableBytes() > MAX_HEAD) {
            throw new BadMessage("the head of a part is too long");
        }
        if (last) {
            copy(in, in.readableBytes(), out);
        }
        return false;
    }

    /** Without the empty line's end; -1 where that has not come. */
    private static int headLength(ByteBuf in) {
        if (isLineEnd(in, in.readerIndex())) {
            return 0;
        }
        int at = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        while (at >= 0) {
            if (isLineEnd(in, at + 1)) {
                return at + 1 - in.readerIndex();
            }
            at = in.indexOf(at + 1, in.writerIndex(), (byte) '\n');
        }
        return -1;
    }

    private static boolean isLineEnd(ByteBuf in, int at) {
        return at + 2 <= in.writerIndex() && in.getByte(at) == '\r' && in.getByte(at + 1) == '\n';
    }

    private static @Nullable String contentType(String head) {
        var field = CONTENT_TYPE.matcher(head);
        return field.find() ? field.group(1).replace("\r\n", " ").strip() : null;
    }

    /** Content of the present part; before the first there is none. */
    private void pass(ByteBuf in, int length, ByteBuf out) {
        if (part == null) {
            copy(in, length, out);
            return;
        }
        int unreal = Math.min(imagined, length);
        in.skipBytes(unreal);
        imagined -= unreal;
        if (length > unreal) {
            append(out, part.feed(in.readRetainedSlice(length - unreal)));
        }
    }

    private void copy(ByteBuf in, int length, ByteBuf out) {
        int unreal = Math.min(imagined, length);
        in.skipBytes(unreal);
        imagined -= unreal;
        if (length > unreal) {
            append(out, others.feed(in.readRetainedSlice(length - unreal)));
        }
    }

    private static void append(ByteBuf out, ByteBuf more) {
        out.writeBytes(more);
        more.release();
    }

    @Override
    public void close() {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        others.close();
        if (part != null) {
            part.close();
        }
    }
}
