package dev.sealbox.proxy.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Where a connection was going before the packet filter directed it here. */
public final class OriginalDestination {
    /** A sockaddr_in: family, port and address, both in network order, and padding. */
    private static final int SIZE = 16;

    private static final int SOL_IP = 0;
    private static final int SO_ORIGINAL_DST = 80;
    private static final RawUnixChannelOption OPTION =
            new RawUnixChannelOption("SO_ORIGINAL_DST", SOL_IP, SO_ORIGINAL_DST, SIZE);

    private OriginalDestination() {}

    /** That IPv4 address and port; null when it was not redirected, or is gone. */
    public static @Nullable InetSocketAddress of(Channel channel) {
        try {
            var raw = channel.config().getOption(OPTION);
            if (raw == null || raw.remaining() < 8) {
                return null;
            }
            var address = new byte[4];
            raw.get(raw.position() + 4, address);
            int port = (raw.get(raw.position() + 2) & 0xff) << 8 | (raw.get(raw.position() + 3) & 0xff);
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (ChannelException | UnknownHostException e) {
            return null;
        }
    }
}
