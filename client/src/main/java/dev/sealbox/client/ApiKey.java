package dev.sealbox.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What may be known of an API key.
 *
 * @param role {@code admin}, {@code operator}, {@code agent-launcher} or {@code auditor}
 * @param stores those that an {@code agent-launcher} may start sandboxes with
 * @param createdBy the id of the key that asked for it
 * @param expiresAt RFC 3339; null for never
 * @param lastUsedAt RFC 3339, roughly; null when it was never used
 * @param revokedAt RFC 3339; null unless {@code revoked}
 */
public record ApiKey(
        String id,
        String name,
        String role,
        List<String> stores,
        String createdAt,
        String createdBy,
        @Nullable String expiresAt,
        @Nullable String lastUsedAt,
        boolean revoked,
        @Nullable String revokedAt) {}
