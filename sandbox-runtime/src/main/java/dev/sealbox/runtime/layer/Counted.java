package dev.sealbox.runtime.layer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream whose bytes are taken from an allowance; passing over some counts, too. */
final class Counted extends FilterInputStream {
    private final Allowance allowance;
    private long taken;

    Counted(InputStream in, Allowance allowance) {
        super(in);
        this.allowance = allowance;
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
        allowance.bytes(count);
    }

    /** Bytes so far. */
    long taken() {
        return taken;
    }
}
