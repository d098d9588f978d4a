package dev.sealbox.proxy.codec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadReaderTest {

    @Test
    void readsARequestThatComesByteByByte() {
        var reader = new HeadReader(1024);
        var text = "GET /a?b=c HTTP/1.1\r\nHost: x\r\nEmpty:\r\nPadded: \t two words \t\r\n\r\n";
        var in = Unpooled.buffer();
        for (int i = 0; i < text.length() - 1; i++) {
            in.writeByte(text.charAt(i));
            assertThat(reader.request(in)).isNull();
        }

        var head = requireNonNull(reader.request(in.writeByte('\n').writeByte('P')));

        assertThat(head.method()).isEqualTo("GET");
        assertThat(head.target()).isEqualTo("/a?b=c");
        assertThat(head.fields().first("empty")).isEmpty();
        assertThat(head.fields().first("PADDED")).isEqualTo("two words");
        assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("P");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: x\n\n",
                "GET / HTTP/1.1\r\nHost: x\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\n\n",
                "GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\n\tfolded\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\n: nameless\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nX-Nul: a\u0000b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nX-\u0000: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nX\u00e9: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
                "GET / HTTP/1.1\r\nX: no host\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /a\tb HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /a\\b HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.2\r\nHost: x\r\n\r\n",
                "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\n",
                "GET / http/1.1\r\nHost: x\r\n\r\n",
                "GET /\r\nHost: x\r\n\r\n",
                "G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
                "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
                " GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            })
    void refusesARequestThatBreaksTheGrammar(String text) {
        assertThatThrownBy(() -> new HeadReader(1024).request(bytes(text)))
                .isInstanceOfSatisfying(
                        BadMessage.class, e -> assertThat(e.status()).isEqualTo(400));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nContent-Length: 5\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n",
                "Content-Length: 5, 5\r\n",
                "Content-Length: +5\r\n",
                "Content-Length: -5\r\n",
                "Content-Length: 0x5\r\n",
                "Content-Length: 5 5\r\n",
                "Content-Length:\r\n",
                "Content-Length: 99999999999999999999\r\n",
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: gzip, chunked\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: \u000bchunked\r\n",
                "Transfer-Encoding: identity\r\n",
                "Transfer-Encoding:\r\n",
            })
    void refusesAFramingThatCouldBeReadInTwoWays(String fields) {
        assertThatThrownBy(() -> {
                    var head = requireNonNull(
                            new HeadReader(1024).request(bytes("POST / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n")));
                    Framing.ofRequest(head);
                })
                .isInstanceOf(BadMessage.class);
    }

    @Test
    void refusesChunkedInAnOldVersion() {
        var head = requireNonNull(
                new HeadReader(1024).request(bytes("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")));

        assertThatThrownBy(() -> Framing.ofRequest(head)).isInstanceOf(BadMessage.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"HTTP/1.1 20 OK", "HTTP/1.1 600 No", "HTTP/1.1  200 OK", "HTTP/1.1 200OK", "HTTX/1.1 200 OK"})
    void refusesAStatusLineThatIsNone(String line) {
        assertThatThrownBy(() -> new HeadReader(1024).response(bytes(line + "\r\n\r\n")))
                .isInstanceOf(BadMessage.class);
    }

    @Test
    void refusesAHeadThatIsTooLarge() {
        var large = "GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(2000);

        assertThatThrownBy(() -> new HeadReader(1024).request(bytes(large)))
                .isInstanceOfSatisfying(
                        BadMessage.class, e -> assertThat(e.status()).isEqualTo(431));
    }

    @Test
    void refusesTooManyFields() {
        var many = "GET / HTTP/1.1\r\nHost: x\r\n" + "X: y\r\n".repeat(300) + "\r\n";

        assertThatThrownBy(() -> new HeadReader(64 * 1024).request(bytes(many)))
                .isInstanceOfSatisfying(
                        BadMessage.class, e -> assertThat(e.status()).isEqualTo(431));
    }

    @ParameterizedTest
    @ValueSource(strings = {"O\u000bK", "\0", "OK\u001b[2J", "\u007f"})
    void refusesAControlCharacterInAStatusLine(String reason) {
        var head = bytes("HTTP/1.1 200 " + reason + "\r\n\r\n");

        assertThatThrownBy(() -> new HeadReader(1024).response(head)).isInstanceOf(BadMessage.class);
    }

    @Test
    void keepsFieldsThatConnectionMustNotName() {
        var text = """
                GET / HTTP/1.1
                Host: x
                X-Hop: 1
                Keep-Alive: 5
                Authorization: a
                Connection: close, x-hop, host, authorization

                """;
        var fields = requireNonNull(new HeadReader(1024).request(bytes(text.replace("\n", "\r\n"))));

        assertThat(fields.fields().endToEnd().all()).extracting(Field::name).containsExactly("Host", "Authorization");
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
