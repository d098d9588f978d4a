package dev.sealbox.proxy.fuzz;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import dev.sealbox.proxy.reseal.Unpacker;
import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** What was packed is unpacked to the same bytes, however it is cut; what is damaged ends in an orderly way. */
final class Unpacking implements Property {
    /** Far beyond what the inputs made here unpack to, damaged or not. */
    private static final int MOST = 64 * 1024 * 1024;

    static {
        Brotli4jLoader.ensureAvailability();
    }

    @Override
    public void check(Choices choices) {
        var coding = choices.of(List.of("gzip", "deflate", "br", "zstd", "raw"));
        var content = content(choices);
        var packed = packed(choices, coding, content);
        boolean damaged = choices.flip() && packed.length > 0;
        for (int left = damaged ? 1 + choices.below(4) : 0; left > 0; left--) {
            packed[choices.below(packed.length)] = (byte) choices.below(256);
        }
        var out = new ByteArrayOutputStream();
        boolean complete = unpacked(choices, coding.equals("raw") ? "deflate" : coding, packed, out);
        if (!damaged) {
            Property.holds(complete, coding + " is not complete");
            Property.same(content.length, out.size(), coding + ": its length");
            Property.holds(Arrays.equals(content, out.toByteArray()), coding + " unpacks to something else");
        }
    }

    private static boolean unpacked(Choices choices, String coding, byte[] packed, ByteArrayOutputStream out) {
        var unpacker = Unpacker.of(coding, ByteBufAllocator.DEFAULT);
        if (unpacker == null) {
            throw new AssertionError("unknown: " + coding);
        }
        try (unpacker) {
            for (var piece : choices.cut(packed)) {
                unpacker.feed(piece);
                for (var part = unpacker.next(); part != null; part = unpacker.next()) {
                    Property.holds(part.isReadable() && part.readableBytes() <= Unpacker.PIECE, "a piece of odd size");
                    part.readBytes(out, part.readableBytes());
                    part.release();
                    Property.holds(out.size() <= MOST, "it does not end");
                }
            }
            return unpacker.isComplete();
        } catch (Unpacker.Broken e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] content(Choices choices) {
        var seed = choices.raw(300);
        var content = new ByteArrayOutputStream();
        content.writeBytes(seed);
        for (int left = choices.oneIn(4) ? choices.below(1000) : choices.below(4); left > 0; left--) {
            content.writeBytes(seed);
        }
        return content.toByteArray();
    }

    private static byte[] packed(Choices choices, String coding, byte[] content) {
        int half = choices.flip() ? content.length / 2 : 0;
        boolean twice = half > 0 && (coding.equals("gzip") || coding.equals("zstd"));
        var out = new ByteArrayOutputStream();
        if (twice) {
            out.writeBytes(one(choices, coding, content, 0, half));
        }
        out.writeBytes(one(choices, coding, content, twice ? half : 0, content.length));
        return out.toByteArray();
    }

    private static byte[] one(Choices choices, String coding, byte[] content, int from, int end) {
        var part = Arrays.copyOfRange(content, from, end);
        int level = choices.below(10);
        try {
            return switch (coding) {
                case "gzip" -> streamed(part, out -> new GZIPOutputStream(out));
                case "deflate" -> streamed(part, out -> new DeflaterOutputStream(out, new Deflater(level)));
                case "raw" -> streamed(part, out -> new DeflaterOutputStream(out, new Deflater(level, true)));
                case "br" -> Encoder.compress(part, Encoder.Parameters.create(level));
                default -> Zstd.compress(part, 1 + level);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Packing {
        DeflaterOutputStream over(ByteArrayOutputStream out) throws IOException;
    }

    private static byte[] streamed(byte[] part, Packing packing) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var packed = packing.over(out)) {
            packed.write(part);
        }
        return out.toByteArray();
    }
}
