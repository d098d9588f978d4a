package dev.sealbox.domain.preview;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of a preview token, in hex: all that is kept of one. */
public record PreviewHash(String hex) {

    public static PreviewHash of(String token) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return new PreviewHash(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Whether this is the hash of {@code claimed}; takes as long for a wrong one as for the right one. */
    public boolean isOf(String claimed) {
        return MessageDigest.isEqual(
                hex.getBytes(StandardCharsets.US_ASCII), of(claimed).hex().getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String toString() {
        return "PreviewHash[hidden]";
    }
}
