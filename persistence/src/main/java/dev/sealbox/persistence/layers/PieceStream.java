package dev.sealbox.persistence.layers;

import dev.sealbox.persistence.layers.Contents.Piece;
import java.io.InputStream;
import java.util.Iterator;
import java.util.function.Function;

/** Pieces as one stream, each read when it is needed. Not thread-safe. */
final class PieceStream extends InputStream {
    private final Iterator<Piece> left;
    private final Function<Piece, byte[]> read;
    private byte[] piece = new byte[0];
    private int at;

    PieceStream(Iterable<Piece> pieces, Function<Piece, byte[]> read) {
        this.left = pieces.iterator();
        this.read = read;
    }

    @Override
    public int read() {
        return more() ? piece[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        var count = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, into, offset, count);
        at += count;
        return count;
    }

    private boolean more() {
        while (at == piece.length) {
            if (!left.hasNext()) {
                return false;
            }
            piece = read.apply(left.next());
            at = 0;
        }
        return true;
    }
}
