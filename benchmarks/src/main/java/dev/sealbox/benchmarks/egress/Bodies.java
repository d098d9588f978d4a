package dev.sealbox.benchmarks.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/** What is uploaded and downloaded, the same in both processes. */
final class Bodies {
    /** Bytes after which the content begins again. */
    static final int BLOCK = 64 * 1024;

    private static final byte[] CONTENT = content();

    private Bodies() {}

    private static byte[] content() {
        var bytes = new byte[BLOCK];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    /** One block; the reader must not change it. */
    static ByteBuf block() {
        return Unpooled.wrappedBuffer(CONTENT);
    }

    /** One block that begins with {@code text}, as long as the others as long as that is a token. */
    static ByteBuf blockWith(String text) {
        var begin = text.getBytes(StandardCharsets.US_ASCII);
        int rest = BLOCK - Secrets.token(0).length();
        return Unpooled.wrappedBuffer(begin, Arrays.copyOf(CONTENT, rest));
    }

    /** The first place from which {@code received}, that stands at {@code position} of a download, is wrong; else -1. */
    static int mismatch(ByteBuf received, long position) {
        int done = 0;
        while (done < received.readableBytes()) {
            int at = (int) ((position + done) % BLOCK);
            int length = Math.min(received.readableBytes() - done, BLOCK - at);
            if (!received.slice(received.readerIndex() + done, length)
                    .equals(Unpooled.wrappedBuffer(CONTENT, at, length))) {
                return done;
            }
            done += length;
        }
        return -1;
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }

    /** The SHA-256 of so many blocks that begin with {@code text}, in hex. */
    static String hash(long blocks, String text) {
        var digest = digest();
        var block = blockWith(text);
        for (long i = 0; i < blocks; i++) {
            for (var part : block.nioBuffers()) {
                digest.update(part);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
