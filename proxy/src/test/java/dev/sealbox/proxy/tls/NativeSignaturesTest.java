package dev.sealbox.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.OrganizationId;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures of certificates in native code are the same as the JDK's. */
class NativeSignaturesTest {
    private static final String JDK = "SunEC";
    private static final Provider SIGNERS = new BouncyCastleProvider();

    private final CertificateAuthority authority =
            CertificateAuthority.read(CertificateAuthority.create(new OrganizationId("acme"), Instant.now()));

    private X509Certificate leaf() throws Exception {
        return authority.leaf(
                HostName.parse("api.example.com"), CertificateAuthority.keys().getPublic(), Instant.now());
    }

    private static X509Certificate read(byte[] encoded) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }

    private static void verify(X509Certificate leaf, X509Certificate root) throws Exception {
        var trust = (X509TrustManager) UpstreamTls.trust(List.of(root)).getTrustManagers()[0];
        trust.checkServerTrusted(new X509Certificate[] {leaf, root}, "ECDHE_ECDSA");
    }

    /** On the two kinds of machine that Sealbox is for. Elsewhere this fails, and says so. */
    @Test
    void areThere() {
        assertThat(NativeSignatures.provider()).isPresent();
    }

    @Test
    void areUnderstoodByTheJdk() throws Exception {
        leaf().verify(authority.certificate().getPublicKey(), JDK);
    }

    @Test
    void areCheckedWhereAChainIs() throws Exception {
        var leaf = leaf();
        verify(leaf, authority.certificate());

        var encoded = leaf.getEncoded();
        encoded[encoded.length - 1] ^= 1;
        var altered = read(encoded);

        assertThatThrownBy(() -> altered.verify(authority.certificate().getPublicKey(), JDK))
                .isInstanceOf(SignatureException.class);
        assertThatThrownBy(() -> verify(altered, authority.certificate())).isInstanceOf(CertificateException.class);
    }

    @Test
    void doNotCoverForAnotherHolderOfTheNameOrForTime() throws Exception {
        var root = KeyPairGenerator.getInstance("EC").generateKeyPair();
        var other = KeyPairGenerator.getInstance("EC").generateKeyPair();
        var now = Instant.now();
        var trusted = certificate("SHA256withECDSA", root, root, true, now);

        assertThatThrownBy(() -> verify(certificate("SHA256withECDSA", other, other, false, now), trusted))
                .isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> verify(
                        certificate("SHA256withECDSA", root, other, false, now.minus(Duration.ofDays(9))), trusted))
                .isInstanceOf(CertificateException.class);
    }

    /** Those of the web's authorities. */
    @ParameterizedTest
    @CsvSource({
        "EC, 256, SHA256withECDSA",
        "EC, 384, SHA384withECDSA",
        "EC, 521, SHA512withECDSA",
        "RSA, 2048, SHA256withRSA",
        "RSA, 2048, SHA384withRSA",
        "RSA, 2048, SHA512withRSA",
        "RSA, 2048, SHA256withRSAandMGF1",
    })
    void areOfEveryKindInUse(String type, int bits, String algorithm) throws Exception {
        var generator = KeyPairGenerator.getInstance(type);
        generator.initialize(bits);
        var root = generator.generateKeyPair();
        var now = Instant.now();
        var trusted = certificate(algorithm, root, root, true, now);
        var leaf = certificate(algorithm, root, generator.generateKeyPair(), false, now);

        assertThatCode(() -> verify(leaf, trusted)).doesNotThrowAnyException();

        var encoded = leaf.getEncoded();
        encoded[encoded.length - 1] ^= 1;
        assertThat(Arrays.equals(encoded, leaf.getEncoded())).isFalse();
        assertThatThrownBy(() -> verify(read(encoded), trusted)).isInstanceOf(CertificateException.class);
    }

    private static X509Certificate certificate(
            String algorithm, KeyPair issuer, KeyPair of, boolean authority, Instant from) throws Exception {
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=root"),
                BigInteger.valueOf(from.toEpochMilli()),
                Date.from(from.minus(Duration.ofDays(1))),
                Date.from(from.plus(Duration.ofDays(5))),
                new X500Name(authority ? "CN=root" : "CN=leaf"),
                of.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        var signer = new JcaContentSignerBuilder(algorithm).setProvider(SIGNERS).build(issuer.getPrivate());
        return read(builder.build(signer).getEncoded());
    }
}
