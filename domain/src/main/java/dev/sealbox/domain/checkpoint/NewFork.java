package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.sandbox.ContainerRuntime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a person asks for when forking.
 *
 * @param store layered on top of the inherited ones
 * @param envs win over the inherited ones, name by name
 * @param metadata wins over the inherited, key by key
 * @param memoryMB raised to the checkpoint's when lower; empty means the checkpoint's
 * @param within the only stores, inherited ones included, that the fork may stand on; empty for any
 * @param siting what is wanted of its hosts
 * @param runtime what runs it; empty for what runs the checkpoint's sandbox
 */
public record NewFork(
        Optional<StoreName> store,
        int timeoutSeconds,
        Map<String, String> envs,
        Map<String, String> metadata,
        Optional<Integer> memoryMB,
        Optional<Set<StoreName>> within,
        Siting siting,
        Optional<ContainerRuntime> runtime) {

    /** On any host, run as its checkpoint's sandbox was. */
    public NewFork(
            Optional<StoreName> store,
            int timeoutSeconds,
            Map<String, String> envs,
            Map<String, String> metadata,
            Optional<Integer> memoryMB,
            Optional<Set<StoreName>> within) {
        this(store, timeoutSeconds, envs, metadata, memoryMB, within, Siting.ANYWHERE, Optional.empty());
    }

    public boolean mayStandOn(List<StoreName> layers) {
        return within.isEmpty() || within.get().containsAll(layers);
    }
}
