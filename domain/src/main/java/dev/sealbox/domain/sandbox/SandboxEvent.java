package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.SealedToken;
import java.util.List;
import java.util.Map;

/** What has happened to a sandbox. Stored for ever: add cases, never change the meaning of one. */
public sealed interface SandboxEvent {

    record SandboxCreated(Blueprint blueprint) implements SandboxEvent {}

    record StoresLayered(List<StoreLayer> stores, boolean lost, List<HostPattern> remembered) implements SandboxEvent {}

    record TokensSealed(Tokens tokens) implements SandboxEvent {}

    /** Names that its stores did not have when it was started are sealed for it, too. */
    record TokensAdded(Map<SecretName, SealedToken> tokens) implements SandboxEvent {}

    record SandboxPlaced(HostId host) implements SandboxEvent {}

    record SandboxStarted() implements SandboxEvent {}

    record SandboxLost(String reason) implements SandboxEvent {}

    record HibernateRequested(HibernationCause cause) implements SandboxEvent {}

    /** Its processes have ended, its network is closed; its disk and everything else about it stay. */
    record SandboxHibernated(long keptBytes) implements SandboxEvent {}

    record WakeRequested() implements SandboxEvent {}

    record SandboxWoken() implements SandboxEvent {}

    /** It stays, or is again, hibernated. */
    record WakeFailed(String reason) implements SandboxEvent {}

    record RebootRequested() implements SandboxEvent {}

    record SandboxRebooted() implements SandboxEvent {}

    record TimeoutChanged(int seconds) implements SandboxEvent {}

    record StopRequested() implements SandboxEvent {}

    record SandboxStopped() implements SandboxEvent {}

    record CheckpointNamed(CheckpointId checkpoint, String name, CheckpointKind kind) implements SandboxEvent {}

    record CheckpointForgotten(CheckpointId checkpoint) implements SandboxEvent {}
}
