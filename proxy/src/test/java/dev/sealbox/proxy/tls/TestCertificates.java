package dev.sealbox.proxy.tls;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.OrganizationId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority for upstreams of tests, and trust in any authority. */
public final class TestCertificates {
    private final CertificateAuthority authority =
            CertificateAuthority.read(CertificateAuthority.create(new OrganizationId("upstreams"), Instant.now()));

    public String pem() {
        return authority.pem();
    }

    /** A server that shows a certificate for that host. */
    public SSLContext server(String host) {
        return server(host, Instant.now());
    }

    /** As above, with a certificate made at that time. */
    public SSLContext server(String host, Instant made) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(keys(host, made).getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A key and a certificate for that host. */
    public KeyManagerFactory keys(String host) {
        return keys(host, Instant.now());
    }

    private KeyManagerFactory keys(String host, Instant made) {
        try {
            KeyPair keys = CertificateAuthority.keys();
            var leaf = authority.leaf(HostName.parse(host), keys.getPublic(), made);
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "leaf", keys.getPrivate(), new char[0], new Certificate[] {leaf, authority.certificate()});
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, new char[0]);
            return managers;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A client that trusts that authority and no other. */
    public static SSLContext client(String pem) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry(
                    "ca",
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
            var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
