package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may go where, and what may be revealed there. */
class EgressRulesTest {
    private static final String API = "api.example.com";
    private static final String OTHER = "other.example.com";
    private static final String VALUE = "the-real-value";

    private final TestProxy.Builder set =
            new TestProxy.Builder().settings("sealbox.proxy.limits.connections-per-sandbox = 8");
    private final TestUpstream api = set.secure(API, EgressRulesTest::ok);
    private final TestUpstream other = set.secure(OTHER, EgressRulesTest::ok);
    private final TestUpstream plain =
            set.put("plain.example.com", TestUpstream.answering(set.certificates(), null, EgressRulesTest::ok));
    private final TestUpstream evil = set.secure("evil.example", EgressRulesTest::ok);
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(API, OTHER, "plain.example.com", "gone.example.com");
    private final String token = policy.secret("API_KEY", VALUE, API).value();

    private static boolean ok(Http.Message request, java.io.OutputStream out) throws IOException {
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

    @Test
    void refusesATunnelToAHostOffTheListWithAReason() throws IOException {
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            var refusal = client.send("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n")
                    .receive();

            assertThat(refusal.status()).isEqualTo(403);
            assertThat(refusal.field("x-sealbox-decision")).hasValue("egress.host-not-allowed");
            assertThat(refusal.field("content-type")).hasValue("application/json");
            assertThat(refusal.text())
                    .contains("\"code\":\"egress.host-not-allowed\"")
                    .contains("evil.example");
        }
        assertThat(evil.connections()).isZero();
    }

    @Test
    void refusesEverythingFromAnUnknownAddress() throws IOException {
        try (var client = proxy.explicit("127.0.0.77")) {
            assertThat(client.receive().field("x-sealbox-decision")).hasValue("egress.unknown-sandbox");
        }
        assertThatThrownBy(() -> proxy.transparent("127.0.0.77", API)).isInstanceOf(IOException.class);
    }

