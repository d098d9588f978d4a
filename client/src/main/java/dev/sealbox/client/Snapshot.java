package dev.sealbox.client;

import org.jspecify.annotations.Nullable;

/**
 * A named image.
 *
 * @param contentHash the same for images with the same base and steps
 * @param status {@code building}, {@code ready} or {@code failed}
 * @param errorMsg why it failed
 */
public record Snapshot(
        String id,
        String name,
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
