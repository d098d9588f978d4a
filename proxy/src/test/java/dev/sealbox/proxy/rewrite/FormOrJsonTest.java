package dev.sealbox.proxy.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.match.Transformer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormOrJsonTest {
    private static final String TOKEN = "osb_sealed_0123456789abcdef0123456789abcdef";
    private static final String VALUE = "a \"b\"";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "k=TOKEN&l=TOKEN|k=a+%22b%22&l=a+%22b%22",
                "{\"k\":\"TOKEN\"}|{\"k\":\"a \\\"b\\\"\"}",
                "[\"TOKEN\"]|[\"a \\\"b\\\"\"]",
                "TOKEN|a+%22b%22",
                "x{TOKEN|x{a+%22b%22",
            })
    void writesAsTheFirstByteTells(String body, String written) {
        assertThat(cut(body.replace("TOKEN", TOKEN), new Random(1))).isEqualTo(written);
    }

    @RepeatedTest(100)
    void saysTheSameHoweverABodyIsCut(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var body = new StringBuilder(" \r\n\t".substring(random.nextInt(5)));
        body.append(List.of("", "{", "[", "k=").get(random.nextInt(4)));
        for (int i = random.nextInt(10); i > 0; i--) {
            body.append(List.of(TOKEN, TOKEN.substring(0, 20), "x", " ").get(random.nextInt(4)));
        }
        var whole = transformer();

        assertThat(cut(body.toString(), random))
                .isEqualTo(text(whole.feed(bytes(body.toString()))) + text(whole.end()));
    }

    private static Transformer transformer() {
        return new FormOrJson(form -> new Replacer(
                new Patterns(List.of(new Patterns.Entry(
                        TOKEN.getBytes(StandardCharsets.US_ASCII),
                        form.write(VALUE.getBytes(StandardCharsets.US_ASCII))))),
                ByteBufAllocator.DEFAULT));
    }

    private static String cut(String body, Random random) {
        var transformer = transformer();
        var out = new StringBuilder();
        int at = 0;
        while (at < body.length()) {
            int end = Math.min(body.length(), at + 1 + random.nextInt(9));
            out.append(text(transformer.feed(bytes(body.substring(at, end)))));
            at = end;
        }
        return out.append(text(transformer.end())).toString();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static String text(ByteBuf bytes) {
        var text = bytes.toString(StandardCharsets.ISO_8859_1);
        bytes.release();
        return text;
    }
}
