package dev.sealbox.proxy.transport;

import io.netty.channel.Channel;

/**
 * What may wait of bodies on the connections of one sandbox together. A connection gets as large a window as is left; HTTP/2
 * knows none below 64 KiB, so the last of many have that and no more. Thread-safe.
 */
public final class Windows {
    private int given;

    /**
     * Bytes for that connection, until it closes; perhaps none.
     *
     * @param wanted at most
     * @param all of all connections together
     */
    public int give(Channel connection, int wanted, int all) {
        int more;
        synchronized (this) {
            more = Math.clamp(all - given, 0, wanted);
            given += more;
        }
        if (more > 0) {
            var unused = connection.closeFuture().addListener(closed -> takeBack(more));
        }
        return more;
    }

    private synchronized void takeBack(int bytes) {
        given -= bytes;
    }

    /** Whether no connection has any. */
    public synchronized boolean areUnused() {
        return given == 0;
    }
}
