package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.proxy.revocation.TestAuthority;
import dev.sealbox.proxy.revocation.TestAuthority.Leaf;
import dev.sealbox.proxy.revocation.TestAuthority.Wishes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams whose authority has taken their certificates back get nothing. */
class RevokedUpstreamTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final TestAuthority authority = new TestAuthority();
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void close() throws Exception {
        for (var one : open) {
            one.close();
        }
    }

    private StaplingUpstream upstream(Leaf leaf, byte[] staple, String protocol) {
        var upstream = new StaplingUpstream(leaf, staple, protocol);
        open.add(upstream);
        return upstream;
    }

    /** What a request with a token is answered, by a proxy that trusts the authority; and once more, over a next connection. */
    private String decision(String host, StaplingUpstream upstream, TestProxy.Builder set) throws IOException {
        var root = folder.resolve("root.pem");
        Files.writeString(
                root,
                "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(encoded())
                        + "\n-----END CERTIFICATE-----\n");
        set.at(host, upstream.port());
        set.settings("sealbox.proxy.upstream.system-roots = \"" + root + "\"");
        try (var proxy = set.start()) {
            var policy = proxy.policy().allow("*");
            var token = policy.secret("API_KEY", "the-real-value").value();
            proxy.admit(TestProxy.SANDBOX, policy);
            var first = decision(proxy, host, token);
            assertThat(decision(proxy, host, token)).isEqualTo(first);
            return first;
        }
    }

    private static String decision(TestProxy proxy, String host, String token) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, host)) {
            var response = client.get(host, "/", "Authorization: Bearer " + token);
            return response.status() + " "
                    + response.field("x-sealbox-decision").orElse("");
        }
    }

    private byte[] encoded() {
        try {
            return authority.root().getEncoded();
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void isToldByTheStapleThatTheUpstreamBringsAlong(String protocol) throws IOException {
        var leaf = authority.leaf("upstream.test", Wishes.NONE);
        var revoked = upstream(leaf, authority.staple(leaf.certificate(), true, DAY), protocol);
        var good = upstream(leaf, authority.staple(leaf.certificate(), false, DAY), protocol);
        var strict = new TestProxy.Builder().settings("sealbox.proxy.upstream.revocation.mode = required");

        assertThat(decision("upstream.test", revoked, new TestProxy.Builder())).isEqualTo("502 upstream.revoked");
        assertThat(revoked.requests).hasValue(0);
        assertThat(decision("upstream.test", good, strict)).isEqualTo("200 ");
    }

    @Test
    void refusesWhoMustBringAStapleAndDoesNot() throws IOException {
        var leaf = authority.leaf("upstream.test", new Wishes("", true, false));
        var without = upstream(leaf, new byte[0], "TLSv1.3");
        var with = upstream(leaf, authority.staple(leaf.certificate(), false, DAY), "TLSv1.3");

        assertThat(decision("upstream.test", with, new TestProxy.Builder())).isEqualTo("200 ");

        assertThat(decision("upstream.test", without, new TestProxy.Builder()))
                .isEqualTo("502 upstream.revocation-unknown");
        assertThat(without.requests).hasValue(0);
    }

    @Test
    void isToldByTheOperatorsLists() throws IOException {
        var leaf = authority.leaf("upstream.test", Wishes.NONE);
        var lists = Files.createDirectory(folder.resolve("lists"));
        Files.write(lists.resolve("authority.crl"), authority.list(DAY, leaf.certificate()));
        var upstream = upstream(leaf, new byte[0], "TLSv1.3");
        var set = new TestProxy.Builder().settings("sealbox.proxy.upstream.revocation.lists = \"" + lists + "\"");

        assertThat(decision("upstream.test", upstream, set)).isEqualTo("502 upstream.revoked");
        assertThat(upstream.requests).hasValue(0);
    }

    @Test
    void fetchesTheListThatTheCertificateNames() throws IOException {
        var place = "http://lists.test/authority.crl?part=1";
        var leaf = authority.leaf("upstream.test", new Wishes(place, false, false));
        var upstream = upstream(leaf, new byte[0], "TLSv1.3");
        var list = authority.list(DAY, place, leaf.certificate());
        var set = new TestProxy.Builder().settings("sealbox.proxy.upstream.revocation.patience = 60 s");
        var lists = set.put("lists.test", TestUpstream.answering(set.certificates(), null, (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\nContent-Length: " + list.length + "\r\n\r\n"));
            out.write(list);
            return false;
        }));

        assertThat(decision("upstream.test", upstream, set)).isEqualTo("502 upstream.revoked");
        assertThat(upstream.requests).hasValue(0);
        assertThat(lists.requests).hasSize(1);
    }

    @Test
    void goesOnWithoutAListThatCannotBeHadUnlessItIsRequired() throws IOException {
        // A private address that no override names is dialled for no list either.
        var leaf = authority.leaf("upstream.test", new Wishes("http://127.0.0.1:1/authority.crl", false, false));
        var upstream = upstream(leaf, new byte[0], "TLSv1.3");
        var strict = new TestProxy.Builder().settings("sealbox.proxy.upstream.revocation.mode = required");

        assertThat(decision("upstream.test", upstream, new TestProxy.Builder())).isEqualTo("200 ");
        assertThat(decision("upstream.test", upstream, strict)).isEqualTo("502 upstream.revocation-unknown");
        assertThat(upstream.requests).hasValue(2);
    }
}
