package dev.sealbox.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloTest {

    @Test
    void findsTheNameInAHelloOfARealClient() throws Exception {
        assertThat(peek(hello(List.of(new SNIHostName("api.example.com")))))
                .isEqualTo(new ClientHello.Complete("api.example.com"));
    }

    @Test
    void findsNoNameWhereThereIsNone() throws Exception {
        assertThat(peek(hello(List.of()))).isEqualTo(new ClientHello.Complete(null));
    }

    @Test
    void waitsForTheRestAtEveryCut() throws Exception {
        var hello = hello(List.of(new SNIHostName("api.example.com")));

        for (int length = 0; length < hello.readableBytes(); length++) {
            assertThat(peek(hello.slice(0, length))).isEqualTo(ClientHello.INCOMPLETE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 50})
    void joinsAHelloThatIsSpreadOverRecords(int size) throws Exception {
        var hello = hello(List.of(new SNIHostName("api.example.com")));
        var message = hello.slice(5, hello.readableBytes() - 5);
        var spread = Unpooled.buffer();
        while (message.isReadable()) {
            int length = Math.min(size, message.readableBytes());
            spread.writeByte(0x16).writeShort(0x0301).writeShort(length).writeBytes(message, length);
        }

        assertThat(peek(spread)).isEqualTo(new ClientHello.Complete("api.example.com"));
    }

    @Test
    void refusesWhatIsNoHello() {
        assertThat(peek(text("GET / HTTP/1.1\r\n"))).isEqualTo(ClientHello.MALFORMED);
        assertThat(peek(Unpooled.wrappedBuffer(new byte[] {0x16, 3, 1, 0, 4, 2, 0, 0, 0})))
                .isEqualTo(ClientHello.MALFORMED);
        assertThat(peek(Unpooled.wrappedBuffer(new byte[] {0x16, 3, 1, 0, 0}))).isEqualTo(ClientHello.MALFORMED);
        assertThat(peek(Unpooled.wrappedBuffer(new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3})))
                .isEqualTo(ClientHello.MALFORMED);
        assertThat(peek(Unpooled.wrappedBuffer(new byte[] {0x16, 3, 1, 0, 4, 1, 0x7f, 0, 0})))
                .isEqualTo(ClientHello.MALFORMED);
    }

    private static ClientHello peek(ByteBuf bytes) {
        return new ClientHello.Reader().peek(bytes);
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private static ByteBuf hello(List<SNIServerName> names) throws NoSuchAlgorithmException, SSLException {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        parameters.setServerNames(names);
        engine.setSSLParameters(parameters);
        var out = ByteBuffer.allocate(64 * 1024);
        engine.wrap(ByteBuffer.allocate(0), out);
        return Unpooled.wrappedBuffer(out.flip());
    }
}
