package dev.sealbox.benchmarks.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Reads an event stream. Each event tells when it was sent, by the clock that all processes of a machine share. */
final class Events extends SimpleChannelInboundHandler<HttpObject> {
    private final long expected;
    private final Tally tally;
    private final CompletableFuture<Void> done;
    private final long asked = System.nanoTime();
    private final StringBuilder pending = new StringBuilder();

    private long seen;

    private Events(long expected, Tally tally, CompletableFuture<Void> done) {
        this.expected = expected;
        this.tally = tally;
        this.done = done;
    }

    /** Complete when the stream has ended. */
    static CompletableFuture<Void> read(Channel channel, long events, int micros, Tally tally) {
        var done = new CompletableFuture<Void>();
        channel.pipeline().addLast(new HttpClientCodec(), new Events(events, tally, done));
        var unused = channel.writeAndFlush(asking("/events/" + events + "/" + micros));
        return done;
    }

    static FullHttpRequest asking(String path) {
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        request.headers().set(HttpHeaderNames.HOST, Question.HOST).set("X-Key", Secrets.token(0));
        return request;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (message instanceof HttpContent content) {
            pending.append(content.content().toString(StandardCharsets.US_ASCII));
            int end = pending.indexOf("\n\n");
            while (end >= 0) {
                event(pending.substring(0, end));
                pending.delete(0, end + 2);
                end = pending.indexOf("\n\n");
            }
            if (content instanceof LastHttpContent) {
                end(context);
            }
        }
    }

    private void event(String text) {
        long now = System.nanoTime();
        var parts = text.split(" ", -1);
        if (parts.length != 3 || !parts[1].equals(Long.toString(seen))) {
            tally.wrong("event " + seen + " is " + text);
            return;
        }
        if (seen == 0) {
            tally.first(now - asked);
        }
        seen++;
        tally.right(now - Long.parseLong(parts[2]));
    }

    private void end(ChannelHandlerContext context) {
        if (seen != expected) {
            tally.error(seen + " events of " + expected);
        }
        done.complete(null);
        Scenarios.close(context.channel());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        done.completeExceptionally(new IllegalStateException("closed after " + seen + " events"));
    }
}
