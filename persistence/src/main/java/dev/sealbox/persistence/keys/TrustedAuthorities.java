package dev.sealbox.persistence.keys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The certificate authorities that an operator names instead of the system's. */
final class TrustedAuthorities {
    private TrustedAuthorities() {}

    /**
     * Trusts the certificates of a PEM file, and no others.
     *
     * @throws KeyFailure when there are none
     */
    static SSLContext in(Path file) {
        try (var bytes = Files.newInputStream(file)) {
            var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(bytes)) {
                trusted.setCertificateEntry("ca-" + trusted.size(), certificate);
            }
            if (trusted.size() == 0) {
                throw new KeyFailure("the file " + file + " holds no certificate");
            }
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new KeyFailure("the certificates in " + file + " cannot be used: " + e.getMessage(), e);
        }
    }
}
