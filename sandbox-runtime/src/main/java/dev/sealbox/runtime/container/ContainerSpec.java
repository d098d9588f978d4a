package dev.sealbox.runtime.container;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Limits;
import java.nio.file.Path;

/**
 * What a container's configuration depends on.
 *
 * @param network the network namespace to join
 * @param number of the sandbox on its node, from 0 to 65535; no two that run have the same, unless there are more
 * @param cgroup the control group, from the root of the hierarchies
 */
public record ContainerSpec(SandboxId sandbox, int number, Path network, String cgroup, Limits limits, Fence fence) {

    /**
     * The host's user who makes the sandbox's user namespace, and as whom nothing ever runs. The kernel counts some
     * things, such as inotify instances, also towards the maker of the namespace they are used in: were that root, a
     * sandbox could take what other sandboxes and the host need.
     */
    int maker() {
        return fence.uidBase() + OciConfig.IDS + number;
    }

    /**
     * What is the same for all sandboxes of a node.
     *
     * @param uidBase the host's id of the sandbox's root
     */
    public record Fence(int uidBase, int pidsLimit, long shmBytes, int openFiles) {}
}
