package dev.sealbox.runtime.container;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Limits;
import java.nio.file.Path;

/**
 * What a container's configuration depends on.
 *
 * @param network the network namespace to join
 * @param cgroup the control group, from the root of the hierarchies
 */
public record ContainerSpec(SandboxId sandbox, Path network, String cgroup, Limits limits, Fence fence) {

    /**
     * What is the same for all sandboxes of a node.
     *
     * @param uidBase the host's id of the sandbox's root
     */
    public record Fence(int uidBase, int pidsLimit, long shmBytes, int openFiles) {}
}
