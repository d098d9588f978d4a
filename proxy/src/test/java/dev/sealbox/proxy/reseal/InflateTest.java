package dev.sealbox.proxy.reseal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InflateTest {

    @ParameterizedTest
    @CsvSource({"gzip, gzip", "x-gzip, gzip", "deflate, zlib", "deflate, raw"})
    void unpacksHoweverTheInputIsCut(String coding, String form) throws IOException {
        var content = new byte[300_000];
        new Random(1).nextBytes(content);
        for (int i = 0; i < content.length; i++) {
            content[i] &= 0x0f;
        }
        var packed = pack(form, content);
        var random = new Random(2);

        try (var inflate = requireNonNull(Unpacker.of(coding, ByteBufAllocator.DEFAULT))) {
            var out = new ByteArrayOutputStream();
            int at = 0;
            while (at < packed.length) {
                int length = Math.min(packed.length - at, 1 + random.nextInt(700));
                inflate.feed(Unpooled.copiedBuffer(packed, at, length));
                at += length;
                drain(inflate, out);
            }
            assertThat(out.toByteArray()).isEqualTo(content);
            assertThat(inflate.isComplete()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zlib", "raw"})
    void tellsAMissingWrapperWhenBytesComeOneByOne(String form) throws IOException {
        var content = "some content, some content".getBytes(StandardCharsets.US_ASCII);

        try (var inflate = requireNonNull(Unpacker.of("deflate", ByteBufAllocator.DEFAULT))) {
            var out = new ByteArrayOutputStream();
            for (byte b : pack(form, content)) {
                inflate.feed(Unpooled.wrappedBuffer(new byte[] {b}));
                drain(inflate, out);
            }
            assertThat(out.toByteArray()).isEqualTo(content);
            assertThat(inflate.isComplete()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 19, 100_000})
    void unpacksEveryMemberOfAGzipStream(int cut) throws IOException {
        var packed = new ByteArrayOutputStream();
        packed.write(pack("gzip", "first, ".getBytes(StandardCharsets.US_ASCII)));
        packed.write(pack("gzip", new byte[0]));
        packed.write(pack("gzip", "second".getBytes(StandardCharsets.US_ASCII)));
        packed.write("padding after the end".getBytes(StandardCharsets.US_ASCII));

        try (var inflate = requireNonNull(Unpacker.of("gzip", ByteBufAllocator.DEFAULT))) {
            var out = new ByteArrayOutputStream();
            for (int at = 0; at < packed.size(); at += cut) {
                inflate.feed(Unpooled.copiedBuffer(packed.toByteArray(), at, Math.min(cut, packed.size() - at)));
                drain(inflate, out);
            }
            assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("first, second");
            assertThat(inflate.isComplete()).isTrue();
        }
    }

    @Test
    void givesABombOutInSmallPieces() throws IOException {
        var packed = pack("gzip", new byte[20_000_000]);

        try (var inflate = requireNonNull(Unpacker.of("gzip", ByteBufAllocator.DEFAULT))) {
            inflate.feed(Unpooled.wrappedBuffer(packed));
            long total = 0;
            for (var piece = inflate.next(); piece != null; piece = inflate.next()) {
                assertThat(piece.readableBytes()).isLessThanOrEqualTo(32 * 1024);
                total += piece.readableBytes();
                piece.release();
            }
            assertThat(total).isEqualTo(20_000_000);
        }
    }

    @Test
    void refusesWhatIsNotPackedAsItSays() {
        try (var inflate = requireNonNull(Unpacker.of("gzip", ByteBufAllocator.DEFAULT))) {
            inflate.feed(Unpooled.wrappedBuffer(new byte[64]));

            assertThatThrownBy(inflate::next).isInstanceOf(Unpacker.Broken.class);
        }
        assertThat(Unpacker.of("compress", ByteBufAllocator.DEFAULT)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 8})
    void refusesAGzipStreamWithAWrongChecksumOrLength(int fromEnd) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write("some text".getBytes(StandardCharsets.US_ASCII));
        }
        var bytes = packed.toByteArray();
        bytes[bytes.length - fromEnd] ^= 1;
        try (var inflate = requireNonNull(Unpacker.of("gzip", ByteBufAllocator.DEFAULT))) {
            inflate.feed(Unpooled.wrappedBuffer(bytes));

            assertThatThrownBy(() -> drain(inflate, new ByteArrayOutputStream()))
                    .isInstanceOf(Unpacker.Broken.class);
        }
    }

    private static void drain(Unpacker inflate, ByteArrayOutputStream out) throws IOException {
        for (var piece = inflate.next(); piece != null; piece = inflate.next()) {
            piece.readBytes(out, piece.readableBytes());
            piece.release();
        }
    }

    private static byte[] pack(String form, byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = switch (form) {
            case "gzip" -> new GZIPOutputStream(bytes);
            case "raw" -> new DeflaterOutputStream(bytes, new Deflater(6, true));
            default -> new DeflaterOutputStream(bytes);
        }) {
            out.write(content);
        }
        return bytes.toByteArray();
    }
}
