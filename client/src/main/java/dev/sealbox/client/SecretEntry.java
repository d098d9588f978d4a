package dev.sealbox.client;

import java.util.List;

/**
 * What may be known of a secret: never its value.
 *
 * @param allowedHosts where it may be revealed; empty means wherever the sandbox may go
 * @param createdAt RFC 3339
 */
public record SecretEntry(
        String id, String storeId, String name, List<String> allowedHosts, String createdAt, String updatedAt) {}
