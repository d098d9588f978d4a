package dev.sealbox.proxy.fuzz;

import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.websocket.BadFrame;
import dev.sealbox.proxy.websocket.Direction;
import dev.sealbox.proxy.websocket.MessageFlow;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * WebSocket messages hold values in the place of tokens, whatever frames they come in, and another codec reads the frames
 * that are made; compression, which is agreed on with nobody, and other damage ends the connection.
 */
final class Messages implements Property {
    private static final String TOKEN = "osb_sealed_0123456789abcdef0123456789abcdef";
    private static final String VALUE = "the value";
    private static final Patterns PATTERNS =
            new Patterns(List.of(new Patterns.Entry(Replacing.latin1(TOKEN), Replacing.latin1(VALUE))));

    /** A message, or a control frame that stands between. */
    private record Said(int opcode, String content) {}

    @Override
    public void check(Choices choices) {
        var direction = choices.of(List.of(Direction.values()));
        var said = new ArrayList<Said>();
        var wire = Unpooled.buffer();
        for (int left = 1 + choices.below(4); left > 0; left--) {
            message(choices, direction, said, wire);
        }
        var bytes = new byte[wire.readableBytes()];
        wire.readBytes(bytes);
        boolean damaged = choices.oneIn(3);
        if (damaged) {
            bytes[choices.below(bytes.length)] ^= (byte) (1 << choices.below(8));
        }
        var out = passed(choices, direction, bytes, damaged);
        if (!damaged) {
            Property.same(said, read(out, direction), "in " + Wire.shown(bytes));
        }
    }

    private static void message(Choices choices, Direction direction, List<Said> said, ByteBuf wire) {
        var content = new StringBuilder();
        for (int left = choices.below(5); left > 0; left--) {
            content.append(
                    choices.flip()
                            ? TOKEN.substring(0, choices.of(List.of(TOKEN.length(), 5, 30)))
                            : choices.text("ab_{", 0, 80));
        }
        int opcode = 1 + choices.below(2);
        var whole = content.toString();
        int frames = 1 + choices.below(4);
        int from = 0;
        for (int frame = 0; frame < frames; frame++) {
            boolean last = frame == frames - 1;
            int end = last ? whole.length() : from + choices.below(whole.length() - from + 1);
            frame(choices, direction, last, frame == 0 ? opcode : 0, whole.substring(from, end), wire);
            from = end;
            if (!last && choices.oneIn(3)) {
                var ping = choices.text("ab", 0, 20) + (choices.flip() ? TOKEN : "");
                frame(choices, direction, true, 9, ping, wire);
                said.add(new Said(9, ping));
            }
        }
        said.add(new Said(opcode, whole.replace(TOKEN, VALUE)));
    }

    private static void frame(
            Choices choices, Direction direction, boolean last, int opcode, String content, ByteBuf out) {
        boolean masked = direction == Direction.TO_UPSTREAM;
        int bit = masked ? 0x80 : 0;
        out.writeByte((last ? 0x80 : 0) | opcode);
        if (content.length() < 126) {
            out.writeByte(bit | content.length());
        } else {
            out.writeByte(bit | 126).writeShort(content.length());
        }
        var mask = new byte[] {0, 0, 0, 0};
        if (masked) {
            for (int i = 0; i < 4; i++) {
                mask[i] = (byte) choices.below(256);
            }
            out.writeBytes(mask);
        }
        for (int i = 0; i < content.length(); i++) {
            out.writeByte(content.charAt(i) ^ mask[i % 4]);
        }
    }

    private static byte[] passed(Choices choices, Direction direction, byte[] bytes, boolean damaged) {
        var flow = new MessageFlow(direction, search(), ByteBufAllocator.DEFAULT);
        var in = Unpooled.buffer();
        var out = Unpooled.buffer();
        try {
            for (var piece : choices.cut(bytes)) {
                in.writeBytes(piece);
                piece.release();
                for (var next = flow.next(in); next != null; next = flow.next(in)) {
                    out.writeBytes(next);
                    next.release();
                }
            }
        } catch (BadFrame e) {
            Property.holds(damaged, "refused: " + e.getMessage() + " in " + Wire.shown(bytes));
        } finally {
            flow.close();
        }
        Property.holds(out.readableBytes() <= 16 * bytes.length + 64, "more comes out than went in");
        var all = new byte[out.readableBytes()];
        out.readBytes(all);
        return all;
    }

    private static MessageFlow.Search search() {
        return new MessageFlow.Search() {
            @Override
            public Replacer message(boolean text, byte first) {
                return new Replacer(PATTERNS, ByteBufAllocator.DEFAULT);
            }

            @Override
            public Replacer control() {
                return new Replacer(Patterns.EMPTY, ByteBufAllocator.DEFAULT);
            }
        };
    }

    private static List<Said> read(byte[] bytes, Direction direction) {
        var config = WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(direction == Direction.TO_UPSTREAM)
                .allowMaskMismatch(false)
                .maxFramePayloadLength(1 << 20)
                .build();
        var channel = new EmbeddedChannel(new WebSocket13FrameDecoder(config));
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
        var said = new ArrayList<Said>();
        var content = new StringBuilder();
        int opcode = 0;
        for (WebSocketFrame frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
            var text = frame.content().toString(StandardCharsets.ISO_8859_1);
            if (frame instanceof PingWebSocketFrame) {
                said.add(new Said(9, text));
            } else {
                boolean goesOn = frame instanceof ContinuationWebSocketFrame;
                opcode = goesOn ? opcode : frame instanceof TextWebSocketFrame ? 1 : 2;
                content.append(text);
            }
            if (!(frame instanceof PingWebSocketFrame) && frame.isFinalFragment()) {
                said.add(new Said(opcode, content.toString()));
                content.setLength(0);
            }
            frame.release();
        }
        return said;
    }
}
