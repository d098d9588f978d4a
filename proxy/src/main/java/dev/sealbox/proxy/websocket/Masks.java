package dev.sealbox.proxy.websocket;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/** Masking keys that nobody can foresee (RFC 6455, 5.3), drawn many at a time. Not thread-safe. */
final class Masks {
    private static final int DRAWN = 256;

    private final SecureRandom random = new SecureRandom();
    private final ByteBuffer drawn = ByteBuffer.allocate(DRAWN).limit(0);

    int next() {
        if (!drawn.hasRemaining()) {
            random.nextBytes(drawn.array());
            drawn.clear();
        }
        return drawn.getInt();
    }

    /** Masks or unmasks what is readable, in place; {@code offset} bytes of the payload went before. */
    static void apply(ByteBuf bytes, int mask, long offset) {
        int turned = Integer.rotateLeft(mask, (int) (offset & 3) * 8);
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        for (; at + 4 <= end; at += 4) {
            bytes.setInt(at, bytes.getInt(at) ^ turned);
        }
        for (int shift = 24; at < end; at++, shift -= 8) {
            bytes.setByte(at, bytes.getByte(at) ^ (turned >>> shift));
        }
    }
}
