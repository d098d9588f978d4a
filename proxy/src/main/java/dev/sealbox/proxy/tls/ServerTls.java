package dev.sealbox.proxy.tls;

import dev.sealbox.domain.egress.HostName;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;

/**
 * The server side of TLS for one host, as an organisation's sandboxes trust it. Thread-safe.
 *
 * @param context the organisation's, which chooses the certificate by the host that a handler is for
 */
public record ServerTls(SslContext context, HostName host) {

    /**
     * TLS for a connection of a sandbox.
     *
     * @param handshake how long the handshake may take
     */
    public SslHandler handler(ByteBufAllocator allocator, Duration handshake) {
        var handler = context.newHandler(allocator, host.value(), -1);
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        return handler;
    }
}
