package dev.sealbox.domain.organization;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of an API key, in hex. Keys are random and long, so a slow hash would add nothing. */
public record ApiKeyHash(String hex) {
    private static final int ID_DIGITS = 12;

    public static ApiKeyHash of(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return new ApiKeyHash(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The key's id, which is no secret: {@code key-} and the first 48 bits of the hash. */
    public String keyId() {
        return "key-" + hex.substring(0, ID_DIGITS);
    }
}
