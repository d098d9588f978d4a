package dev.sealbox.domain.image;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;

/** What an image's base and steps come to: SHA-256, 64 hex digits, the {@code cacheKey()} of the TypeScript SDK. */
public record ImageHash(String hex) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    public ImageHash {
        if (!FORM.matcher(hex).matches()) {
            throw new InvalidValue("an image hash is 64 hex digits");
        }
    }

    /** What stands for this image of an organisation where a checkpoint is asked for; no other thing has this id. */
    public CheckpointId checkpoint(OrganizationId organization) {
        var digest = sha256("sealbox.image\n" + organization.value() + "\n" + hex);
        // The version and the variant of a UUID that means what its maker says.
        var high = (digits(digest, 0) & ~0xF000L) | 0x8000L;
        var low = (digits(digest, 16) & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new CheckpointId(new UUID(high, low));
    }

    private static long digits(String text, int from) {
        return Long.parseUnsignedLong(text, from, from + 16, 16);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
