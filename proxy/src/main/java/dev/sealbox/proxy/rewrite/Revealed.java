package dev.sealbox.proxy.rewrite;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** Text with a secret's value in it, one char per byte. It is neither printed nor kept in any table of a connection. */
public final class Revealed implements CharSequence {
    private final byte[] bytes;

    /** Takes the array over. */
    Revealed(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Appends {@code text}, revealed or not, as ISO 8859-1. */
    public static void write(ByteBuf out, CharSequence text) {
        if (text instanceof Revealed revealed) {
            out.writeBytes(revealed.bytes);
        } else {
            out.writeCharSequence(text, java.nio.charset.StandardCharsets.ISO_8859_1);
        }
    }

    /** The two after each other; takes them over. */
    static CharSequence joined(CharSequence first, CharSequence second) {
        if (!(first instanceof Revealed) && !(second instanceof Revealed)) {
            return first.toString() + second;
        }
        var bytes = new byte[first.length() + second.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i < first.length() ? first.charAt(i) : second.charAt(i - first.length()));
        }
        wipe(first);
        wipe(second);
        return new Revealed(bytes);
    }

    /** Overwrites {@code text} if it is revealed. */
    static void wipe(CharSequence text) {
        if (text instanceof Revealed revealed) {
            Arrays.fill(revealed.bytes, (byte) 0);
        }
    }

    @Override
    public int length() {
        return bytes.length;
    }

    @Override
    public char charAt(int index) {
        return (char) (bytes[index] & 0xff);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return new Revealed(Arrays.copyOfRange(bytes, start, end));
    }

    /** Not the text, unlike what other sequences do: it must not end in a message. */
    @Override
    public String toString() {
        return "redacted";
    }
}
