package dev.sealbox.benchmarks.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Reads a stream of which each chunk is one byte, and counts the gaps between them that are stalls. */
final class Bytes extends SimpleChannelInboundHandler<HttpObject> {
    private static final long STALL = TimeUnit.MILLISECONDS.toNanos(50);

    private final int expected;
    private final Tally tally;
    private final CompletableFuture<Void> done;

    private int seen;
    private long last;
    private long stalls;

    private Bytes(int expected, Tally tally, CompletableFuture<Void> done) {
        this.expected = expected;
        this.tally = tally;
        this.done = done;
    }

    /** Complete when the stream has ended. */
    static CompletableFuture<Void> read(Channel channel, int bytes, int micros, Tally tally) {
        var done = new CompletableFuture<Void>();
        channel.pipeline().addLast(new HttpClientCodec(), new Bytes(bytes, tally, done));
        var unused = channel.writeAndFlush(Events.asking("/trickle/" + bytes + "/" + micros));
        return done;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (message instanceof HttpContent content) {
            var bytes = content.content();
            while (bytes.isReadable()) {
                next((char) bytes.readByte());
            }
            if (content instanceof LastHttpContent) {
                end(context);
            }
        }
    }

    /** What counts is the time between two bytes that were sent in equal distances. */
    private void next(char byteRead) {
        long now = System.nanoTime();
        if (byteRead != Trickle.at(seen).charAt(0)) {
            tally.wrong("byte " + seen + " is another");
        } else if (seen > 0) {
            tally.right(now - last);
            stalls += now - last > STALL ? 1 : 0;
        }
        seen++;
        last = now;
    }

    private void end(ChannelHandlerContext context) {
        if (seen != expected) {
            tally.error(seen + " bytes of " + expected);
        }
        tally.stalls(stalls);
        done.complete(null);
        Scenarios.close(context.channel());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        done.completeExceptionally(new IllegalStateException("closed after " + seen + " bytes"));
    }
}
