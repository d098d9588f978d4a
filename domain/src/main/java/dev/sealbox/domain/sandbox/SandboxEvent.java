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

/** What has happened to a sandbox. Stored for ever: add cases, never change the meaning of one. */
public sealed interface SandboxEvent {

    record SandboxCreated(Blueprint blueprint) implements SandboxEvent {}

    record StoresLayered(List<StoreLayer> stores, boolean lost, List<HostPattern> remembered) implements SandboxEvent {}

    record TokensSealed(Tokens tokens) implements SandboxEvent {}

    /** Names that its stores did not have when it was started are sealed for it, too. */
    record TokensAdded(Map<SecretName, SealedToken> tokens) implements SandboxEvent {}

    record SandboxPlaced(HostId host) implements SandboxEvent {}

    /** Its owner wants this of its hosts. */
    record SandboxSited(Siting siting) implements SandboxEvent {}

    record SandboxStarted() implements SandboxEvent {}

    record SandboxLost(String reason) implements SandboxEvent {}

    record HibernateRequested(HibernationCause cause) implements SandboxEvent {}

    /** Its processes have ended, its network is closed; its disk and everything else about it stay. */
    record SandboxHibernated(long keptBytes) implements SandboxEvent {}

    /** The disk of one that sleeps is a layer, too, so that it can wake elsewhere. */
    record DiskKept(CheckpointId image) implements SandboxEvent {}

    /** Its processes are kept, too: what they had in memory lies on its host, and its next start there goes on with them. */
    record ProcessesKept() implements SandboxEvent {}

    /** They are to end after all: who reboots one that sleeps wants none of them. */
    record ProcessesDropped() implements SandboxEvent {}

    /** With the wake before: those that were kept go on. */
    record ProcessesResumed() implements SandboxEvent {}

    /**
     * One that sleeps is to wake on another host.
     *
     * @param fileLayers what its disk is made of there, newest first
     */
    record SandboxMoved(HostId host, List<CheckpointId> fileLayers) implements SandboxEvent {}

    /**
     * Its host is gone for good, and it is to start on another one from what was last kept of it.
     *
     * @param fileLayers what its disk is made of there, newest first
     */
    record SandboxRecreated(List<CheckpointId> fileLayers) implements SandboxEvent {}

    record WakeRequested() implements SandboxEvent {}

    record SandboxWoken() implements SandboxEvent {}

    /** It stays, or is again, hibernated. */
    record WakeFailed(String reason) implements SandboxEvent {}

    record RebootRequested() implements SandboxEvent {}

    record SandboxRebooted() implements SandboxEvent {}

    record TimeoutChanged(int seconds) implements SandboxEvent {}

    record TagsReplaced(Map<String, String> tags) implements SandboxEvent {}

    /** Its size is another one from now on, by its owner's wish or by autoscaling. */
    record SandboxScaled(Limits limits, boolean automatic) implements SandboxEvent {}

    record AutoscaleChanged(Optional<Autoscale> autoscale) implements SandboxEvent {}

    record ScalingLocked(boolean locked) implements SandboxEvent {}

    /** {@code authConfig} is a JSON object of its owner's. */
    record PortExposed(PreviewPort port, UUID id, String authConfig) implements SandboxEvent {
        @Override
        public String toString() {
            return "PortExposed[" + port + "]";
        }
    }

    record PortClosed(PreviewPort port) implements SandboxEvent {}

    /** Visitors need the token with this hash from now on. */
    record PreviewGuarded(PreviewHash token) implements SandboxEvent {}

    record StopRequested() implements SandboxEvent {}

    record SandboxStopped() implements SandboxEvent {}

    record CheckpointNamed(CheckpointId checkpoint, String name, CheckpointKind kind) implements SandboxEvent {}

    record CheckpointForgotten(CheckpointId checkpoint) implements SandboxEvent {}

    /** A failed one takes its name, but no place among those that are counted. */
    record CheckpointUncounted(CheckpointId checkpoint) implements SandboxEvent {}

    /**
     * Its disk is to become what it was at a checkpoint.
     *
     * @param fileLayers the checkpoints that it then stands on, newest first
     */
    record RestoreRequested(CheckpointId checkpoint, List<CheckpointId> fileLayers) implements SandboxEvent {}

    /** A patch of its origin has run in it. */
    record PatchApplied(int number) implements SandboxEvent {}

    record PatchFailed(int number, String error) implements SandboxEvent {}

    /** None of its secrets may be used any more, whatever its stores say. */
    record SecretsRevoked() implements SandboxEvent {}

    /** Its own store lets inherited secrets go further than before. */
    record ReachWidened(Widening widening) implements SandboxEvent {}
}
