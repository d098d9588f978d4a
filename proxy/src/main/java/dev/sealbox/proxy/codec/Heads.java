package dev.sealbox.proxy.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** Writes heads and the lines around chunks. */
public final class Heads {
    private static final byte[] LINE_END = {'\r', '\n'};

    private Heads() {}

    /** A line of ISO 8859-1 text. */
    public static void line(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        out.writeBytes(LINE_END);
    }

    public static void field(ByteBuf out, Field field) {
        out.writeCharSequence(field.name(), StandardCharsets.ISO_8859_1);
        out.writeByte(':').writeByte(' ');
        out.writeCharSequence(field.value(), StandardCharsets.ISO_8859_1);
        out.writeBytes(LINE_END);
    }

    /** The empty line; gives {@code out} back. */
    public static ByteBuf end(ByteBuf out) {
        return out.writeBytes(LINE_END);
    }

    /** The fields that tell the body's length. */
    public static void framing(ByteBuf out, Framing framing) {
        switch (framing) {
            case Framing.Length(var bytes) -> line(out, "Content-Length: " + bytes);
            case Framing.Chunked chunked -> line(out, "Transfer-Encoding: chunked");
            case Framing.None none -> {}
            case Framing.UntilClose untilClose -> {}
        }
    }

    /** A chunk's size line. */
    public static void chunkSize(ByteBuf out, int size) {
        ByteBufUtil.writeAscii(out, Integer.toHexString(size));
        out.writeBytes(LINE_END);
    }

    /** The last chunk, up to where trailer fields would begin. */
    public static void lastChunk(ByteBuf out) {
        out.writeByte('0').writeBytes(LINE_END);
    }
}
