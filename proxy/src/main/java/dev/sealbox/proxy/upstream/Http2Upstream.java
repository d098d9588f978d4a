package dev.sealbox.proxy.upstream;

import dev.sealbox.proxy.http2.Http2Server;
import dev.sealbox.proxy.http2.Http2UpstreamStream;
import dev.sealbox.proxy.stream.UpstreamStream;
import org.jspecify.annotations.Nullable;

/** A place for one exchange on a connection that carries many. */
public final class Http2Upstream implements Upstream {
    private final Http2Server server;
    private final Runnable wake;
    private @Nullable Http2UpstreamStream stream;

    /** @param wake is run when something happens on the exchange */
    Http2Upstream(Http2Server server, Runnable wake) {
        this.server = server;
        this.wake = wake;
        server.promise();
    }

    @Override
    public UpstreamStream stream() {
        if (stream != null) {
            throw new IllegalStateException("one exchange only");
        }
        var begun = server.begin(wake);
        stream = begun;
        return begun;
    }

    @Override
    public void dispose() {
        if (stream == null) {
            server.giveUp();
        } else {
            stream.leave();
        }
    }
}
