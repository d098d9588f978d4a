package dev.sealbox.benchmarks.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the upstream says on one connection. {@code /check} judges the value in the header and all values in the body;
 * {@code /sink} hashes a body; {@code /bytes/N}, {@code /events/N/MICROS} and {@code /trickle/N/MICROS} send one.
 */
final class Answering extends ChannelInboundHandlerAdapter {
    private static final int TELLING = 1024;

    private @Nullable String path;
    private String value = "";
    private final StringBuilder small = new StringBuilder();
    private MessageDigest digest = Bodies.digest();
    private long size;
    private long firstByte;
    private long toSend;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                begin(request);
            }
            if (message instanceof HttpContent content) {
                take(content.content());
                if (content instanceof LastHttpContent) {
                    answer(context);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest request) {
        path = request.uri();
        value = String.valueOf(request.headers().get("X-Key"));
        small.setLength(0);
        size = 0;
        firstByte = 0;
    }

    private void take(ByteBuf bytes) {
        if (!bytes.isReadable()) {
            return;
        }
        if (size == 0) {
            firstByte = System.nanoTime();
        }
        size += bytes.readableBytes();
        if ("/sink".equals(path)) {
            for (var part : bytes.nioBuffers()) {
                digest.update(part);
            }
        } else if (small.length() < TELLING) {
            small.append(bytes.toString(StandardCharsets.US_ASCII));
        }
    }

    private void answer(ChannelHandlerContext context) {
        var parts = String.valueOf(path).split("/", -1);
        switch (parts[1]) {
            case "check" -> text(context, judged());
            case "sink" -> {
                text(context, size + " " + HexFormat.of().formatHex(digest.digest()) + " " + firstByte);
                digest = Bodies.digest();
            }
            case "bytes" -> bytes(context, Long.parseLong(parts[2]));
            case "events" ->
                stream(
                        context,
                        Integer.parseInt(parts[2]),
                        Long.parseLong(parts[3]),
                        number -> "data: " + number + " " + System.nanoTime() + "\n\n");
            case "trickle" -> stream(context, Integer.parseInt(parts[2]), Long.parseLong(parts[3]), Trickle::at);
            default -> text(context, "no such path");
        }
    }

    /**
     * The version of the value, and the value, which must not come back as it is; or what is wrong.
     */
    private String judged() {
        var version = Secrets.version(value);
        if (version.isEmpty()) {
            return value.contains("osb_sealed_") ? "wrong: a token arrived" : "wrong: no value arrived";
        }
        boolean same =
                small.toString().lines().allMatch(line -> Secrets.version(line).equals(version));
        return same ? told(version) : "wrong: another value in the body than in the header";
    }

    private String told(OptionalLong version) {
        return version.orElseThrow() + " " + value;
    }

    private static void text(ChannelHandlerContext context, String text) {
        var body = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain");
        var unused = context.writeAndFlush(response);
    }

    private void bytes(ChannelHandlerContext context, long length) {
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream");
        var unused = context.write(response);
        toSend = length;
        goOn(context);
    }

    private void goOn(ChannelHandlerContext context) {
        while (toSend > 0 && context.channel().isWritable()) {
            int length = (int) Math.min(toSend, Bodies.BLOCK);
            toSend -= length;
            var part = Bodies.block().writerIndex(length);
            var unused = context.writeAndFlush(
                    toSend == 0 ? new DefaultLastHttpContent(part) : new DefaultHttpContent(part));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        goOn(context);
    }

    /** What the piece with that number is. */
    private interface Pieces {
        String at(int number);
    }

    private static void stream(ChannelHandlerContext context, int count, long micros, Pieces pieces) {
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream");
        var unused = context.writeAndFlush(response);
        piece(context, 0, count, micros, System.nanoTime(), pieces);
    }

    private static void piece(
            ChannelHandlerContext context, int number, int count, long micros, long start, Pieces pieces) {
        if (number == count) {
            var unused = context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
            return;
        }
        var text = Unpooled.copiedBuffer(pieces.at(number), StandardCharsets.US_ASCII);
        var unused = context.writeAndFlush(new DefaultHttpContent(text));
        long due = start + TimeUnit.MICROSECONDS.toNanos(micros) * (number + 1) - System.nanoTime();
        var unusedToo = context.executor()
                .schedule(
                        () -> piece(context, number + 1, count, micros, start, pieces),
                        Math.max(0, due),
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var unused = context.close();
    }
}
