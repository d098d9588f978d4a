package dev.sealbox.domain.image;

import dev.sealbox.domain.InvalidValue;
import java.util.regex.Pattern;

/** What an image's base and steps come to: SHA-256, 64 hex digits, the {@code cacheKey()} of the TypeScript SDK. */
public record ImageHash(String hex) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    public ImageHash {
        if (!FORM.matcher(hex).matches()) {
            throw new InvalidValue("an image hash is 64 hex digits");
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
