package dev.sealbox.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An upload that, closed before its end, is read on for a while on a thread of its own: a client that is still sending
 * would otherwise find its connection reset instead of the answer.
 */
final class DrainedOnClose extends FilterInputStream {
    private static final Logger log = LoggerFactory.getLogger(DrainedOnClose.class);
    private static final long MOST = 16L * 1024 * 1024;

    private final AtomicBoolean closed = new AtomicBoolean();

    DrainedOnClose(InputStream upload) {
        super(upload);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Thread.ofVirtual().name("upload-drain").start(this::drain);
        }
    }

    private void drain() {
        try (var rest = in) {
            rest.skipNBytes(MOST);
        } catch (IOException e) {
            log.debug("the rest of a refused upload has not come", e);
        }
    }
}
