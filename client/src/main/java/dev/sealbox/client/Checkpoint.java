package dev.sealbox.client;

import org.jspecify.annotations.Nullable;

/**
 * A checkpoint of a sandbox.
 *
 * @param kind {@code full} or {@code disk_only}
 * @param status {@code processing}, then {@code ready} or {@code failed}
 * @param sizeBytes 0 while processing
 * @param memory whether forks on its host go on with its processes
 * @param createdAt RFC 3339
 * @param errorMsg why it failed, if it did
 */
public record Checkpoint(
        String id,
        String sandboxId,
        String name,
        String kind,
        String status,
        long sizeBytes,
        boolean memory,
        String createdAt,
        @Nullable String errorMsg) {

    public boolean isReady() {
        return status.equals("ready");
    }

    public boolean isFailed() {
        return status.equals("failed");
    }
}
