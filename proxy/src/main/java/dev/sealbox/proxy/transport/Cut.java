package dev.sealbox.proxy.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.CompletableFuture;

/** The end of a connection without a last word. Thread-safe. */
public final class Cut {
    private Cut() {}

    /**
     * Breaks a connection off: nothing that waits to be sent is sent any more, and TLS says no last word, which it would
     * wait to get rid of while the other side does not read. Complete when it is closed.
     */
    public static CompletableFuture<Void> off(Channel connection) {
        var ended = new CompletableFuture<Void>();
        if (connection.eventLoop().inEventLoop()) {
            breakOff(connection, ended);
        } else {
            connection.eventLoop().execute(() -> breakOff(connection, ended));
        }
        return ended;
    }

    private static void breakOff(Channel connection, CompletableFuture<Void> ended) {
        if (connection.isActive()) {
            var unused = connection.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        var tls = connection.pipeline().context(SslHandler.class);
        var closing = tls == null ? connection.close() : tls.close();
        var unused = closing.addListener(done -> ended.complete(null));
    }
}
