package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.identity.OrganizationId;
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
 * The upstream connections of one event loop that nobody uses at the moment, by organisation and host: what was opened
 * for one organisation serves no other. Only for use in that loop.
 */
public final class UpstreamPool {
    private final Map<Key, Deque<Upstream>> idle = new HashMap<>();
    private final Dialer dialer;
    private final EventLoop loop;
    private final int mostPerKey;
    private final Duration keep;

    private record Key(OrganizationId organization, Origin origin) {}

    /**
     * Empty at first.
     *
     * @param mostPerKey connections kept for one organisation and host
     * @param keep how long an unused one is kept
     */
    public UpstreamPool(Dialer dialer, EventLoop loop, int mostPerKey, Duration keep) {
        this.dialer = dialer;
        this.loop = loop;
        this.mostPerKey = mostPerKey;
        this.keep = keep;
    }

    /** A new connection. */
    public CompletionStage<Upstream> dial(OrganizationId organization, Origin origin, LinkOwner owner) {
        return dialer.dial(organization, origin, owner, loop);
    }

    /** A kept connection if there is one, otherwise a new one. */
    public CompletionStage<Upstream> take(OrganizationId organization, Origin origin, LinkOwner owner) {
        var kept = idle.get(new Key(organization, origin));
        while (kept != null && !kept.isEmpty()) {
            var upstream = kept.pop();
            if (upstream.link().isOpen()) {
                upstream.link().ownedBy(owner);
                return CompletableFuture.completedFuture(upstream);
            }
            upstream.link().dispose();
        }
        return dial(organization, origin, owner);
    }

    /** Keeps a connection on which nothing is under way. */
    public void park(Upstream upstream) {
        var key = new Key(upstream.organization(), upstream.origin());
        var kept = idle.computeIfAbsent(key, unused -> new ArrayDeque<>());
        if (!upstream.link().isOpen() || upstream.link().inbox().isReadable() || kept.size() >= mostPerKey) {
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

    private void drop(Key key, Upstream upstream) {
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
