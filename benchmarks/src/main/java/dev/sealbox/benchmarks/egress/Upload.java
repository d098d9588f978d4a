package dev.sealbox.benchmarks.egress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Sends one body with a token in every block; what the upstream hashed must be the same with values. */
final class Upload extends SimpleChannelInboundHandler<FullHttpResponse> {
    private static final int MAX_ANSWER = 64 * 1024;

    private final long blocks;
    private final String expected;
    private final Tally tally;
    private final boolean measured;
    private final CompletableFuture<Void> done;
    private final ByteBuf block = Bodies.blockWith(Secrets.token(0));

    private long left;
    private long began;

    private Upload(long blocks, String expected, Tally tally, boolean measured, CompletableFuture<Void> done) {
        this.blocks = blocks;
        this.expected = expected;
        this.tally = tally;
        this.measured = measured;
        this.done = done;
    }

    /** Complete when the upstream has answered. */
    static CompletableFuture<Void> send(Channel channel, long bytes, Rotor rotor, Tally tally, boolean measured) {
        var done = new CompletableFuture<Void>();
        long blocks = bytes / Bodies.BLOCK;
        var value = Secrets.value(0, rotor.acknowledged());
        long length = blocks * (Bodies.BLOCK - Secrets.token(0).length() + value.length());
        var expected = length + " " + Bodies.hash(blocks, value);
        var upload = new Upload(blocks, expected, tally, measured, done);
        channel.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(MAX_ANSWER), upload);
        channel.eventLoop().execute(() -> upload.begin(channel));
        return done;
    }

    private void begin(Channel channel) {
        if (measured) {
            tally.begin();
        }
        began = System.nanoTime();
        left = blocks;
        var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/sink");
        request.headers()
                .set(HttpHeaderNames.HOST, Question.HOST)
                .set(HttpHeaderNames.CONTENT_LENGTH, blocks * Bodies.BLOCK)
                .set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream");
        var unused = channel.writeAndFlush(request);
        goOn(channel);
    }

    private void goOn(Channel channel) {
        while (left > 0 && channel.isWritable()) {
            left--;
            var part = block.retainedDuplicate();
            var unused =
                    channel.writeAndFlush(left == 0 ? new DefaultLastHttpContent(part) : new DefaultHttpContent(part));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        goOn(context.channel());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
        var text = answer.content().toString(StandardCharsets.US_ASCII);
        int last = text.lastIndexOf(' ');
        boolean right = last > 0 && text.substring(0, last).equals(expected);
        if (right && measured) {
            tally.right(System.nanoTime() - began);
            tally.bytes(blocks * Bodies.BLOCK);
            tally.first(Long.parseLong(text.substring(last + 1)) - began);
        } else if (!right) {
            tally.wrong("expected " + expected + ", arrived: " + text);
        }
        if (measured) {
            tally.end();
        }
        done.complete(null);
        Scenarios.close(context.channel());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        done.completeExceptionally(new IllegalStateException("closed during the upload"));
    }
}
