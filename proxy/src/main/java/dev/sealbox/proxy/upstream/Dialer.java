package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.http2.Http2Limits;
import dev.sealbox.proxy.revocation.Revocations;
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
import io.netty.handler.ssl.SslHandler;
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

    /** What is spoken on a connection. */
    private enum Speech {
        TCP,
        CLEAR,
        TLS,
        TLS_FOR_MANY
    }

    private record Wanted(HostName host, int port, Speech speech) {}

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
        var speech = !origin.secure() ? Speech.CLEAR : many && http2Offered ? Speech.TLS_FOR_MANY : Speech.TLS;
        return dial(new Wanted(origin.host(), origin.port(), speech), loop);
    }

    /**
     * A new connection for plain TCP, each side of which ends by itself. Fails with {@link Unreachable}. Completes in the
     * loop once something was dialled.
     */
    CompletionStage<Link> open(HostName host, int port, EventLoop loop) {
        return dial(new Wanted(host, port, Speech.TCP), loop);
    }

    private CompletionStage<Link> dial(Wanted wanted, EventLoop loop) {
        return routes.to(wanted.host(), wanted.port()).thenCompose(route -> first(route, 0, wanted, loop));
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

    private CompletionStage<Link> first(Route route, int index, Wanted wanted, EventLoop loop) {
        return connect(route, index, wanted, loop).exceptionallyCompose(failure -> {
            var reason = reason(failure);
            boolean next = index + 1 < route.addresses().size()
                    && (reason == Reason.UNREACHABLE || reason == Reason.PROXY_UNREACHABLE);
            return next
                    ? first(route, index + 1, wanted, loop)
                    : CompletableFuture.failedFuture(new Unreachable(reason));
        });
    }

    private CompletionStage<Link> connect(Route route, int index, Wanted wanted, EventLoop loop) {
        var connected = new CompletableFuture<Link>();
        if (loop.inEventLoop()) {
            connect(route, index, wanted, loop, connected);
        } else {
            loop.execute(() -> connect(route, index, wanted, loop, connected));
        }
        return connected;
    }

    /**
     * In the loop, so that who is told of a connection that is refused is there before it can be: otherwise the channel
     * would be closed first, and it would look as if TLS had failed.
     */
    private void connect(Route route, int index, Wanted wanted, EventLoop loop, CompletableFuture<Link> connected) {
        var bootstrap = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, wanted.speech() == Speech.TCP)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        prepare(channel, route, wanted, connected);
                    }
                });
        var unused = bootstrap.connect(route.addresses().get(index)).addListener(result -> {
            if (!result.isSuccess()) {
                connected.completeExceptionally(
                        route.tunnel() == null ? result.cause() : new Unreachable(Reason.PROXY_UNREACHABLE));
            }
        });
    }

    private void prepare(Channel channel, Route route, Wanted wanted, CompletableFuture<Link> connected) {
        var tunnel = route.tunnel();
        if (tunnel == null) {
            speak(channel, wanted, connected);
            return;
        }
        channel.pipeline()
                .addLast(new ProxyHandshake(
                        tunnel, timeout, () -> speak(channel, wanted, connected), connected::completeExceptionally));
    }

    /** Begins what is for the upstream itself, now or when the connection stands. */
    private void speak(Channel channel, Wanted wanted, CompletableFuture<Link> connected) {
        var link = new Link(channel, (unused, event) -> {});
        if (wanted.speech() == Speech.CLEAR || wanted.speech() == Speech.TCP) {
            channel.pipeline().addLast(link);
            if (channel.isActive()) {
                connected.complete(link);
            } else {
                channel.pipeline().addLast(new WhenActive(() -> connected.complete(link)));
            }
            return;
        }
        var handler =
                tls.handler(wanted.host(), wanted.port(), wanted.speech() == Speech.TLS_FOR_MANY, channel.alloc());
        channel.pipeline().addLast(handler, link);
        var unused = handler.handshakeFuture().addListener(result -> {
            if (result.isSuccess()) {
                admit(handler, link, connected);
            } else {
                link.dispose();
                connected.completeExceptionally(result.cause());
            }
        });
    }

    /** Nothing is sent before it is known what is to be known about the certificates. */
    private void admit(SslHandler handler, Link link, CompletableFuture<Link> connected) {
        var loop = link.channel().eventLoop();
        var verdict = tls.verdict(handler, place -> Download.of(place, this, tls.longestList(), timeout, loop))
                .toCompletableFuture();
        if (verdict.isDone()) {
            judge(verdict, link, connected);
        } else {
            var unused = verdict.whenCompleteAsync((known, failure) -> judge(verdict, link, connected), loop);
        }
    }

    private static void judge(
            CompletableFuture<Revocations.Verdict> verdict, Link link, CompletableFuture<Link> connected) {
        var known = verdict.isCompletedExceptionally() ? Revocations.Verdict.UNPROVEN : verdict.resultNow();
        if (known == Revocations.Verdict.PASSES) {
            connected.complete(link);
        } else {
            link.dispose();
            connected.completeExceptionally(
                    new Unreachable(known == Revocations.Verdict.REVOKED ? Reason.REVOKED : Reason.REVOCATION_UNKNOWN));
        }
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
