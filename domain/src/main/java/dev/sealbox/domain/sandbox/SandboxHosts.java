package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.placement.Place;
import dev.sealbox.domain.placement.Wanted;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Port: the machines that run sandboxes, wherever in the cluster they are. Thread-safe. Every method may be repeated.
 * A stage fails when the host is out of reach or a step on it fails; with {@link SandboxMissing} when the sandbox has no
 * container there, and with {@link SandboxResting} when it is just being hibernated.
 */
public interface SandboxHosts {

    /** How a host stands to what is on it. */
    enum Standing {
        HERE,
        /** It is to be emptied: nothing begins there any more. */
        DRAINING,
        /** It is not in the cluster. */
        AWAY
    }

    /** The layer that a disk is to become, and whose it is. */
    record Image(CheckpointId layer, OrganizationId owner) {}

    /**
     * A disk that was kept.
     *
     * @param bytes of the disk, and of the processes if they were kept
     * @param image the layer that was made of it, if others can have layers and there was room
     * @param processes whether what they had in memory was kept beside it
     */
    record Kept(long bytes, Optional<CheckpointId> image, boolean processes) {
        /** A disk alone. */
        public Kept(long bytes, Optional<CheckpointId> image) {
            this(bytes, image, false);
        }
    }

    /** Chooses a host for what is new. */
    Place place(Wanted wanted);

    /** Where something best starts whose files lie on {@code files}: there, or where they can be had. */
    default Place near(HostId files, Wanted wanted) {
        return new Place.On(files);
    }

    /** How that host stands now. */
    default Standing standing(HostId host) {
        return Standing.HERE;
    }

    /**
     * Makes a layer of the disk of a sandbox that sleeps there, and keeps it for other hosts; done already is done. False
     * when there is no room for it.
     */
    default CompletionStage<Boolean> image(HostId host, SandboxId sandbox, Image image) {
        return CompletableFuture.completedFuture(false);
    }

    /** Whether any host could get this layer. */
    default CompletionStage<Boolean> isShared(CheckpointId layer) {
        return CompletableFuture.completedFuture(false);
    }

    /**
     * Whether a host's disk has room for what is new: sandboxes, checkpoints, images. One that has not told is taken to
     * have; it tells every few seconds.
     *
     * @param host empty for any host at all
     */
    default boolean hasRoom(Optional<HostId> host) {
        return true;
    }

    /**
     * Starts the container and opens the egress gate for it; complete when the first command can run. Fails with
     * {@link HostFull} when that host has promised too much by now.
     *
     * @return whether processes that were kept when it fell asleep go on, which are then wanted
     */
    CompletionStage<Boolean> start(HostId host, StartSandbox start);

    /** Replaces the policy of a running sandbox; complete when the next request is decided by it. */
    CompletionStage<Unit> enforce(HostId host, EgressPolicy policy);

    /**
     * Ends a sandbox's processes and network and keeps its disk.
     *
     * @param image what to make of it for other hosts; empty for nothing
     * @param processes whether to keep what they have in memory as well, where that can be done; else none is kept
     */
    CompletionStage<Kept> hibernate(HostId host, SandboxId sandbox, Optional<Image> image, boolean processes);

    /**
     * Tells the host the terms of a sandbox that runs there.
     *
     * @param restart whether its idle clock begins anew
     */
    CompletionStage<Unit> adjust(HostId host, SandboxId sandbox, Terms terms, boolean restart);

    /** The bytes of memory that a sandbox which runs there uses, without what the kernel can drop at once. */
    CompletionStage<Long> memoryInUse(HostId host, SandboxId sandbox);

    /** Notes that the sandbox is used, which restarts its idle clock. */
    CompletionStage<Unit> use(HostId host, SandboxId sandbox);

    CompletionStage<Unit> stop(HostId host, SandboxId sandbox);

    /**
     * Copies the sandbox's files.
     *
     * @param memory whether to keep what its processes have in memory as well, where that can be done
     */
    CompletionStage<Taken> checkpoint(HostId host, SandboxId sandbox, CheckpointId checkpoint, boolean memory);

    CompletionStage<Unit> discard(HostId host, CheckpointId checkpoint);

    CompletionStage<CommandResult> run(HostId host, SandboxId sandbox, Command command);

    CompletionStage<Outcome<InputStream>> readFile(HostId host, SandboxId sandbox, String path);

    CompletionStage<Outcome<Unit>> writeFile(HostId host, SandboxId sandbox, String path, InputStream content);

    CompletionStage<Outcome<List<FileEntry>>> listFiles(HostId host, SandboxId sandbox, String path);

    CompletionStage<Outcome<Unit>> makeDirectory(HostId host, SandboxId sandbox, String path);

    CompletionStage<Outcome<Unit>> removeFile(HostId host, SandboxId sandbox, String path);
}
