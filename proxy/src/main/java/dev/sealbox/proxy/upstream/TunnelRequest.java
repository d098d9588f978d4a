package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.egress.HostName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the outgoing proxy is asked for: a tunnel to that port of a host, which it resolves.
 *
 * @param credentials null where it wants none
 */
record TunnelRequest(HostName host, int port, @Nullable ProxyCredentials credentials) {

    /** The request as it is sent. */
    ByteBuf bytes(ByteBufAllocator allocator) {
        var name = host.value().contains(":") ? "[" + host + "]" : host.value();
        var authority = name + ":" + port;
        var out = allocator.buffer(256);
        out.writeCharSequence(
                "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n", StandardCharsets.US_ASCII);
        if (credentials != null) {
            credentials.writeTo(out);
        }
        out.writeCharSequence("\r\n", StandardCharsets.US_ASCII);
        return out;
    }
}
