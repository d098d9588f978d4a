package dev.sealbox.runtime.layer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream whose bytes are taken from an allowance; passing over some counts, too. */
final class Counted extends FilterInputStream {
    private final Allowance allowance;

    Counted(InputStream in, Allowance allowance) {
        super(in);
        this.allowance = allowance;
    }

    @Override
    public int read() throws IOException {
        var next = super.read();
        allowance.bytes(next < 0 ? 0 : 1);
        return next;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        var count = super.read(into, offset, length);
        allowance.bytes(Math.max(count, 0));
        return count;
    }

    @Override
    public long skip(long wanted) throws IOException {
        var count = super.skip(wanted);
        allowance.bytes(count);
        return count;
    }
}
