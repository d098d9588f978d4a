package dev.sealbox.demo.upstream;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** A certificate authority of its own, made at start and held in memory only. Immutable. */
public final class TestAuthority {
    private static final Duration SKEW = Duration.ofHours(1);
    private static final Duration LIFETIME = Duration.ofDays(2);
    private static final X500Name NAME = new X500Name("CN=Sealbox test upstreams");
    private static final char[] NO_PASSWORD = {};

    private final SecureRandom random = new SecureRandom();
    private final KeyPair keys;
    private final X509Certificate certificate;

    public TestAuthority() {
        keys = keyPair();
        certificate = signed(NAME, keys, List.of());
    }

    /** The authority's certificate, PEM. */
    public String pem() {
        return pem(certificate);
    }

    /** What a server needs to be {@code hosts}: a fresh key and a certificate for these names. */
    public SSLContext server(List<String> hosts) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(keys(hosts).getKeyManagers(), null, random);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS context for " + hosts, e);
        }
    }

    /** The same for servers with a TLS of their own. */
    public KeyManagerFactory keys(List<String> hosts) {
        try {
            var leafKeys = keyPair();
            var leaf = signed(new X500Name("CN=" + hosts.getFirst()), leafKeys, hosts);
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry("leaf", leafKeys.getPrivate(), NO_PASSWORD, new X509Certificate[] {leaf, certificate});
            var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keyManagers.init(store, NO_PASSWORD);
            return keyManagers;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no key for " + hosts, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a server shows and proves, PEM. */
    public record Pem(String chain, String key) {
        /** Without the key. */
        @Override
        public String toString() {
            return chain;
        }
    }

    /** As {@link #server}, for servers that are not the JDK's. */
    public Pem pemServer(List<String> hosts) {
        return pem(hosts, keyPair());
    }

    /** As {@link #pemServer} with an RSA key, which is all that Akka reads. */
    public Pem pemNode(List<String> hosts) {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048, random);
            return pem(hosts, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no RSA key", e);
        }
    }

    private Pem pem(List<String> hosts, KeyPair leafKeys) {
        var leaf = signed(new X500Name("CN=" + hosts.getFirst()), leafKeys, hosts);
        return new Pem(
                pem(leaf),
                pem(new PemObject("PRIVATE KEY", leafKeys.getPrivate().getEncoded())));
    }

    private static String pem(Object part) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private KeyPair keyPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no P-256 key", e);
        }
    }

    /** A leaf for {@code hosts}, or the authority itself when there are none. */
    private X509Certificate signed(X500Name subject, KeyPair subjectKeys, List<String> hosts) {
        var now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                NAME,
                new BigInteger(120, random),
                Date.from(now.minus(SKEW)),
                Date.from(now.plus(LIFETIME)),
                subject,
                subjectKeys.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(hosts.isEmpty()));
            if (hosts.isEmpty()) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
            } else {
                var names = hosts.stream().map(host -> new GeneralName(GeneralName.dNSName, host));
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("could not sign a certificate for " + subject, e);
        }
    }
}
