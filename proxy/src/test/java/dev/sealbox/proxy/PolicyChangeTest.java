package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.egress.SandboxAddress;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Policies that change while connections are open. */
class PolicyChangeTest {
    private static final String HOST = "api.example.com";

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = set.secure(HOST, (request, out) -> {
        TestUpstream.respond(out, 200, "", "ok");
        return true;
    });
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST);
    private final String token = policy.secret("API_KEY", "first-value").value();
    private final SandboxAddress address = new SandboxAddress(policy.sandbox(), TestProxy.SANDBOX);

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void usesANewValueFromTheNextRequestOn() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/", "X: " + token);
            assertThat(upstream.last().field("X")).hasValue("first-value");

            policy.secret("API_KEY", "second-value");
            proxy.admit(TestProxy.SANDBOX, policy);
            client.get(HOST, "/", "X: " + token);

            assertThat(upstream.last().field("X")).hasValue("second-value");
            // The connection that the former value went over serves nobody any more.
            assertThat(upstream.connections()).isEqualTo(2);
        }
    }

    @Test
    void refusesTheNextRequestWhenTheHostIsTakenAway() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/").status()).isEqualTo(200);

            policy.allow("elsewhere.example.com");
            proxy.admit(TestProxy.SANDBOX, policy);

            assertThat(client.get(HOST, "/").status()).isEqualTo(403);
        }
    }

    @Test
    void sendsTheTokenLiterallyWhenTheSecretIsTakenAway() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/", "X: " + token);
            policy.remove("API_KEY");
            proxy.admit(TestProxy.SANDBOX, policy);

            client.get(HOST, "/", "X: " + token);

            assertThat(upstream.last().field("X")).hasValue(token);
        }
    }

    @Test
    void ignoresAnOlderRevision() throws IOException {
        policy.secret("API_KEY", "newer-value");
        TestProxy.await(proxy.proxy.admit(address, policy.at(10)));
        policy.secret("API_KEY", "older-value");
        TestProxy.await(proxy.proxy.admit(address, policy.at(9)));

        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/", "X: " + token);
        }
        assertThat(upstream.last().field("X")).hasValue("newer-value");
    }

    @Test
    void keepsThePresentPolicyWhenAValueCannotBeOpened() throws IOException {
        policy.secret("API_KEY", "shredded-value");
        TestProxy.await(proxy.vault.destroy(List.of(policy.encrypted("API_KEY").key())));

        assertThatThrownBy(() -> proxy.admit(TestProxy.SANDBOX, policy)).hasMessageContaining("opening the secrets");

        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/", "X: " + token);
        }
        assertThat(upstream.last().field("X")).hasValue("first-value");
    }

    @Test
    void opensAValueOnlyOnce() {
        int before = proxy.vault.opened.get();

        proxy.admit(TestProxy.SANDBOX, policy);

        assertThat(proxy.vault.opened.get()).isEqualTo(before);
    }

    @Test
    void endsTheConnectionsOfAnExpelledSandbox() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/").status()).isEqualTo(200);

            TestProxy.await(proxy.proxy.expel(policy.sandbox()));

            assertThat(client.isAtEnd()).isTrue();
        }
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            assertThat(client.receive().status()).isEqualTo(403);
        }
    }

    @Test
    void givesAnAddressToItsNextSandboxAndEndsTheFormer() throws IOException {
        var next = proxy.policy().allow(HOST);
        var nexts = next.secret("API_KEY", "the next one's value").value();
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            proxy.admit(TestProxy.SANDBOX, next);
            assertThat(client.isAtEnd()).isTrue();
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            // What the address could do before means nothing: the former one's token is a stranger's.
            assertThat(client.get(HOST, "/", "X: " + token).field("x-sealbox-decision"))
                    .hasValue("token.unknown");
            assertThat(proxy.ledger.only().sender().sandbox()).isEqualTo(next.sandbox());
            client.get(HOST, "/", "Y: " + nexts);
        }
        assertThat(upstream.last().field("Y")).hasValue("the next one's value");
    }

    @Test
    void neverSharesAnUpstreamConnectionBetweenOrganisations() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/");
        }
        var foreign = proxy.policy().of("another").allow(HOST);
        proxy.admit("127.0.0.4", foreign);
        for (int i = 0; i < 4; i++) {
            var socket = proxy.connect("127.0.0.4", proxy.proxy.ports().tls());
            try (var client = proxy.secured(socket, HOST, "another")) {
                client.get(HOST, "/");
            }
        }
        assertThat(upstream.connections()).isGreaterThanOrEqualTo(2);
    }
}
