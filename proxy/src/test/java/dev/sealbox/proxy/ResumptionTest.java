package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.proxy.revocation.TestAuthority;
import dev.sealbox.proxy.revocation.TestAuthority.Wishes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A next connection to an upstream goes on with the TLS session of the one before. */
class ResumptionTest {
    private static final String HOST = "upstream.test";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void upstreamsAreSeldomSpokenToByAFullHandshake(String protocol) throws IOException, CertificateEncodingException {
        var authority = new TestAuthority();
        var root = folder.resolve("root.pem");
        var encoded = Base64.getMimeEncoder().encodeToString(authority.root().getEncoded());
        Files.writeString(root, "-----BEGIN CERTIFICATE-----\n" + encoded + "\n-----END CERTIFICATE-----\n");
        var set = new TestProxy.Builder()
                .settings("sealbox.proxy.loops = 1")
                .settings("sealbox.proxy.upstream.system-roots = \"" + root + "\"");
        // A session that goes on brings no staple along anew: the one of its beginning counts.
        var leaf = authority.leaf(HOST, new Wishes("", true, false));
        var staple = authority.staple(leaf.certificate(), false, Duration.ofDays(1));
        try (var upstream = new StaplingUpstream(leaf, staple, protocol)) {
            set.at(HOST, upstream.port());
            try (var proxy = set.start()) {
                proxy.admit(TestProxy.SANDBOX, proxy.policy().allow("*"));
                for (int i = 0; i < 8; i++) {
                    request(proxy);
                }
            }
            // The first shows that it does not speak HTTP/2, and is of another sort than those that follow.
            assertThat(upstream.handshakes).hasValue(8);
            assertThat(upstream.resumed.get()).isBetween(3, 7);
        }
    }

    private static void request(TestProxy proxy) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/").status()).isEqualTo(200);
        }
    }
}
