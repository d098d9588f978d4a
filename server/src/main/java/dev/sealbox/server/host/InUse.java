package dev.sealbox.server.host;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;

/** A file's content, which keeps its sandbox in use until it is closed. */
final class InUse extends FilterInputStream {
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final Runnable leave;

    InUse(InputStream content, Runnable leave) {
        super(content);
        this.leave = leave;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        return in.read(into, from, length);
    }

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } finally {
            if (open.getAndSet(false)) {
                leave.run();
            }
        }
    }
}
