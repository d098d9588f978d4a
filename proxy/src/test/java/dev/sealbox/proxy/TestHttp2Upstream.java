package dev.sealbox.proxy;

import dev.sealbox.proxy.tls.TestCertificates;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A real server on loopback that speaks HTTP/2 only, answers as a test wants and remembers what it was sent. */
final class TestHttp2Upstream implements AutoCloseable {
    private final EventLoopGroup loop = new NioEventLoopGroup(1);
    private final Channel server;
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    final List<Received> requests = new CopyOnWriteArrayList<>();
    final List<Long> resets = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();

    /** A request, whole. */
    record Received(Http2Headers head, String body, Http2Headers trailers) {
        String field(String name) {
            var value = head.get(name);
            return value == null ? "" : value.toString();
        }
    }

    /** Answers one request that has come whole. */
    interface Answer {
        void to(Received request, Stream stream);
    }

    /** One stream, from the server's side. */
    static final class Stream {
        final Channel channel;

        Stream(Channel channel) {
            this.channel = channel;
        }

        Stream head(boolean last, String... namesAndValues) {
            var headers = new DefaultHttp2Headers();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                headers.add(namesAndValues[i], namesAndValues[i + 1]);
            }
            var unused = channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, last));
            return this;
        }

        Stream data(boolean last, String text) {
            return data(last, Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
        }

        Stream data(boolean last, ByteBuf bytes) {
            var unused = channel.writeAndFlush(new DefaultHttp2DataFrame(bytes, last));
            return this;
        }

        void reset(Http2Error error) {
            var unused = channel.writeAndFlush(new DefaultHttp2ResetFrame(error));
        }

        /** Takes no further streams; {@code more} streams after this one are let through. */
        void goAway(int more) {
            var frame = new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR);
            frame.setExtraStreamIds(more);
            var unused = channel.parent().writeAndFlush(frame);
        }
    }

    private TestHttp2Upstream(TestCertificates certificates, String host, Http2Settings settings, Answer answer) {
        var tls = new JdkSslContext(
                certificates.server(host),
                false,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        "h2"),
                ClientAuth.NONE,
                null,
                false);
        server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.incrementAndGet();
                        open.add(channel);
                        var unused = channel.closeFuture().addListener(closed -> open.remove(channel));
                        channel.pipeline()
                                .addLast(
                                        tls.newHandler(channel.alloc()),
                                        Http2FrameCodecBuilder.forServer()
                                                .initialSettings(settings)
                                                .build(),
                                        new Http2MultiplexHandler(new ChannelInitializer<>() {
                                            @Override
                                            protected void initChannel(Channel stream) {
                                                stream.pipeline().addLast(new Collecting(answer));
                                            }
                                        }),
                                        new Resets());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    static TestHttp2Upstream answering(TestCertificates certificates, String host, Answer answer) {
        return new TestHttp2Upstream(certificates, host, Http2Settings.defaultSettings(), answer);
    }

    static TestHttp2Upstream answering(
            TestCertificates certificates, String host, Http2Settings settings, Answer answer) {
        return new TestHttp2Upstream(certificates, host, settings, answer);
    }

    /** A connection that is cut off is what some tests want. */
    private static final class Resets extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof IOException) {
                var unused = context.close();
            } else {
                context.fireExceptionCaught(cause);
            }
        }
    }

    private final class Collecting extends SimpleChannelInboundHandler<Http2StreamFrame> {
        private final Answer answer;
        private final StringBuilder body = new StringBuilder();
        private Http2Headers head = new DefaultHttp2Headers();
        private Http2Headers trailers = new DefaultHttp2Headers();

        Collecting(Answer answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
            switch (frame) {
                case Http2HeadersFrame headers -> {
                    if (head.isEmpty()) {
                        head = headers.headers();
                    } else {
                        trailers = headers.headers();
                    }
                    over(context, headers.isEndStream());
                }
                case Http2DataFrame data -> {
                    var text = new String(ByteBufUtil.getBytes(data.content()), StandardCharsets.ISO_8859_1);
                    body.append(text);
                    bodies.add(text);
                    over(context, data.isEndStream());
                }
                default -> {}
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                resets.add(reset.errorCode());
            }
            ReferenceCountUtil.release(event);
        }

        private void over(ChannelHandlerContext context, boolean last) {
            if (last) {
                var request = new Received(head, body.toString(), trailers);
                requests.add(request);
                answer.to(request, new Stream(context.channel()));
            }
        }
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    int connections() {
        return connections.get();
    }

    /** Connections that are open now. */
    int open() {
        return open.size();
    }

    /** All that has come of bodies, of whole requests and others. */
    String bodies() {
        return String.join("", bodies);
    }

    Received last() {
        return requests.getLast();
    }

    /** Closes all connections, as a server does that dies. */
    void dropConnections() {
        Set.copyOf(open).forEach(channel -> {
            var unused = channel.close();
        });
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
