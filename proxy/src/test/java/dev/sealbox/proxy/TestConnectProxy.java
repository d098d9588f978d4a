package dev.sealbox.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A proxy as companies have them: CONNECT and nothing else, credentials, names of its own; it keeps all that it sees. */
final class TestConnectProxy implements AutoCloseable {
    final List<String> asked = new CopyOnWriteArrayList<>();
    private final EventLoopGroup loop = new NioEventLoopGroup(1);
    private final Map<String, Integer> names = new ConcurrentHashMap<>();
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final String credentials;
    private final Channel server;

    /** @param credentials {@code user:password}; blank for none */
    TestConnectProxy(String credentials) {
        this.credentials = credentials;
        server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(65536), new Asking());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Leads to that port of this machine. */
    void leads(String authority, int port) {
        names.put(authority, port);
    }

    /** All bytes that went through its tunnels, both ways, one char each. */
    synchronized String seen() {
        return seen.toString(StandardCharsets.ISO_8859_1);
    }

    private synchronized void see(ByteBuf bytes) {
        seen.writeBytes(io.netty.buffer.ByteBufUtil.getBytes(bytes));
    }

    private final class Asking extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var request = (FullHttpRequest) message;
            var target = request.uri();
            asked.add(request.method() + " " + target);
            var expected = "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
            boolean known = credentials.isEmpty()
                    ? !request.headers().contains(HttpHeaderNames.PROXY_AUTHORIZATION)
                    : expected.equals(request.headers().get(HttpHeaderNames.PROXY_AUTHORIZATION));
            request.release();
            var port = names.get(target);
            if (!known) {
                answer(context, HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED);
            } else if (!request.method().equals(HttpMethod.CONNECT) || port == null) {
                answer(context, HttpResponseStatus.FORBIDDEN);
            } else {
                open(context, port);
            }
        }

        private void open(ChannelHandlerContext context, int port) {
            var client = context.channel();
            var unused = new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .handler(new Relay(client))
                    .connect(InetAddress.getLoopbackAddress(), port)
                    .addListener((ChannelFutureListener) connected -> {
                        if (!connected.isSuccess()) {
                            answer(context, HttpResponseStatus.BAD_GATEWAY);
                            return;
                        }
                        var established = Unpooled.copiedBuffer(
                                "HTTP/1.1 200 Connection established\r\nVia: 1.1 corporate\r\n\r\n",
                                StandardCharsets.US_ASCII);
                        var pipeline = client.pipeline();
                        pipeline.remove(HttpServerCodec.class);
                        pipeline.remove(HttpObjectAggregator.class);
                        pipeline.replace(Asking.class, null, new Relay(connected.channel()));
                        var unusedToo = client.writeAndFlush(established);
                    });
        }

        private void answer(ChannelHandlerContext context, HttpResponseStatus status) {
            var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status);
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
            var unused = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private final class Relay extends ChannelInboundHandlerAdapter {
        private final Channel other;

        Relay(Channel other) {
            this.other = other;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            see((ByteBuf) message);
            var unused = other.writeAndFlush(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            var unused = other.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var unused = context.close();
        }
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
