package dev.sealbox.domain.audit;

import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.store.StoreEvent;
import java.util.List;
import java.util.Set;

/**
 * What one event changes about who may use which secret where: the entries of the index that answers who could.
 *
 * <p>The index may be wrong in nothing: a test compares its answers with those of a replay of whole histories.
 */
public sealed interface Trace {

    /** The event changes nothing about it. */
    record None() implements Trace {}

    /** A store's allowlist is this from now on. */
    record Allowed(List<HostPattern> hosts) implements Trace {}

    /** A store denies these hosts from now on. */
    record Denied(List<HostPattern> hosts) implements Trace {}

    /** A store offers a secret in this new version, for these hosts, from now on. */
    record Offered(SecretName name, int version, List<HostPattern> hosts) implements Trace {}

    /** The current version is for these hosts from now on. */
    record Rehosted(SecretName name, int version, List<HostPattern> hosts) implements Trace {}

    /** Whether the secret can be used, whatever its version; stays so when a new version comes. */
    record Switched(SecretName name, boolean usable) implements Trace {}

    /** Whether a version can be used; says nothing unless it is the current one. */
    record VersionSwitched(SecretName name, int version, boolean usable) implements Trace {}

    /** A store offers the secret no longer, and nothing in its place. */
    record Withdrawn(SecretName name) implements Trace {}

    /** The store is deleted; sandboxes that stand on it keep what it offered, and its allowlist. */
    record Deleted() implements Trace {}

    /** The store is deleted and offers nothing any more; its allowlist stays. */
    record Revoked() implements Trace {}

    /**
     * A sandbox came to be.
     *
     * @param lineage the checkpoints that it stands on, newest first
     */
    record Made(List<CheckpointId> lineage) implements Trace {}

    /** The stores of a sandbox, first to last; once in its life. */
    record Layered(List<StoreLayer> layers, boolean lost, List<HostPattern> remembered) implements Trace {}

    /** Names that have a token in a sandbox from now on: in its environment, and in files that it inherited. */
    record Sealed(Set<SecretName> own, Set<SecretName> inherited) implements Trace {}

    record Started() implements Trace {}

    /** A sandbox may go on for as long as its end takes. */
    record Stopping() implements Trace {}

    record Ended() implements Trace {}

    record Taken(SandboxId source, String name) implements Trace {}

    // No defaults below: a new event does not compile until it is said what it changes.

    static Trace of(StoreEvent event) {
        return switch (event) {
            case StoreEvent.StoreCreated(var name, var hosts) -> new Allowed(hosts);
            case StoreEvent.AllowlistChanged(var hosts) -> new Allowed(hosts);
            case StoreEvent.DenialsChanged(var denials) -> new Denied(denials.hosts());
            case StoreEvent.SecretSet(var name, var entry, var version, var value, var hosts) ->
                new Offered(name, version, hosts);
            case StoreEvent.SecretRolledBack(var name, var version, var restored, var value, var hosts) ->
                new Offered(name, version, hosts);
            case StoreEvent.SecretHostsChanged(var name, var version, var hosts) -> new Rehosted(name, version, hosts);
            case StoreEvent.SecretDisabled(var name) -> new Switched(name, false);
            case StoreEvent.SecretEnabled(var name) -> new Switched(name, true);
            case StoreEvent.VersionDisabled(var name, var version) -> new VersionSwitched(name, version, false);
            case StoreEvent.VersionEnabled(var name, var version) -> new VersionSwitched(name, version, true);
            // Never enabled again.
            case StoreEvent.VersionDestroyed(var name, var version) -> new VersionSwitched(name, version, false);
            case StoreEvent.SecretDeleted(var name) -> new Withdrawn(name);
            case StoreEvent.StoreDeleted() -> new Deleted();
            case StoreEvent.StoreRevoked() -> new Revoked();
            case StoreEvent.SandboxBound bound -> new None();
            case StoreEvent.SandboxUnbound unbound -> new None();
            case StoreEvent.StoreRenamed renamed -> new None();
            // The current version is never among them.
            case StoreEvent.VersionsRetired retired -> new None();
            case StoreEvent.VersionLimitChanged limited -> new None();
            // No secret goes there.
            case StoreEvent.EgressTcpChanged changed -> new None();
            // Who could use it somewhere in a request, or in some request, could use it.
            case StoreEvent.SecretRulesChanged changed -> new None();
            case StoreEvent.SecretLocationsChanged changed -> new None();
            case StoreEvent.KeysShredded shredded -> new None();
        };
    }

