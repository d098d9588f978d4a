package dev.sealbox.domain.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs file links with HMAC-SHA256 under a key that only the deployment's nodes have. Thread-safe. */
public final class FileLinks {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secret;

    /**
     * @param secret the same on every node, and after a restart; used for nothing else
     */
    public FileLinks(byte[] secret) {
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    /** What a deployment's secret is derived from, so that it is not that of another purpose. */
    public static byte[] purpose() {
        return "sealbox/file-links/1".getBytes(StandardCharsets.US_ASCII);
    }

    /** 64 lower-case hex digits. */
    public String signature(FileLink link) {
        return HexFormat.of().formatHex(mac(link));
    }

    /** Whether {@code claimed} is the link's signature; takes as long for a wrong one as for a right one. */
    public boolean verifies(FileLink link, String claimed) {
        return MessageDigest.isEqual(
                signature(link).getBytes(StandardCharsets.UTF_8), claimed.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] mac(FileLink link) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            for (var field : List.of(
                    link.organization().value(),
                    link.keyId(),
                    link.sandbox().value(),
                    link.use().name(),
                    Long.toString(link.expires()),
                    link.path())) {
                // With its length, so that no two links are the same text.
                var bytes = field.getBytes(StandardCharsets.UTF_8);
                mac.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                mac.update(bytes);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "FileLinks[redacted]";
    }
}
