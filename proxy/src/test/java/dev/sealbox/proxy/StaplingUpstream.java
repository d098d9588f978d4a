package dev.sealbox.proxy;

import dev.sealbox.proxy.revocation.TestAuthority;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A real server that brings a staple along in its handshake, and answers whatever is asked with 200. */
final class StaplingUpstream implements AutoCloseable {
    private final EventLoopGroup loop = new NioEventLoopGroup(1);
    private final Channel server;
    final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger handshakes = new AtomicInteger();
    final AtomicInteger resumed = new AtomicInteger();

    /** @param staple empty for none */
    StaplingUpstream(TestAuthority.Leaf leaf, byte[] staple, String... protocols) {
        try {
            var context = SslContextBuilder.forServer(leaf.keys().getPrivate(), leaf.certificate())
                    .sslProvider(SslProvider.OPENSSL)
                    .protocols(protocols)
                    .enableOcsp(true)
                    .build();
            server = new ServerBootstrap()
                    .group(loop)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            prepare(channel, context, staple);
                        }
                    })
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .syncUninterruptibly()
                    .channel();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void prepare(Channel channel, SslContext context, byte[] staple) {
        var tls = context.newHandler(channel.alloc());
        if (staple.length > 0) {
            ((ReferenceCountedOpenSslEngine) tls.engine()).setOcspResponse(staple);
        }
        var unused = tls.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                handshakes.incrementAndGet();
                var pointer = ((ReferenceCountedOpenSslEngine) tls.engine()).sslPointer();
                resumed.addAndGet(SSL.isSessionReused(pointer) ? 1 : 0);
            }
        });
        channel.pipeline().addLast(tls, new SimpleChannelInboundHandler<ByteBuf>() {
            @Override
            protected void channelRead0(ChannelHandlerContext connection, ByteBuf bytes) {
                requests.incrementAndGet();
                var answer = "HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
                connection
                        .writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII))
                        .addListener(ChannelFutureListener.CLOSE);
            }
        });
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    }
}
