package dev.sealbox.proxy.reseal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Brotli and zstd; gzip and deflate are in {@link InflateTest}. */
class UnpackerTest {

    @ParameterizedTest
    @CsvSource({"br, 1", "br, 700", "br, 1000000", "zstd, 1", "zstd, 700", "zstd, 1000000"})
    void unpacksHoweverTheInputIsCut(String coding, int cut) throws IOException {
        var content = new byte[300_000];
        new Random(1).nextBytes(content);
        for (int i = 0; i < content.length; i++) {
            content[i] &= 0x0f;
        }
        var packed = pack(coding, content);

        assertThat(unpack(coding, packed, cut)).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "zstd"})
    void unpacksNothingToNothing(String coding) throws IOException {
        assertThat(unpack(coding, pack(coding, new byte[0]), 1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "zstd"})
    void givesABombOutInSmallPieces(String coding) throws IOException {
        try (var unpacker = unpacker(coding)) {
            unpacker.feed(Unpooled.wrappedBuffer(pack(coding, new byte[50_000_000])));
            long total = 0;
            for (var piece = unpacker.next(); piece != null; piece = unpacker.next()) {
                assertThat(piece.readableBytes()).isBetween(1, Unpacker.PIECE);
                total += piece.readableBytes();
                piece.release();
            }
            assertThat(total).isEqualTo(50_000_000);
            assertThat(unpacker.isComplete()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "zstd"})
    void refusesWhatIsNotPackedAsItSays(String coding) {
        try (var unpacker = unpacker(coding)) {
            var noise = new byte[64];
            Arrays.fill(noise, (byte) 0xff);
            unpacker.feed(Unpooled.wrappedBuffer(noise));

            assertThatThrownBy(() -> drain(unpacker, new ByteArrayOutputStream()))
                    .isInstanceOf(Unpacker.Broken.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "zstd"})
    void knowsThatAStreamIsCutShort(String coding) throws IOException {
        var packed = pack(coding, "some text that goes on".getBytes(StandardCharsets.US_ASCII));
        try (var unpacker = unpacker(coding)) {
            unpacker.feed(Unpooled.wrappedBuffer(packed, 0, packed.length - 2));
            drain(unpacker, new ByteArrayOutputStream());

            assertThat(unpacker.isComplete()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1000})
    void unpacksEveryFrameOfAZstdStream(int cut) throws IOException {
        var packed = new ByteArrayOutputStream();
        packed.write(pack("zstd", "first, ".getBytes(StandardCharsets.US_ASCII)));
        packed.write(pack("zstd", "second".getBytes(StandardCharsets.US_ASCII)));

        assertThat(unpack("zstd", packed.toByteArray(), cut)).asString().isEqualTo("first, second");
    }

    @Test
    void refusesAZstdWindowThatWouldTakeTooMuchMemory() throws IOException {
        var content = new byte[20_000_000];
        new Random(3).nextBytes(content);
        byte[] packed;
        try (var compressor = new ZstdCompressCtx()) {
            packed = compressor.setLong(27).setContentSize(false).compress(content);
        }
        try (var unpacker = unpacker("zstd")) {
            unpacker.feed(Unpooled.wrappedBuffer(packed));

            assertThatThrownBy(unpacker::next).isInstanceOf(Unpacker.Broken.class);
        }
    }

    @Test
    void knowsNoOtherCoding() {
        assertThat(Unpacker.of("compress", ByteBufAllocator.DEFAULT)).isNull();
        assertThat(Unpacker.of("br, gzip", ByteBufAllocator.DEFAULT)).isNull();
    }

    private static byte[] unpack(String coding, byte[] packed, int cut) throws IOException {
        try (var unpacker = unpacker(coding)) {
            var out = new ByteArrayOutputStream();
            for (int at = 0; at < packed.length; at += cut) {
                unpacker.feed(Unpooled.copiedBuffer(packed, at, Math.min(cut, packed.length - at)));
                drain(unpacker, out);
            }
            assertThat(unpacker.isComplete()).isTrue();
            return out.toByteArray();
        }
    }

    private static Unpacker unpacker(String coding) {
        return requireNonNull(Unpacker.of(coding, ByteBufAllocator.DEFAULT));
    }

    private static void drain(Unpacker unpacker, ByteArrayOutputStream out) throws IOException {
        for (var piece = unpacker.next(); piece != null; piece = unpacker.next()) {
            piece.readBytes(out, piece.readableBytes());
            piece.release();
        }
    }

    private static byte[] pack(String coding, byte[] content) throws IOException {
        if (coding.equals("zstd")) {
            return Zstd.compress(content);
        }
        Brotli4jLoader.ensureAvailability();
        return Encoder.compress(content);
    }
}
