package dev.sealbox.benchmarks.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.CompletableFuture;

/** Reads one body and compares every byte. */
final class Download extends SimpleChannelInboundHandler<HttpObject> {
    private final long size;
    private final Tally tally;
    private final boolean measured;
    private final CompletableFuture<Void> done;
    private final long began = System.nanoTime();

    private long read;
    private boolean wrong;

    private Download(long size, Tally tally, boolean measured, CompletableFuture<Void> done) {
        this.size = size;
        this.tally = tally;
        this.measured = measured;
        this.done = done;
    }

    /** Complete when all of it is here. */
    static CompletableFuture<Void> read(Channel channel, long size, Tally tally, boolean measured) {
        var done = new CompletableFuture<Void>();
        if (measured) {
            tally.begin();
        }
        channel.pipeline().addLast(new HttpClientCodec(), new Download(size, tally, measured, done));
        var unused = channel.writeAndFlush(Events.asking("/bytes/" + size));
        return done;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (message instanceof HttpContent content) {
            if (!wrong && Bodies.mismatch(content.content(), read) >= 0) {
                wrong = true;
                tally.wrong("wrong content after byte " + read);
            }
            read += content.content().readableBytes();
            if (content instanceof LastHttpContent) {
                end(context);
            }
        }
    }

    private void end(ChannelHandlerContext context) {
        if (read != size) {
            tally.error(read + " bytes of " + size);
        } else if (measured && !wrong) {
            tally.right(System.nanoTime() - began);
            tally.bytes(size);
        }
        if (measured) {
            tally.end();
        }
        done.complete(null);
        Scenarios.close(context.channel());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        done.completeExceptionally(new IllegalStateException("closed after " + read + " bytes"));
    }
}
