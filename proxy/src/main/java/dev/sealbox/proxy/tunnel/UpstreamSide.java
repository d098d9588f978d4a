package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.proxy.transport.LinkOwner;
import dev.sealbox.proxy.upstream.Origin;
import dev.sealbox.proxy.upstream.Upstream;
import dev.sealbox.proxy.upstream.UpstreamPool;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The other side of a client's connection: one upstream at a time, kept from one request to the next. */
final class UpstreamSide {
    private final UpstreamPool pool;
    private final LinkOwner owner;

    private @Nullable Upstream present;

    /**
     * Without an upstream at first.
     *
     * @param owner is told what happens on every connection of this side
     */
    UpstreamSide(UpstreamPool pool, LinkOwner owner) {
        this.pool = pool;
        this.owner = owner;
    }

    /** The present connection if it can serve a request to that origin; null otherwise. */
    @Nullable Upstream at(OrganizationId organization, Origin origin) {
        boolean fits = present != null
                && present.origin().equals(origin)
                && present.organization().equals(organization)
                && present.link().isOpen()
                && !present.link().inbox().isReadable();
        return fits ? present : null;
    }

    /** A kept connection if there is one, otherwise a new one; it is not yet the present one. */
    CompletableFuture<Upstream> take(OrganizationId organization, SandboxId sandbox, Origin origin) {
        return pool.take(organization, sandbox, origin, owner).toCompletableFuture();
    }

    /** A new connection; it is not yet the present one. */
    CompletableFuture<Upstream> dial(OrganizationId organization, Origin origin) {
        return pool.dial(organization, origin, owner).toCompletableFuture();
    }

    void attach(Upstream upstream) {
        present = upstream;
    }

    /** Sends what was written and makes room for more. */
    void settle() {
        if (present != null) {
            present.link().flush();
            present.link().consumed();
        }
    }

    /** When a byte last moved, in {@link System#nanoTime}'s scale; {@code otherwise} without an upstream. */
    long lastActive(long otherwise) {
        return present == null ? otherwise : present.link().lastActive();
    }

    /** Parts from a connection on which nothing is under way: others may use it. */
    void park() {
        if (present != null) {
            pool.park(present);
            present = null;
        }
    }

    /** As {@link #park()}, with one that came when nobody waited for it any more. */
    void park(Upstream late) {
        pool.park(late);
    }

    /** Parts from a connection that nobody else can use. */
    void dispose() {
        if (present != null) {
            present.link().dispose();
            present = null;
        }
    }
}
