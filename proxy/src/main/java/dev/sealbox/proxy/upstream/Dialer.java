package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.proxy.tls.UpstreamTls;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.transport.LinkOwner;
import dev.sealbox.proxy.upstream.Unreachable.Reason;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLException;

/** Opens connections to upstreams: resolve, check, dial, verify. The sockets belong to the process's own namespace. */
public final class Dialer {
    private final Addresses addresses;
    private final UpstreamTls tls;
    private final Duration timeout;
    private final WriteBufferWaterMark waterMark;
    private final int maxHead;

    /**
     * Made of its steps.
     *
     * @param timeout for each address that is tried
     * @param maxHead bytes of a response's first line and fields
     */
    public Dialer(Addresses addresses, UpstreamTls tls, Duration timeout, WriteBufferWaterMark waterMark, int maxHead) {
        this.addresses = addresses;
        this.tls = tls;
        this.timeout = timeout;
        this.waterMark = waterMark;
        this.maxHead = maxHead;
    }

    /**
     * A new connection on that loop, its TLS handshake done. Fails with {@link Unreachable}. Completes in the loop once
     * something was dialled.
     */
    public CompletionStage<Upstream> dial(SandboxId sandbox, Origin origin, LinkOwner owner, EventLoop loop) {
        return addresses
                .of(origin)
                .thenCompose(targets -> first(targets, 0, origin, owner, loop))
                .thenApply(link -> new Http1Upstream(sandbox, origin, link, maxHead));
    }

    private CompletionStage<Link> first(
            List<InetSocketAddress> targets, int index, Origin origin, LinkOwner owner, EventLoop loop) {
        return connect(targets.get(index), origin, owner, loop).exceptionallyCompose(failure -> {
            boolean next = index + 1 < targets.size() && reason(failure) == Reason.UNREACHABLE;
            return next
                    ? first(targets, index + 1, origin, owner, loop)
                    : CompletableFuture.failedFuture(new Unreachable(reason(failure)));
        });
    }

    private CompletionStage<Link> connect(InetSocketAddress target, Origin origin, LinkOwner owner, EventLoop loop) {
        var connected = new CompletableFuture<Link>();
        var bootstrap = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        prepare(channel, origin, owner, connected);
                    }
                });
        var unused = bootstrap.connect(target).addListener(result -> {
            if (!result.isSuccess()) {
                connected.completeExceptionally(result.cause());
            }
        });
        return connected;
    }

    private void prepare(Channel channel, Origin origin, LinkOwner owner, CompletableFuture<Link> connected) {
        var link = new Link(channel, owner);
        if (!origin.secure()) {
            channel.pipeline().addLast(link);
            channel.pipeline().addLast(new WhenActive(() -> connected.complete(link)));
            return;
        }
        var handler = tls.handler(origin.host(), origin.port(), channel.alloc());
        channel.pipeline().addLast(handler, link);
        var unused = handler.handshakeFuture().addListener(result -> {
            if (result.isSuccess()) {
                connected.complete(link);
            } else {
                link.dispose();
                connected.completeExceptionally(result.cause());
            }
        });
    }

    private static Reason reason(Throwable failure) {
        boolean tls = false;
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case Unreachable unreachable -> {
                    return unreachable.reason();
                }
                case CertificateException wrong -> {
                    return Reason.CERTIFICATE;
                }
                case ConnectTimeoutException late -> {
                    return Reason.TIMEOUT;
                }
                case SslHandshakeTimeoutException late -> {
                    return Reason.TIMEOUT;
                }
                case SSLException broken -> tls = true;
                default -> {}
            }
        }
        return tls ? Reason.HANDSHAKE : Reason.UNREACHABLE;
    }
}
