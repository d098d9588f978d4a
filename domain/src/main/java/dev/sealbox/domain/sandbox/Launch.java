package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import java.util.List;
import java.util.Optional;

/**
 * All that a host must know to start a sandbox's container. No environment: that comes with each command.
 *
 * @param template the base root filesystem, such as {@code base}
 * @param layers the checkpoints that its files come from, newest first; empty for a fresh one
 * @param authority the organisation's certificate authority, PEM
 * @param origin the checkpoint that it was forked from, which it may know of itself
 * @param generation how often it was put back to a checkpoint; a host whose container is of an older one replaces it
 * @param kept whether its disk must be there already; then a missing one is a failure, and not made anew
 * @param resume whether it goes on with the processes that were kept with that disk, if they were; else they are dropped
 */
public record Launch(
        SandboxId sandbox,
        String template,
        List<CheckpointId> layers,
        Limits limits,
        String authority,
        Optional<CheckpointId> origin,
        int generation,
        boolean kept,
        boolean resume) {
    public Launch {
        layers = List.copyOf(layers);
    }

    /** The first start of a sandbox that is no fork. */
    public Launch(SandboxId sandbox, String template, List<CheckpointId> layers, Limits limits, String authority) {
        this(sandbox, template, layers, limits, authority, Optional.empty(), 0, false, false);
    }
}
