package dev.sealbox.benchmarks.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Opens many connections, asks once on each, keeps them, and looks at what the proxy holds for them. */
final class Idle {
    private static final int MAX_ANSWER = 64 * 1024;
    private static final int SAMPLED = 100;
    private static final int SETTLING_MILLIS = 3000;

    private final Work work;
    private final Dial dial;
    private final Question question;
    private final Tally tally;

    private Idle(Work work, Dial dial, Question question, Tally tally) {
        this.work = work;
        this.dial = dial;
        this.question = question;
        this.tally = tally;
    }

    static void measure(Work work, Dial dial, Question question, Tally tally, Usage proxy) throws Exception {
        var idle = new Idle(work, dial, question, tally);
        // So that code and caches are there before.
        idle.open(work.unmeasured()).forEach(Scenarios::close);
        Thread.sleep(SETTLING_MILLIS / 3);
        double before = proxy.residentMib();
        tally.begin();
        var open = idle.open(work.amount());
        tally.end();
        Thread.sleep(SETTLING_MILLIS);
        tally.kibPerConnection((proxy.residentMib() - before) * 1024 / open.size());
        int step = Math.max(1, open.size() / SAMPLED);
        for (int i = 0; i < open.size(); i += step) {
            idle.ask(open.get(i)).get(30, TimeUnit.SECONDS);
        }
        open.forEach(Scenarios::close);
    }

    private List<Channel> open(long connections) throws Exception {
        var open = new ArrayList<Channel>();
        while (open.size() < connections) {
            var opening = new ArrayList<CompletableFuture<Channel>>();
            for (int i = 0; i < Math.min(work.connections(), connections - open.size()); i++) {
                opening.add(dial.to(Question.HOST, false).thenCompose(this::asked));
            }
            for (var each : opening) {
                open.add(each.get(30, TimeUnit.SECONDS));
            }
        }
        return open;
    }

    private CompletableFuture<Channel> asked(Channel channel) {
        channel.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(MAX_ANSWER));
        return ask(channel).thenApply(unused -> channel);
    }

    private CompletableFuture<Void> ask(Channel channel) {
        var answered = new CompletableFuture<Void>();
        long oldest = question.oldest();
        long sent = System.nanoTime();
        channel.eventLoop().execute(() -> {
            channel.pipeline().addLast(new SimpleChannelInboundHandler<FullHttpResponse>() {
                @Override
                protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
                    context.pipeline().remove(this);
                    question.judge(answer, oldest, sent, tally);
                    answered.complete(null);
                }

                @Override
                public void channelInactive(ChannelHandlerContext context) {
                    answered.completeExceptionally(new IllegalStateException("the connection was closed"));
                }
            });
            var unused = channel.writeAndFlush(question.request(Question.HOST));
        });
        return answered;
    }
}
