package dev.sealbox.benchmarks.egress;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Opens connections through the proxy: CONNECT, then TLS with the host, trusting the proxy's authority alone. */
final class Dial {
    private static final EventLoopGroup LOOPS = new EpollEventLoopGroup(2);
    private static final int HANDSHAKE_MILLIS = 30_000;

    private final int port;
    private final SslContext one;
    private final SslContext many;

    Dial(int port, Path authority) throws IOException {
        this.port = port;
        this.one = context(authority, "http/1.1");
        this.many = context(authority, "h2");
    }

    private static SslContext context(Path authority, String protocol) throws IOException {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .protocols("TLSv1.3")
                .trustManager(authority.toFile())
                .endpointIdentificationAlgorithm("HTTPS")
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        protocol))
                .build();
    }

    /** A connection whose handshake is done, with HTTP/2 frames if wanted. Completes in its event loop. */
    CompletableFuture<Channel> to(String host, boolean http2) {
        var ready = new CompletableFuture<Channel>();
        var unused = new Bootstrap()
                .group(LOOPS)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new Asking(host, http2 ? many : one, http2, ready))
                .connect("127.0.0.1", port)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        ready.completeExceptionally(connected.cause());
                    }
                });
        return ready;
    }

    /** Asks for the tunnel, and gives way to TLS in it. */
    private static final class Asking extends ByteToMessageDecoder {
        private final String host;
        private final SslContext context;
        private final boolean http2;
        private final CompletableFuture<Channel> ready;

        Asking(String host, SslContext context, boolean http2, CompletableFuture<Channel> ready) {
            this.host = host;
            this.context = context;
            this.http2 = http2;
            this.ready = ready;
        }

        @Override
        public void channelActive(ChannelHandlerContext channel) {
            var head = "CONNECT " + host + ":443 HTTP/1.1\r\nHost: " + host + ":443\r\n\r\n";
            var unused = channel.writeAndFlush(Unpooled.copiedBuffer(head, StandardCharsets.US_ASCII));
        }

        @Override
        protected void decode(ChannelHandlerContext channel, ByteBuf in, List<Object> out) throws IOException {
            var text = in.toString(StandardCharsets.US_ASCII);
            int end = text.indexOf("\r\n\r\n");
            if (end < 0) {
                return;
            }
            if (!text.startsWith("HTTP/1.1 200")) {
                throw new IOException(text.lines().findFirst().orElse(""));
            }
            in.skipBytes(end + 4);
            var tls = context.newHandler(channel.alloc(), host, 443);
            tls.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
            var unused = tls.handshakeFuture().addListener(shaken -> {
                if (shaken.isSuccess()) {
                    speak(channel.channel());
                    ready.complete(channel.channel());
                } else {
                    ready.completeExceptionally(shaken.cause());
                }
            });
            channel.pipeline().replace(this, "tls", tls);
        }

        /** An HTTP/2 server speaks first, so the codec must be there before anything is read. */
        private void speak(Channel channel) {
            if (http2) {
                channel.pipeline()
                        .addLast(
                                Http2FrameCodecBuilder.forClient().build(),
                                new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext channel) {
            ready.completeExceptionally(new IOException("the proxy closed the connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
            ready.completeExceptionally(cause);
            var unused = channel.close();
        }
    }
}
