package dev.sealbox.proxy;

import dev.sealbox.proxy.ProxySettings.Listen;
import dev.sealbox.proxy.dns.Resolver;
import dev.sealbox.proxy.transport.NamespaceSockets;
import dev.sealbox.proxy.tunnel.Entry;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The proxy's listening sockets, in the namespace of the sandboxes' router. */
public final class Listeners {
    private static final int BACKLOG = 1024;

    private final EventLoopGroup group;
    private final WriteBufferWaterMark waterMark;
    private final List<Channel> open = new ArrayList<>();
    private Ports ports = new Ports(0, 0, 0, 0, 0);

    /** The ports that are open, those that were 0 in the settings included; -1 for what is not offered. */
    public record Ports(int proxy, int tls, int http, int dns, int tcp) {}

    /** Sockets that exist but are not bound yet. */
    private record Sockets(
            EpollServerSocketChannel proxy,
            EpollServerSocketChannel tls,
            EpollServerSocketChannel http,
            EpollServerSocketChannel dns,
            EpollServerSocketChannel tcp,
            EpollDatagramChannel datagrams) {}

    Listeners(EventLoopGroup group, WriteBufferWaterMark waterMark) {
        this.group = group;
        this.waterMark = waterMark;
    }

    Ports ports() {
        return ports;
    }

    void open(Listen listen, @Nullable Path namespace, Function<Entry, ChannelHandler> acceptor, Resolver resolver) {
        var sockets = NamespaceSockets.in(
                namespace,
                () -> new Sockets(
                        new EpollServerSocketChannel(),
                        new EpollServerSocketChannel(),
                        new EpollServerSocketChannel(),
                        new EpollServerSocketChannel(),
                        new EpollServerSocketChannel(),
                        new EpollDatagramChannel()));
        var address = listen.address();
        int proxy = bind(sockets.proxy(), address, listen.proxyPort(), acceptor.apply(Entry.EXPLICIT));
        int tls = bind(sockets.tls(), address, listen.tlsPort(), acceptor.apply(Entry.TLS));
        int http = bind(sockets.http(), address, listen.httpPort(), acceptor.apply(Entry.HTTP));
        int dns = bind(sockets.dns(), address, listen.dnsPort(), resolver.tcp());
        int tcp = bind(sockets.tcp(), address, listen.tcpPort(), acceptor.apply(Entry.TCP));
        bindDatagrams(sockets.datagrams(), address, dns, resolver.udp());
        ports = new Ports(proxy, tls, http, dns, tcp);
    }

    private int bind(EpollServerSocketChannel socket, String address, int port, ChannelHandler accepted) {
        if (port == Listen.NOWHERE) {
            socket.unsafe().closeForcibly();
            return port;
        }
        var binding = new ServerBootstrap()
                .group(group)
                .channelFactory(() -> socket)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                // The runtime may give the address to an interface only later.
                .option(EpollChannelOption.IP_FREEBIND, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark)
                .childHandler(accepted)
                .bind(new InetSocketAddress(address, port));
        return bound(binding.syncUninterruptibly().channel());
    }

    private void bindDatagrams(EpollDatagramChannel socket, String address, int port, ChannelHandler handler) {
        if (port == Listen.NOWHERE) {
            socket.unsafe().closeForcibly();
            return;
        }
        var binding = new Bootstrap()
                .group(group)
                .channelFactory(() -> socket)
                .option(EpollChannelOption.IP_FREEBIND, true)
                .handler(handler)
                .bind(new InetSocketAddress(address, port));
        bound(binding.syncUninterruptibly().channel());
    }

    private int bound(Channel channel) {
        open.add(channel);
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    CompletionStage<Void> close() {
        return CompletableFuture.allOf(open.stream()
                .map(channel -> {
                    var closed = new CompletableFuture<Void>();
                    var unused = channel.close().addListener(done -> closed.complete(null));
                    return closed;
                })
                .toArray(CompletableFuture[]::new));
    }
}
