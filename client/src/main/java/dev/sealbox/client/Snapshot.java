package dev.sealbox.client;

import org.jspecify.annotations.Nullable;

/**
 * A named image, or one of the cache.
 *
 * @param name none of one of the cache
 * @param contentHash the same for images with the same base and steps
 * @param status {@code building}, {@code ready} or {@code failed}
 * @param errorMsg why it failed
 */
public record Snapshot(
        String id,
        @Nullable String name,
        String contentHash,
        String status,
        @Nullable String errorMsg,
        String createdAt) {

    public boolean isReady() {
        return status.equals("ready");
    }

    public boolean isFailed() {
        return status.equals("failed");
    }
}
