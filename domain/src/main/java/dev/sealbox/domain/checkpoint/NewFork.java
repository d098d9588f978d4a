package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.identity.StoreName;
import java.util.Map;
import java.util.Optional;

/**
 * What a person asks for when forking.
 *
 * @param store layered on top of the inherited ones
 * @param envs win over the inherited ones, name by name
 * @param metadata wins over the inherited, key by key
 * @param memoryMB raised to the checkpoint's when lower; empty means the checkpoint's
 */
public record NewFork(
        Optional<StoreName> store,
        int timeoutSeconds,
        Map<String, String> envs,
        Map<String, String> metadata,
        Optional<Integer> memoryMB) {}
