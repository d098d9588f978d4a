package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.transport.Link;

/** After a change of protocol: bytes pass as they are. */
final class Piping implements Phase {
    private final Conversation conversation;
    private final Exchange exchange;
    private final Link upstream;
    private final long since = System.nanoTime();

    /** @param exchange the one that changed the protocol; it is held until the end */
    Piping(Conversation conversation, Exchange exchange, Link upstream) {
        this.conversation = conversation;
        this.exchange = exchange;
        this.upstream = upstream;
    }

    @Override
    public Phase step() {
        var client = conversation.client();
        boolean moved = true;
        while (moved) {
            moved = pass(client, upstream);
            moved |= pass(upstream, client);
        }
        if (upstream.isOpen()) {
            return this;
        }
        close();
        return Lingering.after(conversation);
    }

    private static boolean pass(Link from, Link to) {
        if (!from.inbox().isReadable() || !to.canWrite()) {
            return false;
        }
        to.write(from.inbox().readRetainedSlice(from.inbox().readableBytes()));
        return true;
    }

    @Override
    public Phase tick(long now) {
        var idle = conversation.services().limits().idle();
        conversation.closeAfter(idle, conversation.lastActive(since), now);
        return this;
    }

    @Override
    public void close() {
        conversation.upstream().dispose();
        exchange.close();
    }
}
