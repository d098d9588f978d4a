package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are far larger than what is held of one, packed: values lie across all the borders that there are. */
class LargeAnswersTest {
    private static final String HOST = "api.example.com";
    private static final String VALUE = "the-value-of-a-secret";
    private static final int SIZE = 400_000;
    private static final TestProxy.Builder SET = new TestProxy.Builder();

    static {
        SET.secure(HOST, (request, out) -> {
            var coding = request.target().substring(1);
            var packed = packed(coding, Http.latin1(text(VALUE)));
            out.write(Http.latin1("HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\nContent-Length: "
                    + packed.length + "\r\n\r\n"));
            out.write(packed);
            return true;
        });
    }

    private static final TestProxy PROXY = SET.start();
    private static final TestPolicy POLICY = PROXY.policy().allow(HOST);
    private static final String TOKEN = POLICY.secret("TOKEN", VALUE).value();

    @BeforeAll
    static void admit() {
        PROXY.admit(TestProxy.SANDBOX, POLICY);
    }

    @AfterAll
    static void stop() {
        PROXY.close();
    }

    /** Little of it can be packed, and a value ends and begins at each border of 16 KiB, or a little beside it. */
    private static String text(String value) {
        var random = new Random(7);
        var text = new StringBuilder();
        for (int border = 16 * 1024; border < SIZE; border += 16 * 1024) {
            int length = border - text.length() % (16 * 1024) - random.nextInt(value.length());
            random.ints(Math.max(1, length % (16 * 1024)), 'A', 'Z').forEach(c -> text.append((char) c));
            text.append(value);
        }
        return text.toString();
    }

    private static byte[] packed(String coding, byte[] content) throws IOException {
        var packed = new ByteArrayOutputStream();
        switch (coding) {
            case "gzip" -> {
                try (var out = new GZIPOutputStream(packed)) {
                    out.write(content);
                }
            }
            case "deflate" -> {
                try (var out = new DeflaterOutputStream(packed)) {
                    out.write(content);
                }
            }
            case "br" -> {
                Brotli4jLoader.ensureAvailability();
                packed.write(Encoder.compress(content, Encoder.Parameters.create(4)));
            }
            default -> packed.write(Zstd.compress(content));
        }
        return packed.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
    void holdNoValueWhereverItLies(String coding) throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            var answer = client.get(HOST, "/" + coding);

            assertThat(answer.content()).hasSizeGreaterThan(SIZE / 2).doesNotContain(VALUE);
            assertThat(answer.content().replace(TOKEN, VALUE)).isEqualTo(text(VALUE));
        }
    }
}
