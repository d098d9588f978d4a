package dev.sealbox.proxy.upstream;

import dev.sealbox.proxy.http2.Http2Limits;
import dev.sealbox.proxy.tls.UpstreamTls;
import dev.sealbox.proxy.transport.Link;
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
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLException;

/** Opens connections to upstreams: find the way, dial, verify. The sockets belong to the process's own namespace. */
public final class Dialer {
    private final Routes routes;
    private final UpstreamTls tls;
    private final Duration timeout;
    private final WriteBufferWaterMark waterMark;
    private final Http2Limits http2;
    private final boolean http2Offered;

    /**
     * Made of its steps.
     *
     * @param timeout for each address that is tried
     * @param http2 how much one connection that carries many exchanges may hold, and one head on any
     * @param http2Offered whether upstreams may choose HTTP/2
     */
    public Dialer(
            Routes routes,
            UpstreamTls tls,
            Duration timeout,
            WriteBufferWaterMark waterMark,
            Http2Limits http2,
            boolean http2Offered) {
        this.routes = routes;
        this.tls = tls;
        this.timeout = timeout;
        this.waterMark = waterMark;
        this.http2 = http2;
        this.http2Offered = http2Offered;
    }

    /**
     * A new connection on that loop, its TLS handshake done. Fails with {@link Unreachable}. Completes in the loop once
     * something was dialled.
     *
     * @param many whether it may be one that carries many exchanges, see {@link Link#protocol}
     */
    CompletionStage<Link> dial(Origin origin, boolean many, EventLoop loop) {
        return routes.to(origin.host(), origin.port())
                .thenCompose(route -> first(route, 0, origin, many && http2Offered, loop));
    }

    /** That connection, for one exchange at a time. */
    Http1Upstream single(UpstreamPool.Key key, Link link, Runnable wake) {
        link.ownedBy((unused, event) -> wake.run());
        return new Http1Upstream(key.sandbox(), key.origin(), link, http2.maxHead());
    }

    /** How much one connection that carries many may hold. */
    Http2Limits http2() {
        return http2;
    }

    boolean offersHttp2() {
        return http2Offered;
    }

    private CompletionStage<Link> first(Route route, int index, Origin origin, boolean many, EventLoop loop) {
        return connect(route, index, origin, many, loop).exceptionallyCompose(failure -> {
            var reason = reason(failure);
            boolean next = index + 1 < route.addresses().size()
                    && (reason == Reason.UNREACHABLE || reason == Reason.PROXY_UNREACHABLE);
            return next
                    ? first(route, index + 1, origin, many, loop)
                    : CompletableFuture.failedFuture(new Unreachable(reason));
        });
    }

    private CompletionStage<Link> connect(Route route, int index, Origin origin, boolean many, EventLoop loop) {
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
                        prepare(channel, route, origin, many, connected);
                    }
                });
        var unused = bootstrap.connect(route.addresses().get(index)).addListener(result -> {
            if (!result.isSuccess()) {
                connected.completeExceptionally(
                        route.tunnel() == null ? result.cause() : new Unreachable(Reason.PROXY_UNREACHABLE));
            }
        });
        return connected;
    }

    private void prepare(Channel channel, Route route, Origin origin, boolean many, CompletableFuture<Link> connected) {
        var tunnel = route.tunnel();
        if (tunnel == null) {
            speak(channel, origin, many, connected);
            return;
        }
        channel.pipeline()
                .addLast(new ProxyHandshake(
                        tunnel,
                        timeout,
                        () -> speak(channel, origin, many, connected),
                        connected::completeExceptionally));
    }

    /** Begins what is for the upstream itself, now or when the connection stands. */
    private void speak(Channel channel, Origin origin, boolean many, CompletableFuture<Link> connected) {
        var link = new Link(channel, (unused, event) -> {});
        if (!origin.secure()) {
            channel.pipeline().addLast(link);
            if (channel.isActive()) {
                connected.complete(link);
            } else {
                channel.pipeline().addLast(new WhenActive(() -> connected.complete(link)));
            }
            return;
        }
        var handler = tls.handler(origin.host(), origin.port(), many, channel.alloc());
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
