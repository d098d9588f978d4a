package dev.sealbox.proxy.tls;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.OrganizationId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The authority that signs what one organisation's sandboxes are shown: ECDSA with P-256. Certificates begin two days
 * ago, since a sandbox's clock may be behind. Immutable.
 */
public final class CertificateAuthority {
    private static final Duration BACK_DATED = Duration.ofDays(2);
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    /** Clients refuse leaf certificates that are valid for more than 398 days. */
    private static final Duration LEAF_LIFE = Duration.ofDays(30);

    private static final int MAX_COMMON_NAME = 64;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final X509Certificate certificate;
    private final PrivateKey key;

    private CertificateAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /** The key material is unreadable or signing failed. */
    public static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Broken(String step, Throwable cause) {
            super(step, cause);
        }
    }

    /** Key and certificate of a new authority, as {@link #read} takes them: PEM. */
    public static byte[] create(OrganizationId organization, Instant now) {
        try {
            var keys = keys();
            var name = new X500NameBuilder(BCStyle.INSTANCE)
                    .addRDN(BCStyle.O, organization.value())
                    .addRDN(BCStyle.CN, "Sealbox egress authority")
                    .build();
            var builder = builder(name, name, keys.getPublic(), now, AUTHORITY_LIFE);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
            return pem(sign(builder, keys.getPrivate()), keys.getPrivate()).getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new Broken("making an authority", e);
        }
    }

    /** Reads what {@link #create} made. */
    public static CertificateAuthority read(byte[] material) {
        try (var parser = new PEMParser(new StringReader(new String(material, StandardCharsets.US_ASCII)))) {
            PrivateKey key = null;
            X509Certificate certificate = null;
            for (var part = parser.readPemObject(); part != null; part = parser.readPemObject()) {
                if (part.getType().equals("CERTIFICATE")) {
                    certificate = certificate(part.getContent());
                } else {
                    key = new JcaPEMKeyConverter().getPrivateKey(PrivateKeyInfo.getInstance(part.getContent()));
                }
            }
            if (key == null || certificate == null) {
                throw new IOException("the key or the certificate is missing");
            }
            return new CertificateAuthority(certificate, key);
        } catch (GeneralSecurityException | IOException e) {
            throw new Broken("reading an authority", e);
        }
    }

    /** The pair that all leaf certificates of this process share. */
    static KeyPair keys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
        return generator.generateKeyPair();
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** The certificate alone, PEM. */
    public String pem() {
        try {
            return pem(certificate);
        } catch (IOException e) {
            throw new Broken("writing an authority", e);
        }
    }

    /** A certificate for that host with that key. Takes about a millisecond. */
    X509Certificate leaf(HostName host, PublicKey leafKey, Instant now) {
        try {
            var issuer =
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            var subject = host.value().length() <= MAX_COMMON_NAME
                    ? new X500NameBuilder(BCStyle.INSTANCE)
                            .addRDN(BCStyle.CN, host.value())
                            .build()
                    : new X500Name("");
            var builder = builder(issuer, subject, leafKey, now, LEAF_LIFE);
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(certificate));
            builder.addExtension(
                    Extension.subjectAlternativeName, subject.getRDNs().length == 0, new GeneralNames(name(host)));
            return sign(builder, key);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new Broken("signing a certificate for " + host, e);
        }
    }

    private static GeneralName name(HostName host) {
        return new GeneralName(host.isAddress() ? GeneralName.iPAddress : GeneralName.dNSName, host.value());
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Instant now, Duration life) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(126, RANDOM).setBit(126),
                Date.from(now.minus(BACK_DATED)),
                Date.from(now.plus(life)),
                subject,
                key);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        var signer = new JcaContentSignerBuilder("SHA256withECDSA");
        NativeSignatures.provider().ifPresent(signer::setProvider);
        return certificate(builder.build(signer.build(key)).getEncoded());
    }

    private static X509Certificate certificate(byte[] encoded) throws GeneralSecurityException {
        var factory = CertificateFactory.getInstance("X.509");
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded));
    }

    private static String pem(Object... parts) throws IOException {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            for (var part : parts) {
                if (part instanceof PrivateKey key) {
                    writer.writeObject(new org.bouncycastle.util.io.pem.PemObject("PRIVATE KEY", key.getEncoded()));
                } else {
                    writer.writeObject(part);
                }
            }
        }
        return text.toString();
    }
}
