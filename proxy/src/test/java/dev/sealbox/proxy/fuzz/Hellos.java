package dev.sealbox.proxy.fuzz;

import dev.sealbox.proxy.tls.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;

/** The server name of a ClientHello is found whatever is around it, and no bytes at all do any harm. */
final class Hellos implements Property {
    @Override
    public void check(Choices choices) {
        Optional<String> name = choices.oneIn(5)
                ? Optional.empty()
                : Optional.of(choices.text("abc.-X\u00e9", 0, choices.of(List.of(20, 300))));
        var records = records(choices, hello(choices, name));
        boolean damaged = choices.oneIn(3);
        if (damaged) {
            records[choices.below(records.length)] = (byte) choices.below(256);
        }
        var inbox = Unpooled.buffer();
        var reader = new ClientHello.Reader();
        ClientHello seen = ClientHello.INCOMPLETE;
        int come = 0;
        for (var piece : choices.cut(records)) {
            come += piece.readableBytes();
            inbox.writeBytes(piece);
            piece.release();
            seen = reader.peek(inbox);
            Property.same(0, inbox.readerIndex(), "what it consumed");
            Property.holds(
                    damaged || come == records.length || seen.equals(ClientHello.INCOMPLETE), "decided too early");
        }
        Property.same(seen, new ClientHello.Reader().peek(inbox), "read at once");
        if (!damaged) {
            Property.same(new ClientHello.Complete(name.orElse(null)), seen, "in " + Wire.shown(records));
        }
    }

    private static ByteBuf hello(Choices choices, Optional<String> name) {
        var extensions = Unpooled.buffer();
        int before = choices.below(4);
        for (int i = 0; i < before; i++) {
            extension(extensions, 1 + choices.below(60000), choices.raw(40));
        }
        name.ifPresent(given -> {
            var list = Unpooled.buffer();
            var bytes = Replacing.latin1(given);
            list.writeShort(3 + bytes.length)
                    .writeByte(0)
                    .writeShort(bytes.length)
                    .writeBytes(bytes);
            extension(extensions, 0, ByteBufUtil.getBytes(list));
        });
        if (choices.flip()) {
            extension(extensions, 51, new byte[choices.of(List.of(2, 1200, 9000))]);
        }
        var body = Unpooled.buffer();
        body.writeShort(0x0303).writeZero(32);
        var session = choices.raw(32);
        body.writeByte(session.length).writeBytes(session);
        int suites = 2 * (1 + choices.below(20));
        body.writeShort(suites).writeZero(suites);
        body.writeByte(1).writeByte(0);
        if (extensions.isReadable() || choices.flip()) {
            body.writeShort(extensions.readableBytes()).writeBytes(extensions);
        }
        return Unpooled.buffer().writeByte(1).writeMedium(body.readableBytes()).writeBytes(body);
    }

    private static void extension(ByteBuf out, int type, byte[] content) {
        out.writeShort(type).writeShort(content.length).writeBytes(content);
    }

    private static byte[] records(Choices choices, ByteBuf message) {
        var out = Unpooled.buffer();
        int most = choices.of(List.of(16 * 1024, 700, 5, 1));
        while (message.isReadable()) {
            int length = Math.min(message.readableBytes(), most);
            out.writeByte(22).writeShort(0x0301).writeShort(length).writeBytes(message, length);
        }
        return ByteBufUtil.getBytes(out);
    }
}
