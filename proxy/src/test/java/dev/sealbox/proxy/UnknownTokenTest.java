package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that are none of the sandbox's own: forged ones and those of other sandboxes are refused, and told of. */
class UnknownTokenTest {
    private static final String HOST = "one.example.com";
    private static final String FREE = "free.example.com";
    private static final String TWO = "two.example.com";
    private static final String PLAIN = "plain.example.com";
    private static final String FORGED = "osb_sealed_" + "0123456789abcdef".repeat(2);

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = set.secure(HOST, UnknownTokenTest::answer);
    private final TestUpstream free = set.secure(FREE, UnknownTokenTest::answer);
    private final TestUpstream plain =
            set.put(PLAIN, TestUpstream.answering(set.certificates(), null, UnknownTokenTest::answer));
    private final TestHttp2Upstream two = set.http2(TWO, (request, stream) -> stream.head(true, ":status", "200"));
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST, FREE, TWO, PLAIN);
    private final String token =
            policy.secret("API_KEY", "the-real-value", HOST, TWO).value();
    private final TestPolicy neighbour = proxy.policy().of("another").allow(HOST);
    private final String theirs =
            neighbour.secret("API_KEY", "the-neighbours-value").value();

    private static boolean answer(Http.Message request, java.io.OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", "ok");
        return true;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cookie: session=%s",
                "User-Agent: agent/%s",
                "Content-Type: multipart/form-data; boundary=%s",
                "Content-Type: application/grpc",
                "Content-Encoding: compress"
            })
    void isFoundWhereNoTokenIsEverReplaced(String field) throws IOException {
        for (var host : List.of(HOST, FREE)) {
            try (var client = proxy.tunnel(TestProxy.SANDBOX, host)) {
                var response = client.post(host, "/", "body " + theirs, field.formatted(theirs));
                assertThat(response.field("x-sealbox-decision")).hasValue("token.unknown");
            }
        }
        Eventually.holds(() ->
                all().stream().filter(record -> record.ruling() == Ruling.ALARM).count() == 2);
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
        proxy.admit("127.0.0.3", neighbour);
    }

    @AfterEach
    void stop() {
        assertThat(proxy.ledger.records.toString()).doesNotContain(FORGED, theirs, token);
        proxy.close();
    }

    private List<UseRecord> alarms(int number) {
        Eventually.holds(() -> all().size() >= number);
        assertThat(all()).hasSize(number).allSatisfy(record -> {
            assertThat(record.ruling()).isEqualTo(Ruling.ALARM);
            assertThat(record.rule()).isEqualTo("token.unknown");
            assertThat(record.secret()).isEmpty();
        });
        return all();
    }

    /** But for those of uses. */
    private List<UseRecord> all() {
        return proxy.ledger.records.stream()
                .filter(record -> record.ruling() != Ruling.USED)
                .toList();
    }

    private static void isRefused(Http.Message answer) {
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.field("x-sealbox-decision")).hasValue("token.unknown");
        assertThat(answer.text()).contains("\"code\":\"token.unknown\"");
    }

    @Test
    void areRefusedInEveryPartOfAHeadAndTheConnectionGoesOn() throws IOException {
        var basic = Base64.getEncoder().encodeToString(("x:" + FORGED).getBytes(StandardCharsets.US_ASCII));
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            isRefused(client.get(HOST, "/", "X-Key: key " + FORGED + " and " + token));
            isRefused(client.get(HOST, "/", "Authorization: Basic " + basic));
            isRefused(client.get(HOST, "/a/" + FORGED));
            isRefused(client.get(HOST, "/?a=" + FORGED));
            assertThat(upstream.requests).isEmpty();
            assertThat(client.get(HOST, "/", "X-Key: " + token).status()).isEqualTo(200);
        }
        assertThat(alarms(4))
                .extracting(record -> record.asked().path())
                .containsExactly("/", "/", "/a/osb_sealed_*", "/");
    }

    @Test
    void ofAnotherSandboxAreAnsweredLikeInventedOnes() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var invented = client.get(HOST, "/", "X-Key: " + FORGED);
            var foreign = client.get(HOST, "/", "X-Key: " + theirs);
            isRefused(foreign);
            assertThat(foreign.text()).isEqualTo(invented.text());
            assertThat(foreign.fields()).isEqualTo(invented.fields());
        }
        assertThat(alarms(2).get(1).sender().sandbox()).isEqualTo(policy.sandbox());
    }

    @Test
    void areRefusedInSmallBodiesOfAnyKindBeforeAnythingIsSent() throws IOException {
        var part = "--b\r\n\r\n" + FORGED + "\r\n--b--\r\n";
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            isRefused(client.post(HOST, "/", "raw " + FORGED));
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            isRefused(client.post(HOST, "/", "{\"k\":\"" + FORGED + "\"}", "Content-Type: application/json"));
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            isRefused(client.post(HOST, "/", "k=" + FORGED, "Content-Type: application/x-www-form-urlencoded"));
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            isRefused(client.post(HOST, "/", part, "Content-Type: multipart/form-data; boundary=b"));
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var packed = new String(gzip("packed " + FORGED), StandardCharsets.ISO_8859_1);
            isRefused(client.post(HOST, "/", packed, "Content-Encoding: gzip"));
        }
        var elsewhere = List.of(
                "--b\r\nContent-Disposition: form-data; name=k; filename=" + FORGED + "\r\n\r\nx\r\n--b--\r\n",
                FORGED + "\r\n--b\r\n\r\nx\r\n--b--\r\n",
                "--b\r\n\r\nx\r\n--b--\r\n" + FORGED);
        for (var body : elsewhere) {
            for (var boundary : List.of("; boundary=b", "")) {
                try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
                    isRefused(client.post(HOST, "/", body, "Content-Type: multipart/form-data" + boundary));
                }
            }
        }
        alarms(5 + 6);
        assertThat(upstream.requests).isEmpty();
    }

    private static byte[] gzip(String text) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    @Test
    void breakOffAStreamedBodyAndATrailer() throws IOException {
        var head = "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n";
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send(head + "\r\n14\r\n" + FORGED.substring(0, 20) + "\r\n");
            isRefused(client.send("17\r\n" + FORGED.substring(20) + "\r\n").receive());
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            isRefused(client.send(head + "\r\n2\r\nok\r\n0\r\nX-Key: " + FORGED + "\r\n\r\n")
                    .receive());
        }
        alarms(2);
        assertThat(upstream.requests).isEmpty();
    }

    @Test
    void areRefusedWhereNoSecretMayBeUsedAndInTheClear() throws IOException {
        var large = "x".repeat(100_000) + FORGED;
        try (var client = proxy.tunnel(TestProxy.SANDBOX, FREE)) {
            isRefused(client.get(FREE, "/", "X-Key: " + FORGED));
            isRefused(client.post(FREE, "/", "small " + FORGED));
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, FREE)) {
            isRefused(client.post(FREE, "/", large));
        }
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            client.send("GET http://" + PLAIN + "/?" + FORGED + " HTTP/1.1\r\nHost: " + PLAIN + "\r\n\r\n");
            isRefused(client.receive());
        }
        alarms(4);
        assertThat(free.requests).isEmpty();
        assertThat(plain.requests).isEmpty();
    }

    @Test
    void endTheirOwnStreamOfHttp2Only() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.request(1, true, "GET", TWO, "/", "x-key", FORGED);
            client.request(3, true, "GET", TWO, "/", "x-key", token);
            var refusal = client.response(1);
            assertThat(refusal.status()).isEqualTo(403);
            assertThat(refusal.field("x-sealbox-decision")).isEqualTo("token.unknown");
            assertThat(client.response(3).status()).isEqualTo(200);
            client.request(5, false, "POST", TWO, "/").data(5, true, "body " + FORGED);
            assertThat(client.response(5).status()).isEqualTo(403);
        }
        assertThat(two.requests).hasSize(1);
    }

    @Test
    void whatOnlyLooksLikeATokenPassesAnywhereAndIsCounted() throws IOException {
        var almost = FORGED.substring(0, FORGED.length() - 1) + " " + FORGED.replace("sealed", "Sealed");
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/", almost, "X-Key: " + almost, "User-Agent: " + almost);
        }
        assertThat(upstream.last().text()).isEqualTo(almost);
        assertThat(upstream.last().field("User-Agent")).hasValue(almost);
        Eventually.holds(() -> proxy.ledger.records.size() == 1);
        assertThat(proxy.ledger.only().ruling()).isEqualTo(Ruling.UNUSABLE);
        assertThat(proxy.ledger.only().rule()).isEqualTo("token.maimed");
    }
}
