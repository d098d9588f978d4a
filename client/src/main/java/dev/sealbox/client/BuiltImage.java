package dev.sealbox.client;

import org.jspecify.annotations.Nullable;

/**
 * A snapshot, or an image of the cache.
 *
 * @param name none of one of the cache
 * @param contentHash the same for images with the same base and steps
 * @param status {@code building}, {@code ready} or {@code failed}
 * @param createdAt RFC 3339
 */
public record BuiltImage(String id, @Nullable String name, String contentHash, String status, String createdAt) {}