    @Test
    void sendsATokenLiterallyWhereItsSecretMayNotBeUsed() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, OTHER)) {
            client.post(OTHER, "/" + token, "body " + token, "Authorization: Bearer " + token);
        }
        assertThat(other.last().target()).isEqualTo("/" + token);
        assertThat(other.last().field("Authorization")).hasValue("Bearer " + token);
        assertThat(other.last().text()).isEqualTo("body " + token);
        assertThat(other.last().field("Content-Length")).hasValue("48");
    }

    @Test
    void refusesAnotherSandboxesToken() throws IOException {
        var neighbour = proxy.policy().allow(API);
        var neighbours = neighbour.secret("API_KEY", "the neighbour's value").value();
        proxy.admit("127.0.0.3", neighbour);

        try (var client = proxy.tunnel(TestProxy.SANDBOX, API)) {
            var refusal = client.get(API, "/", "X-Mine: " + token, "X-Theirs: " + neighbours);
            assertThat(refusal.status()).isEqualTo(403);
            assertThat(refusal.field("x-sealbox-decision")).hasValue("token.unknown");
        }
        assertThat(api.requests).isEmpty();
    }

    @Test
    void answersRequestsForAnotherHostInsideATunnelItself() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, API)) {
            var refusal = client.get(OTHER, "/", "Authorization: " + token);

            assertThat(refusal.status()).isEqualTo(421);
            assertThat(refusal.field("x-sealbox-decision")).hasValue("egress.host-mismatch");
            assertThat(client.get(API, "/").status()).isEqualTo(200);
        }
        assertThat(other.requests).isEmpty();
    }

    @Test
    void answersEverythingItselfWhenTheServerNameIsAnother() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, API, OTHER)) {
            assertThat(client.get(API, "/").status()).isEqualTo(421);
            assertThat(client.get(OTHER, "/").status()).isEqualTo(421);
        }
        assertThat(api.connections() + other.connections()).isZero();
    }

    @Test
    void refusesNestedTunnelsAndTraces() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, API)) {
            client.send("CONNECT evil.example:443 HTTP/1.1\r\nHost: " + API + "\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(405);
            client.send("TRACE / HTTP/1.1\r\nHost: " + API + "\r\nX: " + token + "\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(405);
        }
        assertThat(api.connections()).isZero();
    }

    @Test
    void interceptsTlsOfClientsThatKnowNoProxy() throws IOException {
        try (var client = proxy.transparent(TestProxy.SANDBOX, API)) {
            assertThat(client.get(API, "/", "Authorization: " + token).status()).isEqualTo(200);
        }
        assertThat(api.last().field("Authorization")).hasValue(VALUE);
    }

    @Test
    void tellsClientsThatKnowNoProxyWhyTheyAreRefused() throws IOException {
        try (var client = proxy.transparent(TestProxy.SANDBOX, "evil.example")) {
            var refusal = client.get("evil.example", "/");

            assertThat(refusal.status()).isEqualTo(403);
            assertThat(refusal.text()).contains("egress.host-not-allowed");
        }
        assertThat(evil.connections()).isZero();
    }

    @Test
    void refusesInterceptedTlsWithoutAName() throws IOException {
        try (var raw = proxy.connect(TestProxy.SANDBOX, proxy.proxy.ports().tls())) {
            var context = dev.sealbox.proxy.tls.TestCertificates.client(proxy.anchor("default"));
            var nameless = (SSLSocket) context.getSocketFactory().createSocket(raw, null, raw.getPort(), true);

            assertThatThrownBy(nameless::startHandshake).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void endsInterceptedConnectionsThatSpeakNoTls() throws IOException {
        try (var client = new TestClient(
                proxy.connect(TestProxy.SANDBOX, proxy.proxy.ports().tls()))) {
            client.send("GET / HTTP/1.1\r\nHost: " + API + "\r\n\r\n");

            assertThat(client.in.read()).isEqualTo(0x15);
        }
    }

    @Test
    void forwardsPlainHttpWithoutAnySubstitution() throws IOException {
        policy.secret("ANY_HOST", "another-value");
        proxy.admit(TestProxy.SANDBOX, policy);
        var any = policy.secret("ANY_HOST", "another-value").value();

        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            client.post("plain.example.com", "http://plain.example.com/a?" + any, any, "Authorization: " + any);
            assertThat(plain.last().target()).isEqualTo("/a?" + any);
            assertThat(plain.last().field("Authorization")).hasValue(any);
            assertThat(plain.last().text()).isEqualTo(any);
            assertThat(client.get("evil.example", "http://evil.example/").status())
                    .isEqualTo(403);
        }
        try (var client = new TestClient(
                proxy.connect(TestProxy.SANDBOX, proxy.proxy.ports().http()))) {
            assertThat(client.get("plain.example.com", "/b?" + any, "X: " + any).status())
                    .isEqualTo(200);
            assertThat(plain.last().field("X")).hasValue(any);
            assertThat(client.get("evil.example", "/").status()).isEqualTo(403);
        }
    }

    @Test
    void refusesAbsoluteRequestsForHttps() throws IOException {
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            assertThat(client.get(API, "https://" + API + "/").status()).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n", "\0"})
    void putsNoValueThatWouldEndAHeaderIntoOne(String end) throws IOException {
        var value = "-----BEGIN-----" + end + "X-Admin: yes";
        var token = policy.secret("PEM_KEY", value).value();
        proxy.admit(TestProxy.SANDBOX, policy);
        var basic = Base64.getEncoder().encodeToString(("u:" + token).getBytes(StandardCharsets.UTF_8));

        for (var field : List.of("X-Key: " + token, "Authorization: Basic " + basic)) {
            try (var client = proxy.tunnel(TestProxy.SANDBOX, API)) {
                var refusal = client.get(API, "/", field);
                assertThat(refusal.status()).isEqualTo(502);
                assertThat(refusal.field("x-sealbox-decision")).hasValue("secret.not-for-header");
                assertThat(refusal.text()).contains("line break or a NUL").doesNotContain("BEGIN");
                assertThat(api.requests).isEmpty();
            }
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, API)) {
            assertThat(client.post(API, "/", "key " + token).status()).isEqualTo(200);
            assertThat(api.last().text()).isEqualTo("key " + value);
        }
    }

    @Test
    void limitsTheConnectionsOfASandbox() throws Exception {
        var open = new ArrayList<TestClient>();
        for (int i = 0; i < 8; i++) {
            open.add(proxy.explicit(TestProxy.SANDBOX));
            assertThat(open.getLast()
                            .get("evil.example", "http://evil.example/")
                            .status())
                    .isEqualTo(403);
        }
        try (var late = proxy.explicit(TestProxy.SANDBOX)) {
            assertThat(late.receive().status()).isEqualTo(429);
        }
        for (var client : open) {
            client.close();
        }
    }
}
