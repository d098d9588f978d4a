package dev.sealbox.benchmarks.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.codec.http2.HttpConversionUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Asks one question after the other on a kept connection, or as one of several streams of it. */
final class Lane {
    private static final int MAX_ANSWER = 64 * 1024;

    private final Channel connection;
    private final Question question;
    private final Tally tally;
    private final Consumer<FullHttpRequest> sending;
    private final CompletableFuture<Void> answered = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    private long oldest;
    private long sent;
    private volatile boolean stopping;

    private Lane(Channel connection, Question question, Tally tally, boolean multiplexed) {
        this.connection = connection;
        this.question = question;
        this.tally = tally;
        this.sending = multiplexed ? this::open : this::write;
        var unused = connection.closeFuture().addListener(closed -> {
            if (!stopped.isDone()) {
                tally.error("the connection was closed");
                answered.complete(null);
                stopped.complete(null);
            }
        });
    }

    static Lane of(Channel connection, Question question, Tally tally) {
        var lane = new Lane(connection, question, tally, false);
        connection.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(MAX_ANSWER), lane.reader());
        return lane;
    }

    /** So many of them on one connection that speaks HTTP/2 already. */
    static List<Lane> multiplexed(Channel connection, Question question, Tally tally, int streams) {
        var lanes = new ArrayList<Lane>();
        for (int i = 0; i < streams; i++) {
            lanes.add(new Lane(connection, question, tally, true));
        }
        return lanes;
    }

    /** Complete when the first answer is here. */
    CompletableFuture<Void> start() {
        connection.eventLoop().execute(this::ask);
        return answered;
    }

    /** Complete when the last answer is here. */
    CompletableFuture<Void> stop() {
        stopping = true;
        return stopped;
    }

    /** Closes its connection, which others may share. */
    void close() {
        Scenarios.close(connection);
    }

    private void ask() {
        oldest = question.oldest();
        sent = System.nanoTime();
        sending.accept(question.request(Question.HOST));
    }

    private void write(FullHttpRequest request) {
        var unused = connection.writeAndFlush(request);
    }

    private void open(FullHttpRequest request) {
        request.headers().set(HttpConversionUtil.ExtensionHeaderNames.SCHEME.text(), "https");
        var unused = new Http2StreamChannelBootstrap(connection)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline()
                                .addLast(
                                        new Http2StreamFrameToHttpObjectCodec(false),
                                        new HttpObjectAggregator(MAX_ANSWER),
                                        reader());
                    }
                })
                .open()
                .addListener(opened -> {
                    if (opened.isSuccess()) {
                        var unusedToo = ((Channel) opened.getNow()).writeAndFlush(request);
                    } else {
                        request.release();
                        tally.error("no stream: " + opened.cause());
                        stopped.complete(null);
                    }
                });
    }

    private SimpleChannelInboundHandler<FullHttpResponse> reader() {
        return new SimpleChannelInboundHandler<>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
                question.judge(answer, oldest, sent, tally);
                answered.complete(null);
                if (stopping) {
                    stopped.complete(null);
                } else {
                    ask();
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                tally.error(cause.toString());
                Scenarios.close(connection);
            }
        };
    }
}
