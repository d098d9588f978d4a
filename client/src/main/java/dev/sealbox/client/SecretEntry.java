package dev.sealbox.client;

import java.util.List;

/**
 * What may be known of a secret: never its value.
 *
 * @param allowedHosts where it may be revealed; empty means wherever the sandbox may go
 * @param locations in which parts of a request; empty when the server does not say
 * @param version the current one
 * @param versionState the current version's: {@code enabled}, {@code disabled} or {@code destroyed}
 * @param enabled whether sandboxes may use the secret, as far as its current version lets them
 * @param createdAt RFC 3339
 */
public record SecretEntry(
        String id,
        String storeId,
        String name,
        List<String> allowedHosts,
        List<String> locations,
        int version,
        String versionState,
        boolean enabled,
        String createdAt,
        String updatedAt) {}
