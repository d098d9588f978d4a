package dev.sealbox.proxy.fuzz;

import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Messages on a wire, and what Netty's own codec, which shares nothing with the proxy's, reads in them. */
public final class Wire {
    private Wire() {}

    /** A message that is complete: its first line and fields, its content, one char per byte, and its trailers. */
    public record Message(HttpMessage head, List<String> fields, String content, List<String> trailers) {}

    /** Everything that was written to a link. */
    static byte[] written(Link link) {
        link.flush();
        var channel = (EmbeddedChannel) link.channel();
        var out = Unpooled.buffer();
        for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
            out.writeBytes(piece);
            piece.release();
        }
        return ByteBufUtil.getBytes(out);
    }

    static Link link() {
        return new Link(new EmbeddedChannel(), (link, event) -> {});
    }

    /** Messages after each other; fails when there is anything else. */
    public static List<Message> read(byte[] bytes, ChannelHandler decoder, boolean ended) {
        var channel = new EmbeddedChannel(decoder);
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
        if (ended) {
            channel.finish();
        }
        var messages = new ArrayList<Message>();
        Optional<HttpMessage> head = Optional.empty();
        var content = new StringBuilder();
        for (HttpObject object = channel.readInbound(); object != null; object = channel.readInbound()) {
            Property.holds(
                    object.decoderResult().isSuccess(),
                    "Netty cannot read " + shown(bytes) + ": "
                            + object.decoderResult().cause());
            if (object instanceof HttpMessage message && !(object instanceof FullHttpMessage)) {
                head = Optional.of(message);
            }
            if (object instanceof HttpContent piece) {
                content.append(piece.content().toString(StandardCharsets.ISO_8859_1));
                piece.release();
            }
            if (object instanceof LastHttpContent last) {
                var of = head.orElseThrow(() -> new AssertionError("an end without a beginning: " + shown(bytes)));
                messages.add(new Message(
                        of,
                        fields(of.headers().entries()),
                        content.toString(),
                        fields(last.trailingHeaders().entries())));
                head = Optional.empty();
                content.setLength(0);
            }
        }
        Property.holds(head.isEmpty(), "Netty misses the end of " + shown(bytes));
        return messages;
    }

    private static List<String> fields(List<Map.Entry<String, String>> entries) {
        return entries.stream()
                .map(entry -> entry.getKey().toLowerCase(Locale.ROOT) + ": " + entry.getValue())
                .toList();
    }

    public static String shown(byte[] bytes) {
        return Property.shown(new String(bytes, StandardCharsets.ISO_8859_1));
    }
}
