package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.proxy.http1.Http1UpstreamStream;
import dev.sealbox.proxy.session.Trail;
import dev.sealbox.proxy.stream.UpstreamStream;
import dev.sealbox.proxy.transport.Link;

/**
 * A connection that carries one exchange after the other.
 *
 * @param maxHead bytes of a response's first line and fields
 */
public record Http1Upstream(SandboxId sandbox, Origin origin, Link link, int maxHead) implements Upstream {

    /** Whether nothing is under way on it and an exchange can begin. */
    public boolean isIdle() {
        return link.isOpen() && !link.inbox().isReadable() && !Trail.isSpent(link.channel());
    }

    @Override
    public UpstreamStream stream() {
        return new Http1UpstreamStream(link, maxHead);
    }

    @Override
    public void dispose() {
        link.dispose();
    }
}
