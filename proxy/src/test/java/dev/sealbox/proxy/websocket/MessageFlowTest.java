package dev.sealbox.proxy.websocket;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.match.Replacer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MessageFlowTest {
    private static final String TOKEN = "osb_sealed_0123456789abcdef0123456789abcdef";
    private static final String VALUE = "the value";

    @RepeatedTest(200)
    void agreesWithStringReplaceHoweverMessagesAreCut(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var direction = random.nextBoolean() ? Direction.TO_UPSTREAM : Direction.TO_CLIENT;
        var wire = Unpooled.buffer();
        var expected = new ArrayList<Received>();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            message(random, direction, wire, expected);
        }

        var out = run(direction, wire, random);

        assertThat(received(direction, out)).isEqualTo(expected);
    }

    @Test
    void passesALongFrameOnWhileItIsStillComing() {
        var in = Unpooled.buffer();
        new FrameHead(true, FrameHead.BINARY, true, 7, 1_000_000_000).write(in);
        in.writeZero(1000);
        var flow = flow(Direction.TO_UPSTREAM);

        var out = requireNonNull(flow.next(in));
        var head = requireNonNull(FrameHead.read(out));

        assertThat(head.last()).isFalse();
        assertThat(head.length()).isEqualTo(1000);
        assertThat(flow.next(in)).isNull();
        out.release();
        flow.close();
    }

    @Test
    void letsABeginningThatStaysOneGoAfterAWhile() {
        var in = frame(Direction.TO_CLIENT, false, FrameHead.TEXT, "waiting os");
        var flow = flow(Direction.TO_CLIENT);

        var first = requireNonNull(flow.next(in));
        assertThat(flow.mayRelease()).isTrue();
        var out = Unpooled.wrappedBuffer(first, flow.release());
        assertThat(flow.mayRelease()).isFalse();
        in.writeBytes(frame(Direction.TO_CLIENT, true, FrameHead.CONTINUATION, "car"));
        out = Unpooled.wrappedBuffer(out, requireNonNull(flow.next(in)));

        assertThat(received(Direction.TO_CLIENT, out)).containsExactly(new Received(FrameHead.TEXT, "waiting oscar"));
    }

    @ParameterizedTest
    @CsvSource({
        "c1 80 00000000, an extension's bit",
        "83 80 00000000, an unknown kind",
        "8b 80 00000000, an unknown control frame",
        "80 80 00000000, a continuation of nothing",
        "01 80 00000000 81 80 00000000, a message within a message",
        "09 80 00000000, a ping in pieces",
        "89 fe 007e 00000000, a ping too long",
        "82 fe 007d 00000000, a length not in its shortest form",
        "82 ff 000000000000ffff 00000000, the same with eight bytes",
        "82 ff 8000000000000000 00000000, a negative length",
        "82 00, no mask"
    })
    void refusesWhatTheProtocolForbids(String frames, String what) {
        var in = Unpooled.wrappedBuffer(HexFormat.of().parseHex(frames.replace(" ", "")));
        var flow = flow(Direction.TO_UPSTREAM);

        assertThatThrownBy(() -> drain(flow, in, Unpooled.buffer())).as(what).isInstanceOf(BadFrame.class);
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void refusesAValueThatDoesNotFitIntoAControlFrame(Direction direction) {
        var flow = new MessageFlow(direction, new Fixed(TOKEN, "y".repeat(200)), ByteBufAllocator.DEFAULT);
        var in = frame(direction, true, FrameHead.PING, TOKEN);

        assertThatThrownBy(() -> drain(flow, in, Unpooled.buffer())).isInstanceOf(BadFrame.class);
    }

    private record Received(int opcode, String payload) {}

    /** Adds a random message, with control frames in between, and what must come out. */
    private static void message(Random random, Direction direction, ByteBuf wire, List<Received> expected) {
        var text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.append(random.nextBoolean() ? TOKEN : "osb_sealed_x".repeat(random.nextInt(30)));
        }
        int opcode = random.nextBoolean() ? FrameHead.TEXT : FrameHead.BINARY;
        int frames = 1 + random.nextInt(5);
        var pings = new ArrayList<Received>();
        int at = 0;
        for (int i = 0; i < frames; i++) {
            int end = i == frames - 1 ? text.length() : at + random.nextInt(text.length() - at + 1);
            wire.writeBytes(frame(
                    direction, i == frames - 1, i == 0 ? opcode : FrameHead.CONTINUATION, text.substring(at, end)));
            at = end;
            if (i < frames - 1 && random.nextInt(3) == 0) {
                wire.writeBytes(frame(direction, true, FrameHead.PING, "ping " + TOKEN));
                pings.add(new Received(FrameHead.PING, "ping " + VALUE));
            }
        }
        expected.addAll(pings);
        expected.add(new Received(opcode, text.toString().replace(TOKEN, VALUE)));
    }

    private static ByteBuf run(Direction direction, ByteBuf wire, Random random) {
        var flow = flow(direction);
        var out = Unpooled.buffer();
        var in = Unpooled.buffer();
        while (wire.isReadable()) {
            in.writeBytes(wire, Math.min(wire.readableBytes(), 1 + random.nextInt(60)));
            drain(flow, in, out);
        }
        flow.close();
        return out;
    }

    private static void drain(MessageFlow flow, ByteBuf in, ByteBuf out) {
        for (var piece = flow.next(in); piece != null; piece = flow.next(in)) {
            out.writeBytes(piece);
            piece.release();
        }
    }

    private static ByteBuf frame(Direction direction, boolean last, int opcode, String text) {
        var payload = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
        var out = Unpooled.buffer();
        new FrameHead(last, opcode, direction.masks(), 0x12345678, payload.readableBytes()).write(out);
        if (direction.masks()) {
            Masks.apply(payload, 0x12345678, 0);
        }
        return out.writeBytes(payload);
    }

    /** Reads frames by the letter of the standard, byte by byte. */
    private static List<Received> received(Direction direction, ByteBuf wire) {
        var all = new ArrayList<Received>();
        var message = new StringBuilder();
        int kind = 0;
        while (wire.isReadable()) {
            var head = requireNonNull(FrameHead.read(wire));
            assertThat(head.masked()).isEqualTo(direction == Direction.TO_UPSTREAM);
            var payload = new StringBuilder();
            var mask = ByteBuffer.allocate(4).putInt(head.mask()).array();
            for (int i = 0; i < head.length(); i++) {
                payload.append((char) ((wire.readByte() ^ mask[i % 4]) & 0xff));
            }
            if (head.isControl()) {
                all.add(new Received(head.opcode(), payload.toString()));
                continue;
            }
            kind = head.opcode() == FrameHead.CONTINUATION ? kind : head.opcode();
            message.append(payload);
            if (head.last()) {
                all.add(new Received(kind, message.toString()));
                message.setLength(0);
            }
        }
        wire.release();
        return all;
    }

    private static MessageFlow flow(Direction direction) {
        return new MessageFlow(direction, new Fixed(TOKEN, VALUE), ByteBufAllocator.DEFAULT);
    }

    /** Replaces one thing by another everywhere. */
    private record Fixed(String what, String by) implements MessageFlow.Search {
        @Override
        public Replacer message(boolean text, byte first) {
            return control();
        }

        @Override
        public Replacer control() {
            return new Replacer(
                    new Patterns(List.of(new Patterns.Entry(
                            what.getBytes(StandardCharsets.US_ASCII), by.getBytes(StandardCharsets.US_ASCII)))),
                    ByteBufAllocator.DEFAULT);
        }
    }
}
