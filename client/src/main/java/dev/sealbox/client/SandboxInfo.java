package dev.sealbox.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the server tells of a sandbox.
 *
 * @param status {@code running}, {@code pending}, {@code stopped} or {@code error}
 * @param startedAt RFC 3339
 * @param fromCheckpointId the checkpoint that it was forked from, if it was
 */
public record SandboxInfo(
        String sandboxID,
        String status,
        String templateID,
        String startedAt,
        Map<String, String> metadata,
        int cpuCount,
        int memoryMB,
        @Nullable String fromCheckpointId) {}
