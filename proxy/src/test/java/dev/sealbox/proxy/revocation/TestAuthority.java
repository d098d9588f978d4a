package dev.sealbox.proxy.revocation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.jcajce.JcaBasicOCSPRespBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** A real authority for upstreams, which takes certificates back in every way there is. */
public final class TestAuthority {
    private static final AtomicLong SERIALS = new AtomicLong(1000);

    private final KeyPair keys = keys();
    private final X500Name name = new X500Name("CN=Authority of a test " + SERIALS.incrementAndGet());
    private final X509Certificate root;

    /** A certificate and its key. */
    public record Leaf(X509Certificate certificate, KeyPair keys) {}

    /** Where a certificate says what else is to be known of it. */
    public record Wishes(String list, boolean staple, boolean responder) {
        public static final Wishes NONE = new Wishes("", false, false);
    }

    public TestAuthority() {
        this.root = certificate(name, keys, Wishes.NONE, true);
    }

    private static KeyPair keys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public X509Certificate root() {
        return root;
    }

    public Leaf leaf(String host, Wishes wishes) {
        var own = keys();
        return new Leaf(certificate(new X500Name("CN=" + host), own, wishes, false), own);
    }

    private X509Certificate certificate(X500Name subject, KeyPair own, Wishes wishes, boolean authority) {
        try {
            var now = Instant.now();
            var builder = new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.valueOf(SERIALS.incrementAndGet()),
                    Date.from(now.minus(Duration.ofDays(1))),
                    Date.from(now.plus(Duration.ofDays(1))),
                    subject,
                    own.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!authority) {
                var host = subject.toString().substring(3);
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(2, host)));
            }
            if (!wishes.list().isEmpty()) {
                var points = new DistributionPoint[] {new DistributionPoint(at(wishes.list()), null, null)};
                builder.addExtension(Extension.cRLDistributionPoints, false, new CRLDistPoint(points));
            }
            if (wishes.staple()) {
                var features = new ASN1EncodableVector();
                features.add(new ASN1Integer(5));
                builder.addExtension(new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.24"), false, new DERSequence(features));
            }
            if (wishes.responder()) {
                builder.addExtension(
                        Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning));
            }
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(builder.build(signer(keys)).getEncoded()));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DistributionPointName at(String place) {
        return new DistributionPointName(
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, place)));
    }

    private static ContentSigner signer(KeyPair keys) throws OperatorCreationException {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    }

    /** A list of those revoked, in force from now for {@code life}, DER. */
    public byte[] list(Duration life, X509Certificate... revoked) {
        return list(life, "", revoked);
    }

    /** As above, of the part of its certificates that name that place. */
    public byte[] list(Duration life, String place, X509Certificate... revoked) {
        try {
            var now = Instant.now();
            var builder = new JcaX509v2CRLBuilder(root, Date.from(now.minus(Duration.ofHours(2))));
            builder.setNextUpdate(Date.from(now.plus(life)));
            for (var one : List.of(revoked)) {
                builder.addCRLEntry(one.getSerialNumber(), Date.from(now), CRLReason.keyCompromise);
            }
            if (!place.isEmpty()) {
                builder.addExtension(
                        Extension.issuingDistributionPoint,
                        true,
                        new IssuingDistributionPoint(at(place), false, false, null, false, false));
            }
            return builder.build(signer(keys)).getEncoded();
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What its responder says of a certificate, in force from an hour ago for {@code life}. */
    public byte[] staple(X509Certificate of, boolean revoked, Duration life) {
        return staple(of, revoked, life, new Leaf(root, keys));
    }

    /** As above, signed by another. */
    public byte[] staple(X509Certificate of, boolean revoked, Duration life, Leaf responder) {
        try {
            var digests = new JcaDigestCalculatorProviderBuilder().build();
            var now = Instant.now();
            var status = revoked ? new RevokedStatus(Date.from(now), CRLReason.keyCompromise) : CertificateStatus.GOOD;
            BasicOCSPRespBuilder builder =
                    new JcaBasicOCSPRespBuilder(responder.certificate().getPublicKey(), digests.get(RespID.HASH_SHA1));
            builder.addResponse(
                    new CertificateID(
                            digests.get(CertificateID.HASH_SHA1),
                            new X509CertificateHolder(root.getEncoded()),
                            of.getSerialNumber()),
                    status,
                    Date.from(now.minus(Duration.ofHours(1))),
                    Date.from(now.minus(Duration.ofHours(1)).plus(life)));
            var chain = new X509CertificateHolder[] {
                new X509CertificateHolder(responder.certificate().getEncoded())
            };
            OCSPResp response = new OCSPRespBuilder()
                    .build(OCSPRespBuilder.SUCCESSFUL, builder.build(signer(responder.keys()), chain, Date.from(now)));
            return response.getEncoded();
        } catch (GeneralSecurityException | IOException | OCSPException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
