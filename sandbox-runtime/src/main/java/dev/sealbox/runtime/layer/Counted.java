package dev.sealbox.runtime.layer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** A stream that tells how many bytes were read of it; passing over some counts, too. */
final class Counted extends FilterInputStream {
    private final LongConsumer told;
    private long taken;

    /** @param told how many more, after each read; may refuse them */
    Counted(InputStream in, LongConsumer told) {
        super(in);
        this.told = told;
    }

    @Override
    public int read() throws IOException {
        var next = super.read();
        take(next < 0 ? 0 : 1);
        return next;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        var count = super.read(into, offset, length);
        take(Math.max(count, 0));
        return count;
    }

    @Override
    public long skip(long wanted) throws IOException {
        var count = super.skip(wanted);
        take(count);
        return count;
    }

    private void take(long count) {
        taken += count;
        told.accept(count);
    }

    /** Bytes so far. */
    long taken() {
        return taken;
    }
}
