package dev.sealbox.persistence.keys;

import dev.sealbox.domain.audit.Notary;
import dev.sealbox.domain.sandbox.FileLink;
import dev.sealbox.domain.sandbox.FileLinks;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs with HMAC-SHA256 under a key derived from the deployment's signing key; nothing is stored. Thread-safe. */
public final class DerivedFileLinks implements FileLinks {
    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] PURPOSE = "sealbox/file-links/1".getBytes(StandardCharsets.US_ASCII);

    private final SecretKeySpec secret;

    /** Signatures of Ed25519 are the same each time, so every node and every start has the same key. */
    public DerivedFileLinks(Notary notary) {
        this.secret = new SecretKeySpec(notary.sign(PURPOSE), ALGORITHM);
    }

    /** 64 lower-case hex digits. */
    @Override
    public String signature(FileLink link) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return HexFormat.of().formatHex(mac.doFinal(link.statement()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        }
    }
}
