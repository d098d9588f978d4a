package dev.sealbox.benchmarks.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** Opens a connection for each question, from CONNECT on, and closes it after the answer. */
final class Fresh {
    private static final int MAX_ANSWER = 64 * 1024;

    private final Dial dial;
    private final Question question;
    private final Tally tally;
    private final LongFunction<String> hosts;
    private final AtomicLong next = new AtomicLong();
    private final AtomicInteger busy = new AtomicInteger();
    private final CompletableFuture<Void> answered = new CompletableFuture<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private volatile long limit = Long.MAX_VALUE;

    /**
     * Nothing is opened yet.
     *
     * @param hosts which one the connection with that number goes to
     */
    Fresh(Dial dial, Question question, Tally tally, LongFunction<String> hosts) {
        this.dial = dial;
        this.question = question;
        this.tally = tally;
        this.hosts = hosts;
    }

    /** Goes on, so many at a time, until {@link #stop}. */
    CompletableFuture<Void> run(int atATime) {
        return run(atATime, Long.MAX_VALUE);
    }

    /** Ends by itself after {@code most} connections. */
    CompletableFuture<Void> run(int atATime, long most) {
        limit = most;
        busy.set(atATime);
        for (int i = 0; i < atATime; i++) {
            one();
        }
        return done;
    }

    /** Complete when the first answer is here. */
    CompletableFuture<Void> first() {
        return answered;
    }

    void stop() {
        limit = 0;
    }

    private void one() {
        long number = next.getAndIncrement();
        if (number >= limit) {
            if (busy.decrementAndGet() == 0) {
                done.complete(null);
            }
            return;
        }
        var host = hosts.apply(number);
        long oldest = question.oldest();
        long sent = System.nanoTime();
        var unused = dial.to(host, false)
                .thenCompose(channel -> asked(channel, host, oldest, sent))
                .whenComplete((asked, failure) -> {
                    if (failure != null) {
                        tally.error(failure.toString());
                    }
                    answered.complete(null);
                    one();
                });
    }

    private CompletableFuture<Void> asked(Channel channel, String host, long oldest, long sent) {
        var heard = new CompletableFuture<Void>();
        channel.pipeline()
                .addLast(
                        new HttpClientCodec(),
                        new HttpObjectAggregator(MAX_ANSWER),
                        new SimpleChannelInboundHandler<FullHttpResponse>() {
                            @Override
                            protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
                                question.judge(answer, oldest, sent, tally);
                                var unused = context.close().addListener(closed -> heard.complete(null));
                            }

                            @Override
                            public void channelInactive(ChannelHandlerContext context) {
                                heard.completeExceptionally(new IllegalStateException("closed without an answer"));
                            }
                        });
        var unused = channel.writeAndFlush(question.request(host));
        return heard;
    }
}
