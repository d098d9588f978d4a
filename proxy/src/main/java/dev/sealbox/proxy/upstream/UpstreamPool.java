package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.transport.LinkOwner;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The upstream connections of one event loop, by sandbox and host: what was opened for one sandbox serves no other, so
 * neither leftovers on it nor what it remembers can be told to others. Those that carry one exchange at a time are kept
 * here while nobody uses them; those that carry many are shared. Only for use in that loop.
 */
public final class UpstreamPool {
    private final Map<Key, Deque<Http1Upstream>> idle = new HashMap<>();
    private final Shared shared;
    private final Dialer dialer;
    private final EventLoop loop;
    private final int mostPerKey;
    private final Duration keep;

    /** What connections are told apart by. */
    record Key(SandboxId sandbox, Origin origin) {}

    /**
     * Empty at first.
     *
     * @param mostPerKey connections kept for one sandbox and host
     * @param keep how long an unused one is kept
     */
    public UpstreamPool(Dialer dialer, EventLoop loop, int mostPerKey, Duration keep) {
        this.dialer = dialer;
        this.loop = loop;
        this.mostPerKey = mostPerKey;
        this.keep = keep;
        this.shared = new Shared(dialer, loop, keep);
    }

    /** A way to that origin: a place on a connection, a kept one or a new one. {@code wake} is run when it moves. */
    public CompletionStage<Upstream> take(SandboxId sandbox, Origin origin, Runnable wake) {
        var key = new Key(sandbox, origin);
        var kept = kept(key, wake);
        return kept == null ? dial(sandbox, origin, wake) : CompletableFuture.completedFuture(kept);
    }

    /** As {@link #take}, but never a connection that was kept for a next exchange. */
    public CompletionStage<Upstream> dial(SandboxId sandbox, Origin origin, Runnable wake) {
        var key = new Key(sandbox, origin);
        return shared.mayServe(origin) ? shared.take(key, wake) : alone(key, wake);
    }

    /** As {@link #take}, but only HTTP/1.1: for what becomes another protocol. */
    public CompletionStage<Upstream> takeHttp1(SandboxId sandbox, Origin origin, Runnable wake) {
        var key = new Key(sandbox, origin);
        var kept = kept(key, wake);
        return kept == null ? alone(key, wake) : CompletableFuture.completedFuture(kept);
    }

    /** A connection for plain TCP to that port of a host. */
    public CompletionStage<Link> open(HostName host, int port) {
        return dialer.open(host, port, loop);
    }

    private CompletionStage<Upstream> alone(Key key, Runnable wake) {
        return dialer.dial(key.origin(), false, loop).thenApply(link -> dialer.single(key, link, wake));
    }

    private @Nullable Http1Upstream kept(Key key, Runnable wake) {
        var kept = idle.get(key);
        while (kept != null && !kept.isEmpty()) {
            var upstream = kept.pop();
            if (upstream.isIdle()) {
                upstream.link().ownedBy((link, event) -> wake.run());
                return upstream;
            }
            upstream.link().dispose();
        }
        return null;
    }

    /** Takes back what nothing is under way on. */
    public void park(Upstream upstream) {
        switch (upstream) {
            case Http1Upstream one -> park(one);
            case Http2Upstream place -> place.dispose();
        }
    }

    private void park(Http1Upstream upstream) {
        var key = new Key(upstream.sandbox(), upstream.origin());
        var kept = idle.computeIfAbsent(key, unused -> new ArrayDeque<>());
        if (!upstream.isIdle() || kept.size() >= mostPerKey) {
            upstream.link().dispose();
            return;
        }
        kept.push(upstream);
        var expiry = loop.schedule(() -> drop(key, upstream), keep.toMillis(), TimeUnit.MILLISECONDS);
        upstream.link().ownedBy((link, event) -> {
            if (event != LinkOwner.Event.WRITABLE) {
                var unused = expiry.cancel(false);
                drop(key, upstream);
            }
        });
    }

    private void drop(Key key, Http1Upstream upstream) {
        var kept = idle.get(key);
        if (kept != null && kept.remove(upstream)) {
            upstream.link().dispose();
            if (kept.isEmpty()) {
                idle.remove(key);
            }
        }
    }

    /** Closes all that is kept or shared. */
    public void close() {
        idle.values().forEach(kept -> kept.forEach(upstream -> upstream.link().dispose()));
        idle.clear();
        shared.close();
    }
}
