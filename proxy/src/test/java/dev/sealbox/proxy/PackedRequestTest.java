package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Request bodies that come compressed. */
class PackedRequestTest {
    private static final String HOST = "one.example.com";
    private static final String OTHER = "other.example.com";
    private static final String VALUE = "the \"real\" value";

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = upstream(HOST);
    private final TestUpstream other = upstream(OTHER);
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST, OTHER);
    private final String token = policy.secret("API_KEY", VALUE, HOST).value();

    private TestUpstream upstream(String host) {
        return set.secure(host, (request, out) -> {
            TestUpstream.respond(out, 200, "", "ok");
            return true;
        });
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
    void unpacksASmallBodyThatHoldsAToken(String coding) throws IOException {
        var packed = pack(coding, "{\"k\":\"" + token + "\"}");

        assertThat(post(HOST, coding, packed, "Content-Type: application/json").status())
                .isEqualTo(200);

        assertThat(upstream.last().text()).isEqualTo("{\"k\":\"the \\\"real\\\" value\"}");
        assertThat(upstream.last().field("Content-Encoding")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
    void leavesASmallBodyWithoutATokenAsItIs(String coding) throws IOException {
        var packed = pack(coding, "nothing sealed in here");

        assertThat(post(HOST, coding, packed).status()).isEqualTo(200);

        assertThat(upstream.last().content()).isEqualTo(packed);
        assertThat(upstream.last().field("Content-Encoding")).hasValue(coding);
        assertThat(upstream.last().field("Content-Length")).hasValue(Integer.toString(packed.length()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
    void unpacksALargeBodyAsItComes(String coding) throws IOException {
        var random = new Random(1);
        var body = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            random.ints(50_000, ' ', '~').forEach(c -> body.append((char) c));
            body.append(token);
        }

        assertThat(post(HOST, coding, pack(coding, body.toString())).status()).isEqualTo(200);

        assertThat(upstream.last().text()).isEqualTo(body.toString().replace(token, VALUE));
        assertThat(upstream.last().field("Content-Encoding")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
    void refusesABodyThatIsNotPackedAsItSays(String coding) throws IOException {
        var packed = pack(coding, "some text " + token);

        assertMalformed(post(HOST, coding, "\u00ff\u00fe\u00fd".repeat(20)));
        assertMalformed(post(HOST, coding, packed.substring(0, packed.length() / 2)));
        assertMalformed(post(HOST, coding, "\u00ff\u00fe\u00fd".repeat(50_000)));
        assertThat(upstream.requests).isEmpty();
    }

    private static void assertMalformed(Http.Message refusal) {
        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.field("x-sealbox-decision")).hasValue("request.malformed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd"})
    void refusesABomb(String coding) throws IOException {
        var refusal = post(HOST, coding, pack(coding, "0".repeat(50_000_000)));

        assertThat(refusal.status()).isEqualTo(413);
        assertThat(refusal.field("x-sealbox-decision")).hasValue("request.too-large");
        assertThat(upstream.requests).isEmpty();
    }

    @Test
    void countsTheTokensOfAPackedBody() throws IOException {
        assertThat(post(HOST, "gzip", pack("gzip", token.repeat(9))).status()).isEqualTo(413);
        assertThat(upstream.requests).isEmpty();
    }

    @Test
    void leavesACodingAloneThatItDoesNotKnow() throws IOException {
        for (var coding : new String[] {"compress", "gzip, gzip", "aws-chunked"}) {
            assertThat(post(HOST, coding, "as it is " + token).status()).isEqualTo(200);
            assertThat(upstream.last().text()).isEqualTo("as it is " + token);
            assertThat(upstream.last().field("Content-Encoding")).hasValue(coding);
        }
    }

    @Test
    void leavesABodyAloneThatGoesWhereNoSecretMay() throws IOException {
        assertThat(post(OTHER, "gzip", "no gzip at all").status()).isEqualTo(200);
        assertThat(other.last().text()).isEqualTo("no gzip at all");
        Eventually.holds(() -> rules().equals(List.of("body.unknown-coding")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
    void tellsOfATokenInABodyThatGoesWhereItsSecretMayNot(String coding) throws IOException {
        var random = new Random(1);
        var large = new StringBuilder();
        random.ints(200_000, ' ', '~').forEach(c -> large.append((char) c));
        for (var body : List.of("k=" + token, large + token)) {
            var packed = pack(coding, body);
            assertThat(post(OTHER, coding, packed).status()).isEqualTo(200);
            assertThat(other.last().content()).isEqualTo(packed);
            assertThat(other.last().field("Content-Encoding")).hasValue(coding);
        }
        Eventually.holds(() -> rules().equals(List.of("secret.not-for-host", "secret.not-for-host")));
    }

    @Test
    void refusesAForeignTokenInABodyThatGoesWhereNoSecretMay() throws IOException {
        var forged = "osb_sealed_" + "0".repeat(32);

        assertThat(post(OTHER, "gzip", pack("gzip", forged)).field("x-sealbox-decision"))
                .hasValue("token.unknown");

        assertThat(other.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
    void saysThatABodyWhichIsCutShortWasNotSeen(String coding) throws IOException {
        var packed = pack(coding, "k=" + token);
        var half = packed.substring(0, packed.length() / 2);

        assertThat(post(OTHER, coding, half).status()).isEqualTo(200);

        assertThat(other.last().content()).isEqualTo(half);
        Eventually.holds(() -> rules().contains("body.unknown-coding"));
        // Whether the token's beginning is in that half depends on its digits.
        assertThat(rules()).isSubsetOf("body.unknown-coding", "token.maimed");
    }

    @Test
    void passesABombThatGoesWhereNoSecretMayAndSaysThatItWasNotSeen() throws IOException {
        var bomb = pack("gzip", "0".repeat(50_000_000) + token);

        assertThat(post(OTHER, "gzip", bomb).status()).isEqualTo(200);

        assertThat(other.last().content()).isEqualTo(bomb);
        Eventually.holds(() -> rules().equals(List.of("body.unknown-coding")));
    }

    private List<String> rules() {
        return proxy.ledger.records.stream()
                .filter(record -> record.ruling() == Ruling.UNUSABLE)
                .map(UseRecord::rule)
                .sorted()
                .toList();
    }

    private Http.Message post(String host, String coding, String packed, String... fields) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, host)) {
            var all = new String[fields.length + 1];
            System.arraycopy(fields, 0, all, 1, fields.length);
            all[0] = "Content-Encoding: " + coding;
            return client.post(host, "/", packed, all);
        }
    }

    /** One char per byte. */
    private static String pack(String coding, String text) throws IOException {
        var content = text.getBytes(StandardCharsets.US_ASCII);
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
                packed.write(Encoder.compress(content));
            }
            default -> packed.write(Zstd.compress(content));
        }
        return packed.toString(StandardCharsets.ISO_8859_1);
    }
}
