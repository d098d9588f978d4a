package dev.sealbox.proxy.codec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyReaderTest {

    @RepeatedTest(50)
    void readsChunksHoweverTheyAreCut(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var text = "5\r\nhello\r\n1;ext=\"v\"\r\n,\r\n0a\r\n 123456789\r\n000\r\nX-Sum: 7\r\n\r\nNEXT";
        var reader = BodyReader.of(Framing.CHUNKED, 1024);
        var in = Unpooled.buffer();
        var content = new StringBuilder();

        int at = 0;
        while (at < text.length()) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(7));
            in.writeCharSequence(text.substring(at, end), StandardCharsets.US_ASCII);
            at = end;
            for (var piece = reader.next(in); piece != null; piece = reader.next(in)) {
                content.append(piece.toString(StandardCharsets.US_ASCII));
                piece.release();
            }
        }

        assertThat(content).hasToString("hello, 123456789");
        assertThat(reader.isComplete()).isTrue();
        assertThat(reader.trailers().first("x-sum")).isEqualTo("7");
        assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("NEXT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\nhello\r\n",
                "5\r\nhello0\r\n\r\n",
                "5\r\nhelloX\r\n",
                "5\r\nhello\n0\r\n",
                "\r\n",
                "-5\r\nhello\r\n",
                "+5\r\nhello\r\n",
                "0x5\r\nhello\r\n",
                " 5\r\nhello\r\n",
                "5 \r\nhello\r\n",
                "g\r\n",
                "fffffffffffffffff\r\n",
                "5;a\u0000b\r\nhello\r\n",
                "5;a\rb\r\nhello\r\n",
                "0\r\nX : y\r\n\r\n",
                "0\r\n folded\r\n\r\n",
            })
    void refusesChunksThatBreakTheGrammar(String text) {
        var in = bytes(text);
        var reader = BodyReader.of(Framing.CHUNKED, 1024);

        assertThatThrownBy(() -> {
                    for (var piece = reader.next(in); piece != null; piece = reader.next(in)) {
                        piece.release();
                    }
                })
                .isInstanceOf(BadMessage.class);
    }

    @Test
    void refusesAnEndlessChunkExtension() {
        assertThatThrownBy(() -> BodyReader.of(Framing.CHUNKED, 1024).next(bytes("5;" + "x".repeat(1000))))
                .isInstanceOf(BadMessage.class);
    }

    @Test
    void takesNoMoreThanTheLengthSays() {
        var in = bytes("helloNEXT");
        var reader = BodyReader.of(new Framing.Length(5), 1024);

        var content = requireNonNull(reader.next(in));

        assertThat(content.toString(StandardCharsets.US_ASCII)).isEqualTo("hello");
        assertThat(reader.isComplete()).isTrue();
        assertThat(reader.next(in)).isNull();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
