package dev.sealbox.runtime.layer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A file with holes, as GNU tar packs it (sparse format 1.0): how many pieces there are, where each begins and how long it
 * is, in decimal lines up to a full block; then the pieces.
 */
final class SparseContent extends InputStream {
    private static final int BLOCK = 512;

    /** They are held in memory, 16 bytes each. */
    private static final int MOST_PIECES = 1 << 20;

    private static final int LONGEST_NUMBER = 19;

    private final InputStream packed;
    private final long size;
    private final long[] starts;
    private final long[] ends;
    private long read;
    private int piece;
    private long at;

    /** @param size bytes of the file, holes included */
    SparseContent(InputStream packed, long size) throws IOException {
        this.packed = packed;
        this.size = size;
        var count = number();
        if (count > MOST_PIECES) {
            throw new IOException("a file has more than " + MOST_PIECES + " holes");
        }
        starts = new long[(int) count];
        ends = new long[(int) count];
        var last = 0L;
        for (var i = 0; i < count; i++) {
            starts[i] = number();
            ends[i] = starts[i] + number();
            if (starts[i] < last || ends[i] < starts[i] || ends[i] > size) {
                throw new IOException("a file's pieces are not in their order");
            }
            last = ends[i];
        }
        packed.skipNBytes((BLOCK - read % BLOCK) % BLOCK);
    }

    private long number() throws IOException {
        var number = 0L;
        for (var digits = 0; ; digits++) {
            var next = packed.read();
            read++;
            if (next == '\n' && digits > 0) {
                return number;
            }
            if (next < '0' || next > '9' || digits == LONGEST_NUMBER) {
                throw new IOException("a file's pieces are not told");
            }
            number = number * 10 + next - '0';
            if (number < 0) {
                throw new IOException("a file's pieces are not told");
            }
        }
    }

    /** Passes over the hole that is next, or a part of it; its bytes, or zero where none is. */
    int passHole(int most) {
        var hole = (int) Math.min(most, nextPiece() - at);
        at += hole;
        return hole;
    }

    /** Where the next byte is that was packed: here, or where the hole ends that is here. */
    private long nextPiece() {
        while (piece < ends.length && at >= ends[piece]) {
            piece++;
        }
        return piece == ends.length ? size : Math.max(at, starts[piece]);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (at == size) {
            return -1;
        }
        var hole = passHole(length);
        if (hole > 0 || length == 0) {
            Arrays.fill(into, offset, offset + hole, (byte) 0);
            return hole;
        }
        var count = packed.read(into, offset, (int) Math.min(length, ends[piece] - at));
        if (count < 0) {
            throw new EOFException("a file ends too early");
        }
        at += count;
        return count;
    }
}
