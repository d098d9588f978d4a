package dev.sealbox.runtime.container;

import dev.sealbox.domain.identity.SandboxId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The containers of a node that one runtime has made. They belong to no process of ours and outlive the server. */
public sealed interface Containers permits Runc, Runsc {

    /**
     * How a container is launched.
     *
     * @param mountFolder where relative paths of the mount options start
     * @param mountOptions of the overlay that is the disk
     * @param bundle the folder with {@code config.json}
     * @param groups the control groups that were made for it, as folders
     * @param memory the folder of what {@link #save} has made, for a container that goes on; empty for a new one
     */
    record Launching(
            ContainerSpec spec,
            Path mountFolder,
            String mountOptions,
            Path bundle,
            List<Path> groups,
            Path socket,
            Path log,
            Optional<Path> memory) {}

    /** What it can do with the memory of processes. */
    sealed interface Memory {
        /** Containers start with their process 1 and nothing else. */
        record None() implements Memory {}

        /** They can be saved. {@code version} is of the runtime: another one may not read it. */
        record Kept(String version) implements Memory {}
    }

    /** The content of {@code config.json}. */
    String configuration(ContainerSpec spec);

    /** Whether it needs control groups to be made, since it makes none. */
    boolean needsGroups();

    /** Whether a sandbox asks for its neighbours on the wire and does not take what its network namespace says of them. */
    boolean asksForNeighbours();

    /** Starts a container, detached from this process. */
    void run(Launching launching);

    /** Whether the processes of a container can be saved, and go on later. */
    Memory memory();

    /** Lets all processes of a container stand still; the network goes on. */
    void pause(SandboxId sandbox);

    /** Lets them go on. */
    void resume(SandboxId sandbox);

    /** Whether a process is in a folder that was removed, and cannot be saved; also when that cannot be seen. */
    boolean isInGoneFolder(SandboxId sandbox);

    /** Writes the memory of a container that stands still into an empty folder. That ends it, whether it succeeds or not. */
    void save(SandboxId sandbox, Path folder);

    /** Tells a container that was saved under another name its own. */
    void rename(SandboxId sandbox);

    /** Kills all processes and forgets the container; one that is not there is fine. */
    void delete(SandboxId sandbox);

    /** The containers whose process 1 lives. */
    Set<SandboxId> running();

    /** All that the runtime knows of, dead ones included. */
    Set<SandboxId> known();
}
