package dev.sealbox.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.OrganizationId;
import io.netty.handler.ssl.OpenSsl;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2030-05-06T07:08:09Z");

    private final CertificateAuthority authority =
            CertificateAuthority.read(CertificateAuthority.create(new OrganizationId("acme"), NOW));

    @Test
    void signsForANameOrAnAddress() throws Exception {
        assertThat(leaf("api.example.com").getSubjectAlternativeNames()).containsExactly(List.of(2, "api.example.com"));
        assertThat(leaf("93.184.216.34").getSubjectAlternativeNames()).containsExactly(List.of(7, "93.184.216.34"));
        assertThat(leaf("2606:4700::1111").getSubjectAlternativeNames())
                .containsExactly(List.of(7, "2606:4700:0:0:0:0:0:1111"));
    }

    @Test
    void signsForNamesThatFitNoCommonName() throws Exception {
        var host = "a".repeat(60) + "." + "b".repeat(60) + ".example.com";

        assertThat(leaf(host).getSubjectAlternativeNames()).containsExactly(List.of(2, host));
        assertThat(leaf(host).getCriticalExtensionOIDs()).contains("2.5.29.17");
    }

    @Test
    void signsWhatClientsWithASlowClockAccept() throws Exception {
        var leaf = leaf("api.example.com");

        leaf.verify(authority.certificate().getPublicKey());
        for (var certificate : List.of(leaf, authority.certificate())) {
            certificate.checkValidity(Date.from(NOW.minus(Duration.ofHours(25))));
            certificate.checkValidity(Date.from(NOW.plus(Duration.ofDays(2))));
        }
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    }

    @Test
    void mayNotHaveAuthoritiesBelowIt() {
        assertThat(authority.certificate().getBasicConstraints()).isZero();
        assertThat(authority.pem()).startsWith("-----BEGIN CERTIFICATE-----").doesNotContain("PRIVATE");
    }

    @Test
    void runsOnTheNativeLibrary() {
        assertThat(OpenSsl.isAvailable()).as("BoringSSL on this machine").isTrue();
    }

    private X509Certificate leaf(String host) throws Exception {
        return authority.leaf(HostName.parse(host), CertificateAuthority.keys().getPublic(), NOW);
    }
}
