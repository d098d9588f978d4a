package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.transport.Link;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** All was said; what the client still sends is dropped until it closes. */
record Lingering(Link client) implements Phase {
    private static final Duration LINGER = Duration.ofSeconds(2);

    /** Lets the client read what it was sent before the connection goes; closing at once could destroy it. */
    static Lingering after(Conversation conversation) {
        conversation.upstream().park();
        var client = conversation.client();
        client.endOutput();
        var channel = client.channel();
        var unused = channel.eventLoop()
                .schedule(
                        () -> {
                            var unusedClose = channel.close();
                        },
                        LINGER.toMillis(),
                        TimeUnit.MILLISECONDS);
        return new Lingering(client);
    }

    @Override
    public Phase step() {
        client.inbox().skipBytes(client.inbox().readableBytes());
        return this;
    }

    @Override
    public boolean outlivesInput() {
        return true;
    }

    @Override
    public Phase tick(long now) {
        return this;
    }
}
