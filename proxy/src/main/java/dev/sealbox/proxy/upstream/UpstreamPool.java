package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.proxy.session.Trail;
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
 * The upstream connections of one event loop that nobody uses at the moment, by organisation and host: what was opened
 * for one organisation serves no other. Only for use in that loop.
 */
public final class UpstreamPool {
    private final Map<Key, Deque<Upstream>> idle = new HashMap<>();
    private final Dialer dialer;
    private final EventLoop loop;
    private final int mostPerKey;
    private final Duration keep;

    /** A connection that has carried a sandbox's secret is kept for that sandbox alone. */
    private record Key(
            OrganizationId organization, @Nullable SandboxId carrier, Origin origin) {}

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

    /** A kept connection if there is one that {@code sandbox} may use, otherwise a new one. */
    public CompletionStage<Upstream> take(
            OrganizationId organization, SandboxId sandbox, Origin origin, LinkOwner owner) {
        var kept = kept(new Key(organization, sandbox, origin));
        if (kept == null) {
            kept = kept(new Key(organization, null, origin));
        }
        if (kept == null) {
            return dial(organization, origin, owner);
        }
        kept.link().ownedBy(owner);
        return CompletableFuture.completedFuture(kept);
    }

    private @Nullable Upstream kept(Key key) {
        var kept = idle.get(key);
        while (kept != null && !kept.isEmpty()) {
            var upstream = kept.pop();
            if (upstream.link().isOpen()) {
                return upstream;
            }
            upstream.link().dispose();
        }
        return null;
    }

    /** Keeps a connection on which nothing is under way. */
    public void park(Upstream upstream) {
        var carrier = Trail.carrier(upstream.link().channel());
        var key = new Key(upstream.organization(), carrier, upstream.origin());
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
