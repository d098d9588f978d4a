package dev.sealbox.proxy.upstream;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a connection to an upstream is made.
 *
 * @param addresses to dial, the best first
 * @param tunnel what is asked for at the one dialled, which is the outgoing proxy; null where it is the upstream itself
 */
record Route(List<InetSocketAddress> addresses, @Nullable TunnelRequest tunnel) {}
