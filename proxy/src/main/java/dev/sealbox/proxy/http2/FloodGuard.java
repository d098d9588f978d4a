package dev.sealbox.proxy.http2;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;

/** Ends a connection on which more control frames come in a second than any honest peer sends. Not thread-safe. */
final class FloodGuard {
    private static final long WINDOW = 1_000_000_000L;

    private final int most;
    private long begun = System.nanoTime();
    private int seen;

    FloodGuard(int most) {
        this.most = most;
    }

    /** One more. */
    void count() throws Http2Exception {
        if (++seen <= most) {
            return;
        }
        long now = System.nanoTime();
        if (now - begun < WINDOW) {
            throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many control frames");
        }
        begun = now;
        seen = 1;
    }
}
