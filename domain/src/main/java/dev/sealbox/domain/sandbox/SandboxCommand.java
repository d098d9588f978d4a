package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.preview.PreviewHash;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.sealing.SealedToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What can be asked of a sandbox. */
public sealed interface SandboxCommand {

    /**
     * All that a new sandbox is.
     *
     * @param stores its layers, first to last
     * @param lost whether an inherited layer's store is gone already
     * @param remembered the allowlist that stands in for lost layers
     * @param widening what its own store widens, for a fork
     * @param guard of the token that visitors of its ports need from the first moment on
     * @param siting what its owner wants of its hosts
     */
    record CreateSandbox(
            Blueprint blueprint,
            List<StoreLayer> stores,
            boolean lost,
            List<HostPattern> remembered,
            Tokens tokens,
            Optional<Widening> widening,
            Optional<PreviewHash> guard,
            Siting siting)
            implements SandboxCommand {
        public CreateSandbox(
                Blueprint blueprint,
                List<StoreLayer> stores,
                boolean lost,
                List<HostPattern> remembered,
                Tokens tokens) {
            this(blueprint, stores, lost, remembered, tokens, Optional.empty(), Optional.empty(), Siting.ANYWHERE);
        }
    }

    /**
     * Its stores have these names.
     *
     * @param drawn a fresh token for each name; one that the sandbox has already, or overrides, is left unused
     */
    record SealNames(Map<SecretName, SealedToken> drawn) implements SandboxCommand {}

    record PlaceSandbox(HostId host) implements SandboxCommand {}

    /** {@code resumed} is whether it woke with the processes that it fell asleep with; false also from an earlier version. */
    record ConfirmStarted(boolean resumed) implements SandboxCommand {}

    /** The start failed for good, or the container is gone. */
    record ReportLost(String reason) implements SandboxCommand {}

    /** The container of this start is gone; says nothing about a later one. */
    record ReportMissing(int boot) implements SandboxCommand {}

    /** Repeating it is harmless. */
    record HibernateSandbox(HibernationCause cause) implements SandboxCommand {}

    /** It was idle for this long; does nothing when its timeout is another one by now. */
    record HibernateIdle(int timeoutSeconds) implements SandboxCommand {}

    /**
     * It sleeps.
     *
     * @param keptBytes of its disk, and of its processes if they were kept
     * @param image the layer that its disk was made into, if it was
     * @param processes whether they were kept; false also from an earlier version
     */
    record ConfirmHibernated(long keptBytes, Optional<CheckpointId> image, boolean processes)
            implements SandboxCommand {}

    /** It is about to wake, and its disk was made into this layer where it lies. */
    record NoteImage(CheckpointId image) implements SandboxCommand {}

    /** It is about to wake, and its disk is to be made there of the image that was kept. */
    record MoveSandbox(HostId host) implements SandboxCommand {}

    /**
     * Its host is gone for good.
     *
     * @param host the one that is gone; nothing is done for a sandbox that is elsewhere by now
     * @param fileLayers what can be made of it elsewhere, newest first; empty when nothing can
     */
    record ReportHostGone(HostId host, List<CheckpointId> fileLayers) implements SandboxCommand {}

    /**
     * Repeating it is harmless.
     *
     * @param timeoutSeconds the new idle timeout; empty keeps the present one
     */
    record WakeSandbox(Optional<Integer> timeoutSeconds) implements SandboxCommand {}

    /** The container could not be started, but the disk is still there. */
    record ReportWakeFailed(String reason) implements SandboxCommand {}

    /** Ends all processes and starts anew on the same disk. */
    record RebootSandbox() implements SandboxCommand {}

    /** Sets the seconds of idleness until it is hibernated; 0 means never. */
    record ChangeTimeout(int seconds) implements SandboxCommand {}

    /** Replaces all tags. */
    record ReplaceTags(Tags tags) implements SandboxCommand {}

    /** Gives it another size by hand. */
    record ScaleSandbox(Tier tier) implements SandboxCommand {}

    /** Its host finds that this size, in MiB of memory, would fit better; not done when nobody wants that any more. */
    record FitSize(int memoryMB) implements SandboxCommand {}

    record ChangeAutoscale(Optional<Autoscale> autoscale) implements SandboxCommand {}

    record LockScaling(boolean locked) implements SandboxCommand {}

    /** Exposes a port under an id that was drawn for it; done already is done. */
    record ExposePort(PreviewPort port, UUID id, String authConfig) implements SandboxCommand {
        @Override
        public String toString() {
            return "ExposePort[" + port + "]";
        }
    }

    record ClosePort(PreviewPort port) implements SandboxCommand {}

    /** Asks visitors for another token from now on. */
    record GuardPreview(PreviewHash token) implements SandboxCommand {}

    /** Repeating it is harmless. */
    record StopSandbox() implements SandboxCommand {}

    record ConfirmStopped() implements SandboxCommand {}

    /**
     * Takes a name and a place among the sandbox's checkpoints.
     *
     * @param leaving how many of its kind go for it
     */
    record NameCheckpoint(CheckpointId checkpoint, String name, CheckpointKind kind, int leaving)
            implements SandboxCommand {

        /** For which none goes. */
        public NameCheckpoint(CheckpointId checkpoint, String name, CheckpointKind kind) {
            this(checkpoint, name, kind, 0);
        }
    }

    record ForgetCheckpoint(CheckpointId checkpoint) implements SandboxCommand {}

    /** A failed one does not count towards the limit. */
    record UncountCheckpoint(CheckpointId checkpoint) implements SandboxCommand {}

    /**
     * Puts the disk back; processes end.
     *
     * @param fileLayers the checkpoints that it then stands on, newest first
     */
    record RestoreCheckpoint(CheckpointId checkpoint, List<CheckpointId> fileLayers) implements SandboxCommand {}

    record NotePatched(int number) implements SandboxCommand {}

    record NotePatchFailed(int number, String error) implements SandboxCommand {}

    /** Takes all secrets away for good. Repeating it is harmless. */
    record RevokeSecrets() implements SandboxCommand {}
}
