package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.domain.ledger.UseRecord.UsedSecret;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the ledger is told of the requests of a sandbox. */
class LedgerTest {
    private static final String HOST = "api.example.com";
    private static final String TWO = "two.example.com";
    private static final String FREE = "free.test";
    private static final String GONE = "gone.example.com";
    private static final String VALUE = "the-real-value";

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = set.secure(HOST, (request, out) -> {
        TestUpstream.respond(out, 201, "", "12345");
        return true;
    });
    private final TestUpstream free = set.secure(FREE, (request, out) -> {
        TestUpstream.respond(out, 200, "", "ok");
        return true;
    });
    private final WebSocketUpstream socket = new WebSocketUpstream();
    private final TestProxy proxy = started();
    private final TestPolicy policy = proxy.policy().allow(HOST, FREE, TWO, GONE, "ws.example.com");
    private final String token =
            policy.secret("API_KEY", VALUE, "*.example.com").value();

    private TestProxy started() {
        socket.at(set, "ws.example.com");
        set.http2(TWO, (request, stream) -> stream.head(false, ":status", "202").data(true, "1234567"));
        set.at(GONE, 1);
        return set.start();
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        assertThat(proxy.ledger.records.toString())
                .doesNotContain(VALUE)
                .doesNotContain(token)
                .doesNotContain("the-query");
        proxy.close();
    }

    private List<UseRecord> records(int number) {
        Eventually.holds(() -> proxy.ledger.records.size() >= number);
        assertThat(proxy.ledger.records).hasSize(number);
        return proxy.ledger.records;
    }

    private UsedSecret used(String... places) {
        return new UsedSecret(new SecretName("API_KEY"), policy.store(), 1, List.of(places));
    }

    @Test
    void isToldOfAUseWithWhatCameOfIt() throws IOException {
        var before = Instant.now();
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(
                    HOST,
                    "/v1/" + token + "/things?the-query=" + token,
                    "key " + token,
                    "Authorization: Bearer " + token,
                    "X-Other: " + token);
        }

