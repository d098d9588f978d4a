package dev.sealbox.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the server tells of a sandbox.
 *
 * @param status {@code running}, {@code pending}, {@code stopped} or {@code error}
 * @param startedAt RFC 3339
 * @param fromCheckpointId the checkpoint that it was forked from, or that stands for its image
 * @param patchError why the last patch failed in it
 * @param warnings what its store has widened when it was forked
 */
public record SandboxInfo(
        String sandboxID,
        String status,
        String templateID,
        String startedAt,
        Map<String, String> metadata,
        int cpuCount,
        int memoryMB,
        @Nullable String fromCheckpointId,
        @Nullable String patchError,
        @Nullable List<String> warnings) {}
