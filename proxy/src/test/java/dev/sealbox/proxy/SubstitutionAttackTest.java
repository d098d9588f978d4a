package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where hostile code puts its tokens; each test is named after what it proves. */
class SubstitutionAttackTest {
    private static final String HOST = "one.example.com";
    private static final String TWO = "two.example.com";
    private static final String VALUE = "the-real-value";
    private static final String FORM = "Content-Type: multipart/form-data; boundary=";

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = set.secure(HOST, SubstitutionAttackTest::answer);
    private final TestHttp2Upstream two = set.http2(TWO, (request, stream) -> stream.head(true, ":status", "200"));
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST, TWO);
    private final String token = policy.secret("API_KEY", VALUE).value();

    private static boolean answer(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", "ok");
        return true;
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
    @ValueSource(
            strings = {
                "Referer",
                "Cookie",
                "User-Agent",
                "X-Forwarded-For",
                "X-FORWARDED-HOST",
                "x-forwarded-anything",
                "Forwarded",
                "Via",
                "From",
                "Origin",
                "X-Real-IP",
                "traceparent",
                "tracestate",
                "baggage",
                "b3",
                "X-B3-TraceId",
                "X-Request-ID",
            })
    void putsNoValueIntoASinkHeader(String name) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST);
                var second = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.get(HOST, "/", name + ": a=" + token, "X-Key: " + token);
            second.get(1, TWO, "/", name.toLowerCase(Locale.ROOT), "a=" + token, "x-key", token);
            assertThat(second.response(1).status()).isEqualTo(200);
        }
        assertThat(upstream.last().field(name)).hasValue("a=" + token);
        assertThat(upstream.last().field("X-Key")).hasValue(VALUE);
        assertThat(two.last().field(name.toLowerCase(Locale.ROOT))).isEqualTo("a=" + token);
        assertThat(two.last().field("x-key")).isEqualTo(VALUE);
    }

    @Test
    void putsNoValueIntoASinkThatComesAsATrailer() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
                    + "Baggage: " + token + "\r\nX-Key: " + token + "\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(200);
        }
        assertThat(upstream.last().trailers()).containsExactly("Baggage: " + token, "X-Key: " + VALUE);
    }

    @Test
    void replacesNoMoreTokensThanTheLimit() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/", "X-Many: " + token.repeat(8)).status())
                    .isEqualTo(200);
            assertThat(upstream.last().field("X-Many")).hasValue(VALUE.repeat(8));
        }
        upstream.requests.clear();
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var head = client.get(HOST, "/" + token, "X-Many: " + token.repeat(8));
            assertThat(head.status()).isEqualTo(413);
            assertThat(head.field("x-sealbox-decision")).hasValue("secret.too-often");
            var body = client.post(HOST, "/", token.repeat(1000));
            assertThat(body.status()).isEqualTo(413);
            assertThat(body.field("x-sealbox-decision")).hasValue("secret.too-often");
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.post(HOST, "/" + token, token.repeat(8)).status()).isEqualTo(413);
        }
        assertThat(upstream.requests).isEmpty();
    }

    @Test
    void breaksALargeRequestOffWhoseTokensAreTooMany() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 9; i++) {
                client.send("2b\r\n" + token + "\r\n");
            }
            assertThat(client.receive().status()).isEqualTo(413);
        }
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.request(1, false, "POST", TWO, "/").data(1, false, token.repeat(9));
            assertThat(client.response(1).status()).isEqualTo(413);
        }
        assertThat(upstream.requests).isEmpty();
    }

    @Test
    void neverChangesTheBoundaryOfAMultipartBody() throws IOException {
        var body = "--" + token + "\r\nContent-Disposition: form-data; name=k\r\n\r\n" + token + "\r\n--" + token
                + "--\r\n";
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/", body, FORM + token);
        }
        assertThat(upstream.last().field("Content-Type")).hasValue("multipart/form-data; boundary=" + token);
        assertThat(upstream.last().text())
                .isEqualTo("--" + token + "\r\nContent-Disposition: form-data; name=k\r\n\r\n" + VALUE + "\r\n--"
                        + token + "--\r\n");
    }

    @Test
    void putsNoValueIntoTheNameOfAFileOrField() throws IOException {
        var body = "--b\r\nContent-Disposition: form-data; name=\"" + token + "\"; filename=\"" + token
                + ".txt\"\r\nContent-Type: text/" + token + "\r\n\r\nx\r\n--b--\r\n";
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/", body, FORM + "b");
        }
        assertThat(upstream.last().text()).isEqualTo(body);
    }

    @Test
    void escapesAPartAsItsOwnTypeWants() throws IOException {
        var quoted = policy.secret("QUOTED", "a \"b\" c").value();
        proxy.admit(TestProxy.SANDBOX, policy);
        var body = """
                --b
                Content-Type: application/json

                {"k":"TOKEN"}
                --b

                TOKEN
                --b
                Content-Type: application/x-www-form-urlencoded

                k=TOKEN
                --b--
                """.replace("\n", "\r\n");
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/", body.replace("TOKEN", quoted), FORM + "\"b\"");
        }
        assertThat(upstream.last().text())
                .isEqualTo(body.replace("\"TOKEN\"", "\"a \\\"b\\\" c\"")
                        .replace("k=TOKEN", "k=a+%22b%22+c")
                        .replace("TOKEN", "a \"b\" c"));
    }

    @Test
    void findsATokenThatIsSplitIntoSingleBytes() throws IOException {
        var body = "before " + token + " after";
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST);
                var second = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            second.request(1, false, "POST", TWO, "/");
            for (int i = 0; i < body.length(); i++) {
                client.send("1\r\n" + body.charAt(i) + "\r\n");
                second.data(1, i == body.length() - 1, body.substring(i, i + 1));
            }
            client.send("0\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(200);
            assertThat(second.response(1).status()).isEqualTo(200);
        }
        assertThat(upstream.last().text()).isEqualTo("before " + VALUE + " after");
        assertThat(two.last().body()).isEqualTo("before " + VALUE + " after");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "a\0b"})
    void putsNoValueThatWouldEndAFieldIntoOne(String value) throws IOException {
        var bad = policy.secret("BAD", value).value();
        proxy.admit(TestProxy.SANDBOX, policy);
        var basic = Base64.getEncoder().encodeToString(("x:" + bad).getBytes(StandardCharsets.US_ASCII));
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            for (var field : new String[] {"X-Key: " + bad, "Authorization: Basic " + basic}) {
                var refusal = client.get(HOST, "/", field);
                assertThat(refusal.status()).isEqualTo(502);
                assertThat(refusal.field("x-sealbox-decision")).hasValue("secret.not-for-header");
            }
            assertThat(upstream.requests).isEmpty();
            assertThat(client.get(HOST, "/?" + bad).status()).isEqualTo(200);
            assertThat(upstream.last().target()).matches("/\\?a%0[0AD]b");
        }
    }

    @Test
    void takesNothingForATokenThatIsNone() throws IOException {
        var almost = token.toUpperCase(Locale.ROOT) + " " + token.substring(0, token.length() - 1) + " "
                + token.substring(1) + " " + token.replace("sealed", "Sealed") + " osb_sealed_" + "0".repeat(31);
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/?" + almost.replace(' ', '+'), almost, "X-Key: " + almost);
        }
        assertThat(upstream.last().field("X-Key")).hasValue(almost);
        assertThat(upstream.last().target()).isEqualTo("/?" + almost.replace(' ', '+'));
        assertThat(upstream.last().text()).isEqualTo(almost);
        Eventually.holds(() -> proxy.ledger.records.stream()
                        .filter(record -> record.rule().equals("token.maimed"))
                        .count()
                == 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "capitals", "some capitals", "a capital"})
    void refusesWhatWasATokenWhereAStoreWantsNonePassedOn(String how) throws IOException {
        var maimed = switch (how) {
            case "cut" -> token.substring(0, 20);
            case "capitals" -> token.toUpperCase(Locale.ROOT);
            case "some capitals" -> token.replace("sealed", "SeaLeD");
            default -> "O" + token.substring(1);
        };
        policy.deny(new Denials(List.of(), UnusableTokens.REFUSE));
        proxy.admit(TestProxy.SANDBOX, policy);
        for (var fields : List.of("X-Key: " + maimed, "Cookie: a=" + maimed)) {
            try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
                assertThat(client.get(HOST, "/", fields).field("x-sealbox-decision"))
                        .hasValue("token.maimed");
            }
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.post(HOST, "/", "k=" + maimed).field("x-sealbox-decision"))
                    .hasValue("token.maimed");
        }
        assertThat(upstream.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"; boundary=b", "; boundary=b; boundary=c", ""})
    void refusesATokenInAPlaceWhereNoneIsReplacedWhereAStoreWantsNonePassedOn(String boundary) throws IOException {
        policy.deny(new Denials(List.of(), UnusableTokens.REFUSE));
        proxy.admit(TestProxy.SANDBOX, policy);
        var body = "--b\r\nContent-Disposition: form-data; name=\"" + token + "\"\r\n\r\nx\r\n--b--\r\n";
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var refusal = client.post(HOST, "/", body, "Content-Type: multipart/form-data" + boundary);
            assertThat(refusal.field("x-sealbox-decision")).hasValue("token.unusable; rule=secret.not-for-location");
        }
        assertThat(upstream.requests).isEmpty();
    }

    @Test
    void tellsOfABodyThatNobodyHereCanRead() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/", "who knows", "Content-Encoding: compress");
            client.post(HOST, "/", "in vain " + token, "Content-Encoding: gzip, br");
            client.post(HOST, "/", "in vain " + token, "Content-Type: application/grpc");
        }
        assertThat(upstream.last().text()).isEqualTo("in vain " + token);
        Eventually.holds(() -> rules().equals(List.of(
                "body.unknown-coding", "body.unknown-coding", "secret.not-for-location", "secret.not-for-location")));
    }

    private List<String> rules() {
        return proxy.ledger.records.stream()
                .filter(record -> record.ruling() == Ruling.UNUSABLE)
                .map(UseRecord::rule)
                .sorted()
                .toList();
    }

    @Test
    void escapesJsonThatCallsItselfAForm() throws IOException {
        var quoted = policy.secret("QUOTED", "a+b/\"c\"==").value();
        proxy.admit(TestProxy.SANDBOX, policy);
        var type = "Content-Type: application/x-www-form-urlencoded";
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/", " {\"k\": \"" + quoted + "\"}", type);
            assertThat(upstream.last().text()).isEqualTo(" {\"k\": \"a+b/\\\"c\\\"==\"}");
            client.post(HOST, "/", "k=" + quoted, type);
            assertThat(upstream.last().text()).isEqualTo("k=a%2Bb%2F%22c%22%3D%3D");
        }
    }
}
