package dev.sealbox.proxy.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.match.Transformer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartTest {
    private static final String TOKEN = "osb_sealed_0123456789abcdef0123456789abcdef";
    private static final String VALUE = "the \"value\"";

    @Test
    void changesWhatIsInPartsAsTheirTypesWant() {
        var body = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + TOKEN
                + "\r\n--b\r\nContent-Type: application/json\r\n\r\n{\"k\":\"" + TOKEN + "\"}\r\n--b--\r\n";

        assertThat(rewritten(body, new Random(1)))
                .isEqualTo(body.replaceFirst(TOKEN, VALUE).replace(TOKEN, "the \\\"value\\\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--b\r\nContent-Disposition: form-data; name=\"TOKEN\"; filename=\"TOKEN\"\r\n\r\nx\r\n--b--\r\n",
                "TOKEN\r\n--b\r\n\r\nx\r\n--b--\r\nTOKEN",
                "TOKEN",
                "--b--TOKEN",
                "--b\r\nX: TOKEN",
                "",
                "--b",
                "--b\r\n",
                "\r\n--b\r\n\r\n",
            })
    void leavesAllButTheContentOfPartsAlone(String body) {
        var sent = body.replace("TOKEN", TOKEN);

        assertThat(rewritten(sent, new Random(1))).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--b\r\n\r\nTOKEN\r\n--bc\r\nTOKEN\r\n--b--",
                "--b  \t\r\nX: y\r\n\r\nTOKEN",
                "--b\r\n\r\nTOKEN\r\n--b-\r\nTOKEN\r\n--b--",
                "--b\r\n\r\nTOKEN\r\n--b \tx\r\nTOKEN\r\n--b--",
                "--b\r\n\r\n\r\n--b\r\n\r\nTOKEN\r\n--b--",
                "--b\r\nX: y\r\n\r\n--b\r\n\r\nTOKEN\r\n--b--",
                "preamble\r\n--b\r\n\r\nTOKENTOKEN\r\n\r\n--b--epilogue",
            })
    void knowsContentFromDelimiters(String body) {
        assertThat(rewritten(body.replace("TOKEN", TOKEN), new Random(1))).isEqualTo(body.replace("TOKEN", VALUE));
    }

    @Test
    void neverChangesABoundaryThatIsAToken() {
        var body =
                "--" + TOKEN + "\r\n\r\na " + TOKEN + " b\r\n--" + TOKEN + "\r\n\r\n" + TOKEN + "\r\n--" + TOKEN + "--";
        var transformer = new Multipart(TOKEN, MultipartTest::part, Transformer.UNCHANGED, ByteBufAllocator.DEFAULT);

        assertThat(cut(transformer, body, new Random(1)))
                .isEqualTo("--" + TOKEN + "\r\n\r\na " + VALUE + " b\r\n--" + TOKEN + "\r\n\r\n" + VALUE + "\r\n--"
                        + TOKEN + "--");
    }

    @Test
    void refusesAHeadWithoutEnd() {
        assertThatThrownBy(() -> rewritten("--b\r\nX: " + "y".repeat(20_000), new Random(1)))
                .isInstanceOf(BadMessage.class);
    }

    @RepeatedTest(300)
    void saysTheSameHoweverABodyIsCut(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var body = new StringBuilder();
        for (int i = random.nextInt(30); i >= 0; i--) {
            body.append(
                    switch (random.nextInt(8)) {
                        case 0 -> "\r\n--b\r\n\r\n";
                        case 1 -> "\r\n--b\r\nContent-Type: application/json\r\n\r\n";
                        case 2 -> TOKEN;
                        case 3 -> TOKEN.substring(0, random.nextInt(TOKEN.length()));
                        case 4 -> "\r\n--b".substring(random.nextInt(3));
                        case 5 -> "\r\n\r\n".substring(random.nextInt(4));
                        case 6 -> "--";
                        default -> "x".repeat(random.nextInt(50));
                    });
        }
        var whole = new Multipart("b", MultipartTest::part, Transformer.UNCHANGED, ByteBufAllocator.DEFAULT);

        assertThat(rewritten(body.toString(), random))
                .isEqualTo(text(whole.feed(bytes(body.toString()))) + text(whole.end()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data; boundary=b",
                "multipart/form-data; charset=x; BOUNDARY = \"b\"; y=z",
                "multipart/mixed;boundary=b",
            })
    void findsTheBoundary(String type) {
        assertThat(Boundary.of(type)).hasValue("b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=b; boundary=c",
                "multipart/form-data; noboundary=b",
            })
    void knowsNoBoundaryWhereItIsNotClear(String type) {
        assertThat(Boundary.of(type)).isEmpty();
    }

    private static Transformer part(@Nullable String contentType) {
        var value = Form.ofBody(contentType).write(VALUE.getBytes(StandardCharsets.US_ASCII));
        return new Replacer(
                new Patterns(List.of(new Patterns.Entry(TOKEN.getBytes(StandardCharsets.US_ASCII), value))),
                ByteBufAllocator.DEFAULT);
    }

    private static String rewritten(String body, Random random) {
        return cut(
                new Multipart("b", MultipartTest::part, Transformer.UNCHANGED, ByteBufAllocator.DEFAULT), body, random);
    }

    private static String cut(Transformer transformer, String body, Random random) {
        var out = new StringBuilder();
        int at = 0;
        while (at < body.length()) {
            int end = Math.min(body.length(), at + 1 + random.nextInt(random.nextBoolean() ? 2 : 40));
            out.append(text(transformer.feed(bytes(body.substring(at, end)))));
            at = end;
        }
        var whole = out.append(text(transformer.end())).toString();
        transformer.close();
        return whole;
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
