package dev.sealbox.persistence.archive;

import dev.sealbox.domain.image.ImageHash;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256. */
final class Digests {
    private Digests() {}

    static ImageHash image(byte[] statement) {
        try {
            return new ImageHash(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(statement)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
