package dev.sealbox.proxy.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Decisions, read off a string of bytes one after the other. When that is used up all of them are the first. */
public final class Choices {
    private final byte[] bytes;
    private int at;

    public Choices(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Those of a seed. */
    public static Choices of(long seed) {
        var random = new Random(seed);
        var bytes = new byte[32 << random.nextInt(7)];
        random.nextBytes(bytes);
        return new Choices(bytes);
    }

    /** From 0 up to but not with {@code bound}. */
    public int below(int bound) {
        int chosen = next();
        for (int range = 0x100; range < bound; range <<= 8) {
            chosen = chosen << 8 | next();
        }
        return Math.floorMod(chosen, bound);
    }

    private int next() {
        return at < bytes.length ? bytes[at++] & 0xff : 0;
    }

    public boolean flip() {
        return below(2) == 1;
    }

    public boolean oneIn(int many) {
        return below(many) == 1;
    }

    public <T> T of(List<T> some) {
        return some.get(below(some.size()));
    }

    /** Letters of that alphabet, at least {@code least} and at most {@code most}. */
    public String text(String alphabet, int least, int most) {
        var text = new StringBuilder();
        for (int left = least + below(most - least + 1); left > 0; left--) {
            text.append(alphabet.charAt(below(alphabet.length())));
        }
        return text.toString();
    }

    /** Bytes as they are, at most so many. */
    public byte[] raw(int most) {
        int end = Math.min(bytes.length, at + below(most + 1));
        var taken = Arrays.copyOfRange(bytes, at, Math.max(at, end));
        at = Math.max(at, end);
        return taken;
    }

    /** The same bytes in pieces: all at once, one by one, or somehow. New buffers. */
    public List<ByteBuf> cut(byte[] whole) {
        int most = of(List.of(whole.length + 1, 1, 2, 7, 60, 5000));
        var pieces = new ArrayList<ByteBuf>();
        int from = 0;
        while (from < whole.length) {
            int length = Math.min(whole.length - from, at < bytes.length || most < 3 ? 1 + below(most) : most);
            pieces.add(Unpooled.copiedBuffer(whole, from, length));
            from += length;
        }
        return pieces;
    }
}
