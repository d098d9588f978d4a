package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** What the proxy itself reads over plain HTTP, by the rules for upstreams. Redirects are not followed. */
final class Download extends SimpleChannelInboundHandler<FullHttpResponse> {
    private static final int PORT = 80;

    private final CompletableFuture<byte[]> content = new CompletableFuture<>();

    /**
     * All that is there.
     *
     * @param most bytes
     * @param patience from the connection to the last byte
     */
    static CompletionStage<byte[]> of(URI place, Dialer dialer, int most, Duration patience, EventLoop loop) {
        HostName host;
        try {
            host = HostName.parse(place.getHost());
        } catch (InvalidValue e) {
            return CompletableFuture.failedFuture(e);
        }
        int port = place.getPort() < 0 ? PORT : place.getPort();
        return dialer.open(host, port, loop).thenCompose(link -> new Download().begin(link, place, most, patience));
    }

    private CompletionStage<byte[]> begin(Link link, URI place, int most, Duration patience) {
        var channel = link.channel();
        channel.pipeline().remove(link);
        channel.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(most), this);
        var path = place.getRawPath().isEmpty() ? "/" : place.getRawPath();
        var target = place.getRawQuery() == null ? path : path + "?" + place.getRawQuery();
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
        request.headers().set(HttpHeaderNames.HOST, place.getRawAuthority()).set(HttpHeaderNames.CONNECTION, "close");
        var unused = channel.writeAndFlush(request);
        var expiry = channel.eventLoop()
                .schedule(() -> fail("it does not come in time"), patience.toMillis(), TimeUnit.MILLISECONDS);
        return content.whenComplete((bytes, failure) -> {
            var unusedToo = expiry.cancel(false);
            var unusedEither = channel.close();
        });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
        if (!response.decoderResult().isSuccess() || !response.status().equals(HttpResponseStatus.OK)) {
            fail("it is answered with " + response.status().code());
        } else {
            content.complete(ByteBufUtil.getBytes(response.content()));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        content.completeExceptionally(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail("the connection ended");
    }

    private void fail(String why) {
        content.completeExceptionally(new IOException(why));
    }
}
