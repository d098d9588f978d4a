package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.session.Admission;
import dev.sealbox.proxy.transport.Link;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the phases of one connection share.
 *
 * @param wake makes the connection go on; may be called in any thread
 * @param tunnel where all requests go, once the client has said it
 */
record Conversation(
        Link client,
        Entry entry,
        Admission admission,
        Services services,
        UpstreamSide upstream,
        Runnable wake,
        @Nullable Tunnel tunnel) {

    Conversation through(Tunnel next) {
        return new Conversation(client, entry, admission, services, upstream, wake, next);
    }

    OwnAnswers answers() {
        return new OwnAnswers(this);
    }

    /** The sandbox is admitted no more: ends without a word. */
    Phase expelled() {
        client.closeAfterFlush();
        return new Lingering(client);
    }

    /** Closes at once if more than {@code limit} has passed between two moments of {@link System#nanoTime}. */
    void closeAfter(Duration limit, long from, long now) {
        if (now - from > limit.toNanos()) {
            var unused = client.channel().close();
        }
    }

    /** When a byte last moved on either side, but not before {@code since}. */
    long lastActive(long since) {
        return Math.max(Math.max(since, client.lastActive()), upstream.lastActive(since));
    }
}
