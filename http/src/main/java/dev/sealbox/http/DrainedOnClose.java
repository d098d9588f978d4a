package dev.sealbox.http;

import dev.sealbox.domain.Unit;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An upload that, closed before its end, is read on for a while on a thread of its own: a client that is still sending
 * would otherwise find its connection reset instead of the answer. Answer when it is {@link #drained}.
 */
final class DrainedOnClose extends FilterInputStream {
    private static final Logger log = LoggerFactory.getLogger(DrainedOnClose.class);

    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Unit> drained = new CompletableFuture<>();

    DrainedOnClose(InputStream upload) {
        super(upload);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Thread.ofVirtual().name("upload-drain").start(this::drain);
        }
    }

    /** Complete when nothing more comes, or enough has come, or after some seconds; never fails. */
    CompletableFuture<Unit> drained() {
        close();
        return drained.copy().completeOnTimeout(Unit.DONE, Unread.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void drain() {
        try (var rest = in) {
            rest.skipNBytes(Unread.MOST);
        } catch (IOException e) {
            log.debug("the rest of a refused upload has not come", e);
        } finally {
            drained.complete(Unit.DONE);
        }
    }
}
