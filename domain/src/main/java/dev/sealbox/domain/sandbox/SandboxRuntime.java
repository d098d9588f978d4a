package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Port: the containers of this host. Thread-safe. Every method may be repeated after a crash and then finishes what was
 * begun. A stage fails with an exception whose message names the step that failed.
 */
public interface SandboxRuntime extends SandboxFiles {

    /**
     * A sandbox that runs.
     *
     * @param resumed whether it began with the processes that {@link #park} has kept
     */
    record Started(SandboxAddress address, boolean resumed) {}

    /** Starts the sandbox, or says where it is if it runs already. Complete when the first command can run. */
    CompletionStage<Started> start(Launch launch);

    /**
     * Ends the processes and the network of a sandbox and keeps its disk, from which {@link #start} goes on; done already
     * is done.
     *
     * @param memory whether to keep what the processes have in memory as well, if that can be done; if not, what was kept
     *     before is dropped
     * @return the bytes of what is kept, without what the disk stands on
     */
    CompletionStage<Taken> park(SandboxId sandbox, boolean memory);

    /**
     * Copies the disk of a sandbox that is parked as a layer named {@code image}, done already is done.
     *
     * @return whether there is room for it
     */
    CompletionStage<Boolean> image(SandboxId sandbox, CheckpointId image);

    /** Every sandbox that has a disk here, awake or parked. */
    CompletionStage<List<SandboxId>> disks();

    /** Changes memory and CPU of a sandbox that runs. Fails with {@link SandboxMissing} when it does not run here. */
    CompletionStage<Void> limit(SandboxId sandbox, Limits limits);

    /**
     * The bytes of memory that a sandbox uses, without what the kernel can drop at once. Fails with
     * {@link SandboxMissing} when it does not run here.
     */
    CompletionStage<Long> memoryInUse(SandboxId sandbox);

    /** Ends the processes and removes the sandbox's disk and network; done already is done. */
    CompletionStage<Void> stop(SandboxId sandbox);

    /** Runs a command to its end. Fails with {@link SandboxMissing} when the sandbox does not run here. */
    CompletionStage<CommandResult> run(SandboxId sandbox, Command command);

    /**
     * Copies the sandbox's files as a layer named {@code checkpoint}, with the processes paused meanwhile.
     *
     * @param memory whether to keep what the processes have in memory as well, if that can be done without harm
     */
    CompletionStage<Taken> checkpoint(SandboxId sandbox, CheckpointId checkpoint, boolean memory);

    /** Lets a layer go; its files disappear when no sandbox and no other layer stands on them. */
    CompletionStage<Void> discard(CheckpointId checkpoint);

    /** The sandboxes whose containers are alive, also those started by an earlier process of this node. */
    CompletionStage<List<SandboxAddress>> running();
}