    static Trace of(SandboxEvent event) {
        return switch (event) {
            case SandboxEvent.SandboxCreated(var blueprint) -> new Made(blueprint.fileLayers());
            case SandboxEvent.StoresLayered(var layers, var lost, var remembered) ->
                new Layered(layers, lost, remembered);
            case SandboxEvent.TokensSealed(var tokens) ->
                new Sealed(tokens.own().keySet(), Set.copyOf(tokens.inherited().values()));
            case SandboxEvent.TokensAdded(var tokens) -> new Sealed(tokens.keySet(), Set.of());
            case SandboxEvent.SandboxStarted() -> new Started();
            // One that sleeps is woken by the next call, so it still could.
            case SandboxEvent.HibernateRequested asked -> new None();
            case SandboxEvent.SandboxHibernated hibernated -> new None();
            case SandboxEvent.WakeRequested asked -> new None();
            case SandboxEvent.SandboxWoken woken -> new None();
            case SandboxEvent.WakeFailed failed -> new None();
            case SandboxEvent.RebootRequested asked -> new None();
            case SandboxEvent.SandboxRebooted rebooted -> new None();
            case SandboxEvent.TimeoutChanged changed -> new None();
            case SandboxEvent.TagsReplaced replaced -> new None();
            case SandboxEvent.SandboxScaled scaled -> new None();
            case SandboxEvent.AutoscaleChanged changed -> new None();
            case SandboxEvent.ScalingLocked locked -> new None();
            // Who comes in by a port uses no secret by that.
            case SandboxEvent.PortExposed exposed -> new None();
            case SandboxEvent.PortClosed closed -> new None();
            case SandboxEvent.PreviewGuarded guarded -> new None();
            case SandboxEvent.StopRequested() -> new Stopping();
            case SandboxEvent.SandboxStopped() -> new Ended();
            case SandboxEvent.SandboxLost lost -> new Ended();
            case SandboxEvent.SandboxPlaced placed -> new None();
            // The same sandbox with the same stores, wherever it is.
            case SandboxEvent.SandboxSited sited -> new None();
            case SandboxEvent.DiskKept kept -> new None();
            case SandboxEvent.ProcessesKept kept -> new None();
            case SandboxEvent.ProcessesDropped dropped -> new None();
            case SandboxEvent.ProcessesResumed resumed -> new None();
            case SandboxEvent.SandboxMoved moved -> new None();
            case SandboxEvent.SandboxRecreated recreated -> new None();
            case SandboxEvent.CheckpointNamed named -> new None();
            case SandboxEvent.CheckpointForgotten forgotten -> new None();
            case SandboxEvent.CheckpointUncounted uncounted -> new None();
            case SandboxEvent.RestoreRequested restore -> new None();
            case SandboxEvent.PatchApplied applied -> new None();
            case SandboxEvent.PatchFailed failed -> new None();
            case SandboxEvent.ReachWidened widened -> new None();
            // It goes on, but none of its secrets can be used from now on.
            case SandboxEvent.SecretsRevoked() -> new Ended();
        };
    }

    static Trace of(CheckpointEvent event) {
        return switch (event) {
            case CheckpointEvent.CheckpointRequested(var source, var name, var kind, var contents) ->
                new Taken(source, name);
            case CheckpointEvent.ImageAdopted adopted -> new None();
            case CheckpointEvent.CheckpointReady ready -> new None();
            case CheckpointEvent.CheckpointFailed failed -> new None();
            case CheckpointEvent.CheckpointForked forked -> new None();
            case CheckpointEvent.CheckpointDeleted deleted -> new None();
            case CheckpointEvent.LayerDiscarded discarded -> new None();
            case CheckpointEvent.CheckpointPublished published -> new None();
            case CheckpointEvent.CheckpointUnpublished unpublished -> new None();
            case CheckpointEvent.PatchAdded added -> new None();
            case CheckpointEvent.PatchRemoved removed -> new None();
            case CheckpointEvent.LineageRevoked revoked -> new None();
        };
    }

    /** What a recorded event of any kind changes; of kinds that say nothing about secrets, nothing. */
    static Trace of(Recorded<?> recorded) {
        return switch (recorded.event()) {
            case StoreEvent event -> of(event);
            case SandboxEvent event -> of(event);
            case CheckpointEvent event -> of(event);
            default -> new None();
        };
    }
}
