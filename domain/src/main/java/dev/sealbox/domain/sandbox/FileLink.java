package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Leave to do one thing with one file for some time, for whoever holds it. {@link FileLinks} makes it unforgeable.
 *
 * @param keyId the API key in whose name the holder acts
 * @param expires Unix seconds; the last second in which it is good
 */
public record FileLink(
        OrganizationId organization, String keyId, SandboxId sandbox, Use use, String path, long expires) {
    private static final int DEFAULT_SECONDS = 3600;
    private static final int MOST_SECONDS = 86_400;
    private static final int MAX_KEY_ID = 128;

    /** What its holder may do. */
    public enum Use {
        DOWNLOAD,
        UPLOAD
    }

    public FileLink {
        if (keyId.isEmpty() || keyId.length() > MAX_KEY_ID) {
            throw new InvalidValue("a key's id has 1 to " + MAX_KEY_ID + " characters");
        }
    }

    /**
     * When a link made now expires.
     *
     * @param wanted seconds; 0 and less mean an hour, and nothing is longer than a day
     */
    public static long expiry(Instant now, int wanted) {
        return now.getEpochSecond() + (wanted <= 0 ? DEFAULT_SECONDS : Math.min(wanted, MOST_SECONDS));
    }

    /** What is signed: every part with its length, so that no two links are the same bytes. */
    public byte[] statement() {
        return Stream.of(organization.value(), keyId, sandbox.value(), use.name(), Long.toString(expires), path)
                .map(part -> part.getBytes(StandardCharsets.UTF_8).length + ":" + part)
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
    }

    public boolean isExpired(Instant now) {
        return now.getEpochSecond() > expires;
    }
}
