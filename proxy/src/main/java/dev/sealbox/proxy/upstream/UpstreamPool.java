package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.identity.SandboxId;
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

/**
 * The upstream connections of one event loop that nobody uses at the moment, by sandbox and host: what was opened for
 * one sandbox serves no other, so neither leftovers on it nor what it remembers can be told to others. Only for use in
 * that loop.
 */
public final class UpstreamPool {
    private final Map<Key, Deque<Http1Upstream>> idle = new HashMap<>();
    private final Dialer dialer;
    private final EventLoop loop;
    private final int mostPerKey;
    private final Duration keep;

    private record Key(SandboxId sandbox, Origin origin) {}

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
    }

    /** A new connection. */
    public CompletionStage<Upstream> dial(SandboxId sandbox, Origin origin, Runnable wake) {
        return dialer.dial(sandbox, origin, (link, event) -> wake.run(), loop);
    }

    /** A kept connection if there is one, otherwise a new one. */
    public CompletionStage<Upstream> take(SandboxId sandbox, Origin origin, Runnable wake) {
        var kept = idle.get(new Key(sandbox, origin));
        while (kept != null && !kept.isEmpty()) {
            var upstream = kept.pop();
            if (upstream.isIdle()) {
                upstream.link().ownedBy((link, event) -> wake.run());
                return CompletableFuture.completedFuture(upstream);
            }
            upstream.link().dispose();
        }
        return dial(sandbox, origin, wake);
    }

    /** Takes back what nothing is under way on. */
    public void park(Upstream upstream) {
        switch (upstream) {
            case Http1Upstream one -> park(one);
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

    /** Closes all that is kept. */
    public void close() {
        idle.values().forEach(kept -> kept.forEach(upstream -> upstream.link().dispose()));
        idle.clear();
    }
}
