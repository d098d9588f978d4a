package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.proxy.stream.UpstreamStream;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.upstream.Http1Upstream;
import dev.sealbox.proxy.upstream.Origin;
import dev.sealbox.proxy.upstream.Upstream;
import dev.sealbox.proxy.upstream.UpstreamPool;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The other side of a client's exchanges: one upstream at a time, kept from one exchange to the next where it can be. */
final class UpstreamSide {
    private final UpstreamPool pool;
    private final Runnable wake;

    private @Nullable Upstream present;
    private @Nullable UpstreamStream stream;

    /**
     * Without an upstream at first.
     *
     * @param wake is run when something happens on a connection of this side
     */
    UpstreamSide(UpstreamPool pool, Runnable wake) {
        this.pool = pool;
        this.wake = wake;
    }

    /** Whether the connection of the exchange before can serve one with that origin. */
    boolean leadsTo(Origin origin) {
        return present instanceof Http1Upstream kept && kept.origin().equals(origin) && kept.isIdle();
    }

    /** A way to that origin; it is not yet the present one. */
    CompletableFuture<Upstream> take(SandboxId sandbox, Origin origin) {
        return pool.take(sandbox, origin, wake).toCompletableFuture();
    }

    /** As {@link #take}, for what becomes another protocol. */
    CompletableFuture<Upstream> takeHttp1(SandboxId sandbox, Origin origin) {
        return pool.takeHttp1(sandbox, origin, wake).toCompletableFuture();
    }

    /** As {@link #take}, on a connection that nobody used before if it carries one exchange at a time. */
    CompletableFuture<Upstream> dial(SandboxId sandbox, Origin origin) {
        return pool.dial(sandbox, origin, wake).toCompletableFuture();
    }

    void attach(Upstream upstream) {
        present = upstream;
    }

    /** Begins the next exchange with the present upstream. */
    UpstreamStream begin() {
        if (present == null) {
            throw new IllegalStateException("there is no upstream");
        }
        var begun = present.stream();
        stream = begun;
        return begun;
    }

    /** The present connection, for a change of protocol. */
    Link link() {
        if (present instanceof Http1Upstream kept) {
            return kept.link();
        }
        throw new IllegalStateException("there is no connection of one's own");
    }

    /** Sends what was written and makes room for more. */
    void settle() {
        if (stream != null) {
            stream.settle();
        }
    }

    /** When anything last moved, in {@link System#nanoTime}'s scale; {@code otherwise} without an upstream. */
    long lastActive(long otherwise) {
        return stream == null ? otherwise : stream.lastActive();
    }

    /** The exchange has ended; {@code reusable} tells whether its connection can serve another one. */
    void finished(boolean reusable) {
        if (!reusable || !(present instanceof Http1Upstream)) {
            dispose();
        }
    }

    /** Parts from a connection on which nothing is under way: others may use it. */
    void park() {
        if (present != null) {
            pool.park(present);
        }
        forget();
    }

    /** As {@link #park()}, with one that came when nobody waited for it any more. */
    void park(Upstream late) {
        pool.park(late);
    }

    /** Parts from a connection that nobody else can use. */
    void dispose() {
        if (present != null) {
            present.dispose();
        }
        forget();
    }

    private void forget() {
        present = null;
        stream = null;
    }
}
