package dev.sealbox.proxy.match;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * Replaces patterns in a stream of bytes, also where one lies across chunks; what was put in is never searched again.
 *
 * <p>Holds back only bytes that are the beginning of a pattern, less than the longest of them. Not thread-safe.
 */
public final class Replacer implements Transformer {
    private static final int MAX_RELEASED = 3;

    private final Patterns patterns;
    private final ByteBufAllocator allocator;
    private final Growth growth;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private int released;
    private long replaced;

    public Replacer(Patterns patterns, ByteBufAllocator allocator) {
        this(patterns, allocator, Growth.unlimited());
    }

    /** {@code growth} may be shared with others that replace in the same message. */
    public Replacer(Patterns patterns, ByteBufAllocator allocator, Growth growth) {
        this.patterns = patterns;
        this.allocator = allocator;
        this.growth = growth;
    }

    /** Thrown where a pattern without a replacement was found. */
    public static final class Forbidden extends RuntimeException {
        private static final long serialVersionUID = 1;

        Forbidden() {
            super("a value cannot be put here", null, false, false);
        }
    }

    @Override
    public ByteBuf feed(ByteBuf chunk) {
        if (!held.isReadable()) {
            return run(chunk, false);
        }
        var joined = allocator.buffer(held.readableBytes() + chunk.readableBytes());
        joined.writeBytes(held).writeBytes(chunk);
        held.release();
        chunk.release();
        held = Unpooled.EMPTY_BUFFER;
        return run(joined, false);
    }

    @Override
    public ByteBuf end() {
        var rest = held;
        held = Unpooled.EMPTY_BUFFER;
        return run(rest, true);
    }

    /**
     * Whether a few bytes are held back that look like the beginning of a pattern by chance, so few that letting them
     * go tells nothing; {@link #releaseHeld} does.
     */
    public boolean mayRelease() {
        int length = held.readableBytes();
        return length > released && length <= Math.min(MAX_RELEASED, patterns.shortest() / 4);
    }

    /**
     * Passes held bytes on without forgetting them: when the pattern is completed later, the rest of it is replaced all
     * the same. So a reader that waits does not wait for long, and trickling bytes gains at most three
     * of them, and at most a quarter of a value.
     */
    public ByteBuf releaseHeld() {
        var early = held.retainedSlice(held.readerIndex() + released, held.readableBytes() - released);
        released = held.readableBytes();
        return early;
    }

    /** How many patterns have been replaced so far. */
    public long replaced() {
        return replaced;
    }

    @Override
    public void close() {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
    }

    private ByteBuf run(ByteBuf bytes, boolean last) {
        int end = bytes.writerIndex();
        long found = patterns.find(bytes, bytes.readerIndex(), end, last);
        if (Patterns.indexOf(found) == Patterns.UNDECIDED && released == 0) {
            return holdFrom(bytes, Patterns.position(found));
        }
        var out = allocator.buffer(bytes.readableBytes() + 64);
        try {
            int from = bytes.readerIndex();
            while (Patterns.indexOf(found) != Patterns.UNDECIDED) {
                copy(bytes, from, Patterns.position(found), out);
                from = patterns.isKept(Patterns.indexOf(found)) ? pass(found, bytes, out) : substitute(found, out);
                found = patterns.find(bytes, from, end, last);
            }
            copy(bytes, from, Patterns.position(found), out);
            if (Patterns.position(found) > bytes.readerIndex()) {
                released = 0;
            }
            keep(bytes, Patterns.position(found));
            return out;
        } catch (RuntimeException e) {
            out.release();
            throw e;
        } finally {
            bytes.release();
        }
    }

    /** What stays as it is. */
    private int pass(long found, ByteBuf bytes, ByteBuf out) {
        int index = Patterns.indexOf(found);
        int end = Patterns.position(found) + patterns.length(index);
        growth.see(patterns.meaning(index));
        copy(bytes, Patterns.position(found), end, out);
        return end;
    }

    private int substitute(long found, ByteBuf out) {
        int index = Patterns.indexOf(found);
        var replacement = patterns.replacement(index);
        if (replacement == null) {
            throw new Forbidden();
        }
        growth.count(patterns.meaning(index), patterns.length(index), replacement.length);
        out.writeBytes(replacement);
        released = 0;
        replaced++;
        return Patterns.position(found) + patterns.length(index);
    }

    /** Copies, leaving out what was released before. */
    private void copy(ByteBuf from, int start, int end, ByteBuf out) {
        int skipped = Math.min(released, end - start);
        out.writeBytes(from, start + skipped, end - start - skipped);
        released -= skipped;
    }

    private ByteBuf holdFrom(ByteBuf bytes, int position) {
        keep(bytes, position);
        return bytes.writerIndex(position);
    }

    private void keep(ByteBuf bytes, int position) {
        int length = bytes.writerIndex() - position;
        if (length > 0) {
            held = allocator.buffer(length).writeBytes(bytes, position, length);
        }
    }
}