        var record = proxy.ledger.only();
        assertThat(record.ruling()).isEqualTo(Ruling.USED);
        assertThat(record.rule()).isEqualTo("*.example.com");
        assertThat(record.secret()).hasValue(used("headers", "path", "query", "body"));
        assertThat(record.asked()).isEqualTo(new Asked("POST", HOST, "/v1/osb_sealed_*/things"));
        assertThat(record.sender().sandbox()).isEqualTo(policy.sandbox());
        assertThat(record.sender().organization().value()).isEqualTo("default");
        assertThat(record.effect().status()).isEqualTo(201);
        assertThat(record.effect().sent()).isEqualTo(4 + token.length());
        assertThat(record.effect().received()).isEqualTo(5);
        assertThat(record.effect().took()).isBetween(Duration.ofNanos(1), Duration.ofSeconds(20));
        assertThat(record.at()).isBetween(before.minusMillis(1), Instant.now());
        assertThat(record.count()).isEqualTo(1);
    }

    @Test
    void isToldOfEachSecretOfARequestAndOfEachRequestOfAConnection() throws IOException {
        var other = policy.secret("OTHER", "another-value").value();
        proxy.admit(TestProxy.SANDBOX, policy);
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/1", "X-Key: " + token, "X-Other: " + other);
            client.get(HOST, "/2", "X-Key: " + token);
            client.get(HOST, "/3");
        }

        var records = records(3);
        assertThat(records).extracting(record -> record.asked().path()).containsExactly("/1", "/1", "/2");
        assertThat(records.get(0).request())
                .isEqualTo(records.get(1).request())
                .isNotEqualTo(records.get(2).request());
        assertThat(records).extracting(UseRecord::rule).containsExactly("*.example.com", HOST, "*.example.com");
    }

    @Test
    void isToldOfATokenThatStaysWhatItIsAndWhy() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, FREE)) {
            assertThat(client.post(FREE, "/", token + token, "X-Key: " + token).status())
                    .isEqualTo(200);
            policy.remove("API_KEY");
            proxy.admit(TestProxy.SANDBOX, policy);
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/?" + token).status()).isEqualTo(201);
        }

        assertThat(free.requests).hasSize(1);
        assertThat(upstream.last().target()).isEqualTo("/?" + token);
        var records = records(2);
        assertThat(records).extracting(UseRecord::ruling).containsOnly(Ruling.UNUSABLE);
        assertThat(records).extracting(UseRecord::rule).containsExactly("secret.not-for-host", "secret.gone");
        assertThat(records.get(0).secret()).hasValue(used("headers", "body"));
        assertThat(records.get(1).secret()).hasValue(UsedSecret.gone(new SecretName("API_KEY"), List.of("query")));
    }

    @Test
    void isToldOfAUseOverHttp2() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.request(1, true, "GET", TWO, "/x?the-query", "x-key", token);
            assertThat(client.response(1).status()).isEqualTo(202);
        }

        var record = proxy.ledger.only();
        assertThat(record.asked()).isEqualTo(new Asked("GET", TWO, "/x"));
        assertThat(record.secret()).hasValue(used("headers"));
        assertThat(record.effect().status()).isEqualTo(202);
        assertThat(record.effect().received()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT Evil.Example.:443, evil.example:443, CONNECT, evil.example, '', egress.host-not-allowed, 403",
        "CONNECT 169.254.169.254:443, x, CONNECT, 169.254.169.254, '', egress.address-not-allowed, 403",
        "GET http://evil.example/a?the-query=1, evil.example, GET, evil.example, /a, egress.host-not-allowed, 403",
        "GET /x, api.example.com, GET, api.example.com, /x, request.bad-target, 400",
    })
    void isToldOfARefusal(String line, String field, String method, String host, String path, String rule, int status)
            throws IOException {
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            client.send(line + " HTTP/1.1\r\nHost: " + field + "\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(status);
        }

        var record = proxy.ledger.only();
        assertThat(record.ruling()).isEqualTo(Ruling.REFUSED);
        assertThat(record.rule()).isEqualTo(rule);
        assertThat(record.asked()).isEqualTo(new Asked(method, host, path));
        assertThat(record.effect().status()).isEqualTo(status);
        assertThat(record.secret()).isEmpty();
    }

    @Test
    void isToldWhichHostARequestNamesInsideAnothersTunnel() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(token + ".evil.example", "/", "X-Key: " + token)
                            .status())
                    .isEqualTo(421);
        }

        assertThat(proxy.ledger.only().rule()).isEqualTo("egress.host-mismatch");
        assertThat(proxy.ledger.only().asked().host()).isEqualTo("osb_sealed_*.evil.example");
    }

    @Test
    void isToldOfARequestThatCannotBeRead() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("GET / HTTP/1.1\r\nBad header\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(400);
        }

        assertThat(proxy.ledger.only().rule()).isEqualTo("request.malformed");
        assertThat(proxy.ledger.only().asked()).isEqualTo(new Asked("", HOST, ""));
    }

    @Test
    void isToldThatAValueNeverLeftWhenThereIsNoConnection() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, GONE)) {
            assertThat(client.get(GONE, "/", "X-Key: " + token).status()).isEqualTo(502);
        }

        assertThat(proxy.ledger.only().ruling()).isEqualTo(Ruling.UNSENT);
        assertThat(proxy.ledger.only().effect().status()).isEqualTo(502);
    }

    @Test
    void isToldOfEachMessageOfAWebSocket() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, "ws.example.com")) {
            client.get("ws.example.com", "/ws", "Connection: Upgrade", "Upgrade: websocket");
            var frame = new byte[6 + token.length()];
            frame[0] = (byte) 0x81;
            frame[1] = (byte) (0x80 | token.length());
            System.arraycopy(Http.latin1(token), 0, frame, 6, token.length());
            client.send(frame).send(frame);
            records(2);
        }

        assertThat(records(2)).allSatisfy(record -> {
            assertThat(record.secret()).hasValue(used("body"));
            assertThat(record.effect().status()).isEqualTo(101);
            assertThat(record.asked()).isEqualTo(new Asked("GET", "ws.example.com", "/ws"));
        });
    }

    @Test
    void keepsRequestsThatMayUseSecretsBackWhileItIsFull() throws IOException {
        proxy.ledger.full();
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var answer = client.get(HOST, "/", "X-Key: " + token);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.field("x-sealbox-decision")).hasValue("audit.no-record");
            assertThat(client.get(HOST, "/plain").status()).isEqualTo(201);
            assertThat(client.post(HOST, "/", "a body, which might hold a token")
                            .status())
                    .isEqualTo(503);
        }
        assertThat(upstream.requests).extracting(Http.Message::target).containsExactly("/plain");
        assertThat(records(3))
                .extracting(UseRecord::ruling)
                .containsExactly(Ruling.REFUSED, Ruling.UNSENT, Ruling.REFUSED);
    }

    @Test
    void letsARequestWaitForItsRecord() throws IOException {
        proxy.ledger.strict = true;
        proxy.ledger.gate = new CompletableFuture<>();
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("GET /x HTTP/1.1\r\nHost: " + HOST + "\r\nX-Key: " + token + "\r\n\r\n");
            assertThat(proxy.ledger.only().ruling()).isEqualTo(Ruling.BEGUN);
            assertThat(proxy.ledger.only().secret()).hasValue(used("headers"));
            assertThat(upstream.connections()).isZero();

            proxy.ledger.gate.complete(null);
            assertThat(client.receive().status()).isEqualTo(201);
        }

        var records = records(2);
        assertThat(records.getLast().ruling()).isEqualTo(Ruling.USED);
        assertThat(records.getLast().request()).isEqualTo(records.getFirst().request());
    }

    @Test
    void endsWhatItBeganAlsoWhenNoSecretWasUsed() throws IOException {
        proxy.ledger.strict = true;
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/x", "nothing secret");
        }

        assertThat(records(2)).extracting(UseRecord::ruling).containsExactly(Ruling.BEGUN, Ruling.UNSENT);
    }

    @Test
    void isToldOfWhatARevocationCuts() throws IOException {
        proxy.ledger.gate = new CompletableFuture<>();
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("GET /x HTTP/1.1\r\nHost: " + HOST + "\r\nX-Key: " + token + "\r\n\r\n");
            Eventually.holds(() -> proxy.ledger.asked());
            policy.remove("API_KEY");
            proxy.admit(TestProxy.SANDBOX, policy);
            assertThat(client.isAtEnd()).isTrue();
        }

        assertThat(records(2)).extracting(UseRecord::rule).containsExactly("egress.revoked", "*.example.com");
        assertThat(records(2)).extracting(UseRecord::ruling).containsExactly(Ruling.REFUSED, Ruling.UNSENT);
        assertThat(upstream.requests).isEmpty();
    }
}
