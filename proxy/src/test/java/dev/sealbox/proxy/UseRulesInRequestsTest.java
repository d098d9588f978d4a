package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.PathPrefix;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.Ruling;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** May a host be reached, may a secret be used in a request to it, may a token pass: each asked by itself. */
class UseRulesInRequestsTest {
    private static final String HOST = "one.example.com";
    private static final String EVIL = "evil.example.com";
    private static final String TWO = "two.example.com";
    private static final String VALUE = "the-real-value";

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = set.secure(HOST, UseRulesInRequestsTest::answer);
    private final TestUpstream evil = set.secure(EVIL, UseRulesInRequestsTest::answer);
    private final TestHttp2Upstream two = set.http2(TWO, (request, stream) -> stream.head(true, ":status", "200"));
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow("*.example.com");
    private final String token = policy.secret("API_KEY", VALUE).value();
    private final String other = policy.secret("OTHER", "another-value").value();

    private static boolean answer(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", "ok");
        return true;
    }

    @BeforeEach
    void admit() {
        policy.rules(
                "API_KEY",
                new UseRule(
                        UseRule.Effect.ALLOW,
                        List.of(),
                        List.of("GET", "POST"),
                        List.of(new PathPrefix("/v1/")),
                        List.of(443)),
                new UseRule(
                        UseRule.Effect.DENY,
                        List.of(),
                        List.of("POST"),
                        List.of(new PathPrefix("/v1/admin")),
                        List.of()));
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private void deny(UnusableTokens unusable, String... hosts) {
        policy.deny(new Denials(HostPattern.parseAll(List.of(hosts)), unusable));
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @Test
    void useASecretOnlyInRequestsThatItsRulesAllow() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/v1/x", "X-Key: " + token, "X-Other: " + other);
            assertThat(upstream.last().field("X-Key")).hasValue(VALUE);
            client.get(HOST, "/v2/x", "X-Key: " + token, "X-Other: " + other);
            assertThat(upstream.last().field("X-Key")).hasValue(token);
            assertThat(upstream.last().field("X-Other")).hasValue("another-value");
            client.post(HOST, "/v1/admin/x", "key " + token);
            assertThat(upstream.last().text()).isEqualTo("key " + token);
            client.post(HOST, "/v1/x", "key " + token);
            assertThat(upstream.last().text()).isEqualTo("key " + VALUE);
            client.get(HOST, "/v1/x", "X-Key: " + token, "X-HTTP-Method-Override: POST");
            assertThat(upstream.last().field("X-Key")).hasValue(token);
        }

        Eventually.holds(() -> proxy.ledger.records.stream()
                        .filter(record -> record.ruling() == Ruling.UNUSABLE)
                        .count()
                == 3);
        assertThat(proxy.ledger.records)
                .filteredOn(record -> record.ruling() == Ruling.UNUSABLE)
                .extracting(record -> record.rule())
                .containsExactly("secret.allowed-by-no-rule", "secret.denied-by-rule-2", "secret.ambiguous-request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/../admin", "/v1/%2e%2e/admin", "/v1//x", "/v1/x;a=b", "/v1/x%2fy", "/v1/%252e%252e/x"})
    void useNoSecretWhereServersReadAPathInDifferentWays(String target) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, target, "X-Key: " + token);
        }
        assertThat(upstream.last().target()).isEqualTo(target);
        assertThat(upstream.last().field("X-Key")).hasValue(token);
    }

    @Test
    void neverSeeAPathWithABackslash() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/v1\\x", "X-Key: " + token).status()).isEqualTo(400);
        }
        assertThat(upstream.requests).isEmpty();
    }

    @Test
    void useASecretOverHttp2ByTheSameRules() throws IOException {
        try (var client = proxy.http2(TestProxy.SANDBOX, TWO)) {
            client.request(1, true, "GET", TWO, "/v2/x", "x-key", token);
            assertThat(client.response(1).status()).isEqualTo(200);
            assertThat(two.last().field("x-key")).isEqualTo(token);
            client.request(3, true, "GET", TWO, "/v1/x", "x-key", token);
            assertThat(client.response(3).status()).isEqualTo(200);
            assertThat(two.last().field("x-key")).isEqualTo(VALUE);
        }
    }

    @Test
    void refuseAnUnusableTokenWhereAStoreWantsThat() throws IOException {
        deny(UnusableTokens.REFUSE);
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST);
                var second = proxy.http2(TestProxy.SANDBOX, TWO)) {
            var refusal = client.get(HOST, "/v2/x", "X-Key: " + token);
            assertThat(refusal.status()).isEqualTo(403);
            assertThat(refusal.field("x-sealbox-decision")).hasValue("token.unusable; rule=secret.allowed-by-no-rule");
            assertThat(refusal.text())
                    .contains("\"code\":\"token.unusable\"", "\"rule\":\"secret.allowed-by-no-rule\"", "API_KEY");
            second.request(1, true, "GET", TWO, "/v2/x", "x-key", token);
            var answer = second.response(1);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.field("x-sealbox-decision")).isEqualTo("token.unusable; rule=secret.allowed-by-no-rule");
            assertThat(client.get(HOST, "/v1/x", "X-Key: " + token).status()).isEqualTo(200);
        }
        assertThat(upstream.requests).hasSize(1);
        assertThat(two.requests).isEmpty();
        assertThat(proxy.ledger.records)
                .filteredOn(record -> record.ruling() == Ruling.REFUSED)
                .hasSize(2)
                .allSatisfy(record ->
                        assertThat(record.secret().map(secret -> secret.name())).contains(new SecretName("API_KEY")));
    }

    @Test
    void reachNoHostOfADenylistWhateverIsAllowed() throws IOException {
        deny(UnusableTokens.PASS, EVIL);
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            var refusal = client.get(EVIL, "http://" + EVIL + "/");
            assertThat(refusal.status()).isEqualTo(403);
            assertThat(refusal.field("x-sealbox-decision")).hasValue("egress.host-denied");
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/v1/x", "X-Key: " + token).status()).isEqualTo(200);
        }
        assertThat(evil.connections()).isZero();
    }

    @Test
    void endARequestUnderWayWhenItsRulesChange() throws Exception {
        var begun = new CountDownLatch(1);
        var set = new TestProxy.Builder();
        var waiting = set.put(HOST, TestUpstream.scripted(set.certificates(), HOST, (in, out) -> {
            Http.head(in);
            begun.countDown();
            in.readAllBytes();
        }));
        try (var its = set.start()) {
            var theirs = its.policy().allow(HOST);
            var sealed = theirs.secret("API_KEY", "the-real-value").value();
            its.admit(TestProxy.SANDBOX, theirs);
            try (var client = its.tunnel(TestProxy.SANDBOX, HOST)) {
                client.send("POST /v1/x HTTP/1.1\r\nHost: " + HOST + "\r\nX-Key: " + sealed
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
                assertThat(begun.await(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                theirs.rules("API_KEY", new UseRule(UseRule.Effect.DENY, List.of(), List.of(), List.of(), List.of()));
                its.admit(TestProxy.SANDBOX, theirs);
                assertThat(client.isAtEnd()).isTrue();
            }
        }
        assertThat(waiting.connections()).isEqualTo(1);
    }
}
