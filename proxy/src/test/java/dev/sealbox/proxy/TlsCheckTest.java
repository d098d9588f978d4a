package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.TlsCheck;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The host by which sandboxes find out who trusts the proxy's certificates. */
class TlsCheckTest {
    private static final String HOST = TlsCheck.HOST.value();
    private static final String OTHER = "api.example.com";
    private static final TestProxy PROXY = new TestProxy.Builder().start();
    private static final TestPolicy POLICY = PROXY.policy().allow(OTHER);
    private static final String TOKEN =
            POLICY.secret("TOKEN", "a value of the sandbox", HOST).value();

    @BeforeAll
    static void admit() {
        PROXY.admit(TestProxy.SANDBOX, POLICY);
    }

    @AfterAll
    static void stop() {
        PROXY.close();
    }

    private static void assertTrusted(Http.Message answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"code\":\"tls.trusted\"}\n");
    }

    @Test
    void answersInATunnelWhateverTheAllowlistSays() throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            assertTrusted(client.get(HOST, "/any/path?of=" + TOKEN, "Authorization: Bearer " + TOKEN));
        }
        try (var client = PROXY.transparent(TestProxy.SANDBOX, HOST)) {
            assertTrusted(client.post(HOST, "/", "a body with " + TOKEN));
        }
    }

    @Test
    void usesNoSecretAndRecordsNothing() throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/", TOKEN, "Authorization: Bearer " + TOKEN);
        }
        assertThat(PROXY.ledger.records).noneMatch(record -> record.toString().contains("tls.trusted"));
        assertThat(PROXY.ledger.asked()).isFalse();
    }

    @Test
    void isNoWayToAnotherHost() throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(OTHER, "/").status()).isEqualTo(421);
        }
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST, OTHER)) {
            assertThat(client.get(OTHER, "/").status()).isEqualTo(421);
        }
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, OTHER, HOST)) {
            assertThat(client.get(HOST, "/").status()).isEqualTo(421);
        }
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST + ":8443", "/").status()).isEqualTo(403);
        }
    }

    @Test
    void isNotThereInTheClearNorOnAnotherPort() throws IOException {
        var connect = "CONNECT " + HOST + ":80 HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";
        var absolute = "GET http://" + HOST + "/ HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";
        for (var request : new String[] {connect, absolute}) {
            try (var client = PROXY.explicit(TestProxy.SANDBOX)) {
                assertThat(client.send(request).receive().status()).isEqualTo(403);
            }
        }
        try (var client = new TestClient(
                PROXY.connect(TestProxy.SANDBOX, PROXY.proxy.ports().http()))) {
            assertThat(client.get(HOST, "/").status()).isEqualTo(403);
        }
    }

    @Test
    void isNotThereForStrangers() throws IOException {
        try (var client = PROXY.explicit("127.0.0.99")) {
            var connect = "CONNECT " + HOST + ":443 HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";
            assertThat(client.send(connect).receive().status()).isEqualTo(403);
        }
    }

    @Test
    void hasAnAddressInTheResolver() throws IOException {
        var dns = new TestDns(PROXY, TestProxy.SANDBOX);

        assertThat(TestDns.records(dns.overUdp(TestDns.query(HOST, 1)))).isEqualTo(1);
        assertThat(TestDns.code(dns.overUdp(TestDns.query("x." + HOST, 1)))).isEqualTo(TestDns.REFUSED);
    }
}
