package dev.sealbox.runtime.rootfs;

import dev.sealbox.domain.sandbox.TrustFiles;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The certificates that a sandbox trusts: the public roots of its template and its organisation's authority, never what
 * was in an earlier disk.
 */
public final class Trust {
    private Trust() {}

    /**
     * The trust files by their path.
     *
     * @param roots PEM
     * @param authority PEM
     */
    public static Map<String, byte[]> files(String roots, String authority) {
        if (certificates(authority.getBytes(StandardCharsets.UTF_8)).isEmpty()) {
            throw new RuntimeFailure("trust", "the authority holds no certificate");
        }
        var ended = roots.endsWith("\n") ? roots : roots + "\n";
        var bundle = (ended + authority).getBytes(StandardCharsets.UTF_8);
        var alone = authority.getBytes(StandardCharsets.UTF_8);
        var files = new LinkedHashMap<String, byte[]>();
        files.put(TrustFiles.AUTHORITY, alone);
        files.put("/usr/local/share/ca-certificates/sealbox.crt", alone);
        files.put(TrustFiles.BUNDLE, bundle);
        files.put(TrustFiles.PKCS12, keyStore(bundle));
        return files;
    }

    private static byte[] keyStore(byte[] bundle) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            var number = 0;
            for (var certificate : certificates(bundle)) {
                store.setCertificateEntry("root-" + number++, certificate);
            }
            var bytes = new ByteArrayOutputStream();
            store.store(bytes, TrustFiles.PKCS12_PASSWORD.toCharArray());
            return bytes.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new RuntimeFailure("trust", e);
        }
    }

    private static Collection<? extends Certificate> certificates(byte[] pem) {
        try {
            return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
        } catch (CertificateException e) {
            throw new RuntimeFailure("trust", e);
        }
    }
}
