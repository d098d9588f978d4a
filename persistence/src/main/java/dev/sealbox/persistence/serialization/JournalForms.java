package dev.sealbox.persistence.serialization;

import static java.util.Map.entry;

import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.image.ImageEvent;
import dev.sealbox.domain.image.ImageLibrary;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.organization.OrganizationEvent;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreEvent;
import java.util.Map;
import java.util.Optional;

/**
 * The names under which events and snapshots are written, chosen by hand so that classes can be renamed.
 *
 * <p>A released name is read for ever. A changed shape gets the next number and a case in {@link OlderForms}; only the
 * newest is written.
 */
final class JournalForms {
    private static final Map<String, Class<?>> EVENTS = Map.ofEntries(
            entry("store.created.1", StoreEvent.StoreCreated.class),
            entry("store.renamed.1", StoreEvent.StoreRenamed.class),
            entry("store.allowlist-changed.1", StoreEvent.AllowlistChanged.class),
            entry("store.egress-tcp-changed.1", StoreEvent.EgressTcpChanged.class),
            entry("store.secret-set.1", StoreEvent.SecretSet.class),
            entry("store.secret-deleted.1", StoreEvent.SecretDeleted.class),
            entry("store.deleted.1", StoreEvent.StoreDeleted.class),
            entry("store.revoked.1", StoreEvent.StoreRevoked.class),
            entry("store.sandbox-bound.1", StoreEvent.SandboxBound.class),
            entry("store.sandbox-unbound.1", StoreEvent.SandboxUnbound.class),
            entry("store.keys-shredded.1", StoreEvent.KeysShredded.class),
            entry("store.secret-rolled-back.1", StoreEvent.SecretRolledBack.class),
            entry("store.secret-hosts-changed.1", StoreEvent.SecretHostsChanged.class),
            entry("store.secret-locations-changed.1", StoreEvent.SecretLocationsChanged.class),
            entry("store.secret-rules-changed.1", StoreEvent.SecretRulesChanged.class),
            entry("store.denials-changed.1", StoreEvent.DenialsChanged.class),
            entry("store.secret-disabled.1", StoreEvent.SecretDisabled.class),
            entry("store.secret-enabled.1", StoreEvent.SecretEnabled.class),
            entry("store.version-disabled.1", StoreEvent.VersionDisabled.class),
            entry("store.version-enabled.1", StoreEvent.VersionEnabled.class),
            entry("store.version-destroyed.1", StoreEvent.VersionDestroyed.class),
            entry("store.versions-retired.1", StoreEvent.VersionsRetired.class),
            entry("store.version-limit-changed.1", StoreEvent.VersionLimitChanged.class),
            entry("sandbox.created.1", SandboxEvent.SandboxCreated.class),
            entry("sandbox.created.2", SandboxEvent.SandboxCreated.class),
            entry("sandbox.stores-layered.1", SandboxEvent.StoresLayered.class),
            entry("sandbox.tokens-sealed.1", SandboxEvent.TokensSealed.class),
            entry("sandbox.tokens-added.1", SandboxEvent.TokensAdded.class),
            entry("sandbox.placed.1", SandboxEvent.SandboxPlaced.class),
            entry("sandbox.started.1", SandboxEvent.SandboxStarted.class),
            entry("sandbox.sited.1", SandboxEvent.SandboxSited.class),
            entry("sandbox.disk-kept.1", SandboxEvent.DiskKept.class),
            entry("sandbox.processes-kept.1", SandboxEvent.ProcessesKept.class),
            entry("sandbox.processes-dropped.1", SandboxEvent.ProcessesDropped.class),
            entry("sandbox.processes-resumed.1", SandboxEvent.ProcessesResumed.class),
            entry("sandbox.moved.1", SandboxEvent.SandboxMoved.class),
            entry("sandbox.recreated.1", SandboxEvent.SandboxRecreated.class),
            entry("sandbox.lost.1", SandboxEvent.SandboxLost.class),
            entry("sandbox.hibernate-requested.1", SandboxEvent.HibernateRequested.class),
            entry("sandbox.hibernated.1", SandboxEvent.SandboxHibernated.class),
            entry("sandbox.wake-requested.1", SandboxEvent.WakeRequested.class),
            entry("sandbox.woken.1", SandboxEvent.SandboxWoken.class),
            entry("sandbox.wake-failed.1", SandboxEvent.WakeFailed.class),
            entry("sandbox.reboot-requested.1", SandboxEvent.RebootRequested.class),
            entry("sandbox.rebooted.1", SandboxEvent.SandboxRebooted.class),
            entry("sandbox.timeout-changed.1", SandboxEvent.TimeoutChanged.class),
            entry("sandbox.tags-replaced.1", SandboxEvent.TagsReplaced.class),
            entry("sandbox.scaled.1", SandboxEvent.SandboxScaled.class),
            entry("sandbox.autoscale-changed.1", SandboxEvent.AutoscaleChanged.class),
            entry("sandbox.scaling-locked.1", SandboxEvent.ScalingLocked.class),
            entry("sandbox.port-exposed.1", SandboxEvent.PortExposed.class),
            entry("sandbox.port-closed.1", SandboxEvent.PortClosed.class),
            entry("sandbox.preview-guarded.1", SandboxEvent.PreviewGuarded.class),
            entry("sandbox.stop-requested.1", SandboxEvent.StopRequested.class),
            entry("sandbox.stopped.1", SandboxEvent.SandboxStopped.class),
            entry("sandbox.checkpoint-named.1", SandboxEvent.CheckpointNamed.class),
            entry("sandbox.checkpoint-forgotten.1", SandboxEvent.CheckpointForgotten.class),
            entry("sandbox.checkpoint-uncounted.1", SandboxEvent.CheckpointUncounted.class),
            entry("sandbox.restore-requested.1", SandboxEvent.RestoreRequested.class),
            entry("sandbox.patch-applied.1", SandboxEvent.PatchApplied.class),
            entry("sandbox.patch-failed.1", SandboxEvent.PatchFailed.class),
            entry("sandbox.secrets-revoked.1", SandboxEvent.SecretsRevoked.class),
            entry("sandbox.reach-widened.1", SandboxEvent.ReachWidened.class),
            entry("checkpoint.requested.1", CheckpointEvent.CheckpointRequested.class),
            entry("checkpoint.requested.2", CheckpointEvent.CheckpointRequested.class),
            entry("checkpoint.image-adopted.1", CheckpointEvent.ImageAdopted.class),
            entry("checkpoint.ready.1", CheckpointEvent.CheckpointReady.class),
            entry("checkpoint.ready.2", CheckpointEvent.CheckpointReady.class),
            entry("checkpoint.failed.1", CheckpointEvent.CheckpointFailed.class),
            entry("checkpoint.forked.1", CheckpointEvent.CheckpointForked.class),
            entry("checkpoint.deleted.1", CheckpointEvent.CheckpointDeleted.class),
            entry("checkpoint.layer-discarded.1", CheckpointEvent.LayerDiscarded.class),
            entry("checkpoint.published.1", CheckpointEvent.CheckpointPublished.class),
            entry("checkpoint.unpublished.1", CheckpointEvent.CheckpointUnpublished.class),
            entry("checkpoint.patch-added.1", CheckpointEvent.PatchAdded.class),
            entry("checkpoint.patch-removed.1", CheckpointEvent.PatchRemoved.class),
            entry("checkpoint.lineage-revoked.1", CheckpointEvent.LineageRevoked.class),
            entry("organization.api-key-issued.1", OrganizationEvent.ApiKeyIssued.class),
            entry("organization.api-key-issued.2", OrganizationEvent.ApiKeyIssued.class),
            entry("organization.api-key-revoked.1", OrganizationEvent.ApiKeyRevoked.class),
            entry("organization.name-reserved.1", OrganizationEvent.NameReserved.class),
            entry("organization.name-released.1", OrganizationEvent.NameReleased.class),
            entry("organization.sandbox-admitted.1", OrganizationEvent.SandboxAdmitted.class),
            entry("organization.sandbox-suspended.1", OrganizationEvent.SandboxSuspended.class),
            entry("organization.sandbox-resumed.1", OrganizationEvent.SandboxResumed.class),
            entry("organization.sandbox-released.1", OrganizationEvent.SandboxReleased.class),
            entry("organization.webhook-created.1", OrganizationEvent.WebhookCreated.class),
            entry("organization.webhook-changed.1", OrganizationEvent.WebhookChanged.class),
            entry("organization.webhook-deleted.1", OrganizationEvent.WebhookDeleted.class),
            entry("image.build-begun.1", ImageEvent.BuildBegun.class),
            entry("image.build-begun.2", ImageEvent.BuildBegun.class),
            entry("image.built.1", ImageEvent.ImageBuilt.class),
            entry("image.removed.1", ImageEvent.ImageRemoved.class),
            entry("image.layers-gone.1", ImageEvent.LayersGone.class),
            entry("image.build-failed.1", ImageEvent.BuildFailed.class),
            entry("snapshot.requested.1", ImageEvent.SnapshotRequested.class),
            entry("snapshot.built.1", ImageEvent.SnapshotBuilt.class),
            entry("snapshot.failed.1", ImageEvent.SnapshotFailed.class),
            entry("snapshot.deleted.1", ImageEvent.SnapshotDeleted.class));

    private static final Map<String, Class<?>> SNAPSHOTS = Map.ofEntries(
            entry("store.state.1", SecretStore.class),
            entry("store.state.2", SecretStore.class),
            entry("store.state.3", SecretStore.class),
            entry("store.state.4", SecretStore.class),
            entry("store.state.5", SecretStore.class),
            entry("sandbox.state.1", Sandbox.class),
            entry("sandbox.state.2", Sandbox.class),
            entry("sandbox.state.3", Sandbox.class),
            entry("sandbox.state.4", Sandbox.class),
            entry("sandbox.state.5", Sandbox.class),
            entry("sandbox.state.6", Sandbox.class),
            entry("sandbox.state.7", Sandbox.class),
            entry("sandbox.state.8", Sandbox.class),
            entry("checkpoint.state.1", Checkpoint.class),
            entry("checkpoint.state.2", Checkpoint.class),
            entry("checkpoint.state.3", Checkpoint.class),
            entry("checkpoint.state.4", Checkpoint.class),
            entry("checkpoint.state.5", Checkpoint.class),
            entry("image.state.1", ImageLibrary.class),
            entry("image.state.2", ImageLibrary.class),
            entry("organization.state.1", Organization.class),
            entry("organization.state.2", Organization.class),
            entry("organization.state.3", Organization.class));

    private JournalForms() {}

    /** The kind of event that a recorded event of this name holds; empty if the name is no event's. */
    static Optional<Class<?>> event(String manifest) {
        return Optional.ofNullable(EVENTS.get(manifest));
    }

    static Optional<Class<?>> snapshot(String manifest) {
        return Optional.ofNullable(SNAPSHOTS.get(manifest));
    }

    /** The name under which {@code written} is written. */
    static String manifest(Object written) {
        return switch (written) {
            case Recorded<?>(StoreEvent event, var origin, var at) -> store(event);
            case Recorded<?>(SandboxEvent event, var origin, var at) -> sandbox(event);
            case Recorded<?>(CheckpointEvent event, var origin, var at) -> checkpoint(event);
            case Recorded<?>(OrganizationEvent event, var origin, var at) -> organization(event);
            case Recorded<?>(ImageEvent event, var origin, var at) -> image(event);
            case SecretStore store -> "store.state.5";
            case Sandbox sandbox -> "sandbox.state.8";
            case Checkpoint checkpoint -> "checkpoint.state.5";
            case ImageLibrary library -> "image.state.2";
            case Organization organization -> "organization.state.3";
            default -> throw new IllegalArgumentException("not for the journal: " + written.getClass());
        };
    }

    // No defaults below: a new event does not compile until it has a form.

    private static String store(StoreEvent event) {
        return switch (event) {
            case StoreEvent.StoreCreated e -> "store.created.1";
            case StoreEvent.StoreRenamed e -> "store.renamed.1";
            case StoreEvent.AllowlistChanged e -> "store.allowlist-changed.1";
            case StoreEvent.EgressTcpChanged e -> "store.egress-tcp-changed.1";
            case StoreEvent.SecretSet e -> "store.secret-set.1";
            case StoreEvent.SecretDeleted e -> "store.secret-deleted.1";
            case StoreEvent.StoreDeleted e -> "store.deleted.1";
            case StoreEvent.StoreRevoked e -> "store.revoked.1";
            case StoreEvent.SandboxBound e -> "store.sandbox-bound.1";
            case StoreEvent.SandboxUnbound e -> "store.sandbox-unbound.1";
            case StoreEvent.KeysShredded e -> "store.keys-shredded.1";
            case StoreEvent.SecretRolledBack e -> "store.secret-rolled-back.1";
            case StoreEvent.SecretHostsChanged e -> "store.secret-hosts-changed.1";
            case StoreEvent.SecretLocationsChanged e -> "store.secret-locations-changed.1";
            case StoreEvent.SecretRulesChanged e -> "store.secret-rules-changed.1";
            case StoreEvent.DenialsChanged e -> "store.denials-changed.1";
            case StoreEvent.SecretDisabled e -> "store.secret-disabled.1";
            case StoreEvent.SecretEnabled e -> "store.secret-enabled.1";
            case StoreEvent.VersionDisabled e -> "store.version-disabled.1";
            case StoreEvent.VersionEnabled e -> "store.version-enabled.1";
            case StoreEvent.VersionDestroyed e -> "store.version-destroyed.1";
            case StoreEvent.VersionsRetired e -> "store.versions-retired.1";
            case StoreEvent.VersionLimitChanged e -> "store.version-limit-changed.1";
        };
    }

    private static String sandbox(SandboxEvent event) {
        return switch (event) {
            case SandboxEvent.SandboxCreated e -> "sandbox.created.2";
            case SandboxEvent.StoresLayered e -> "sandbox.stores-layered.1";
            case SandboxEvent.TokensSealed e -> "sandbox.tokens-sealed.1";
            case SandboxEvent.TokensAdded e -> "sandbox.tokens-added.1";
            case SandboxEvent.SandboxPlaced e -> "sandbox.placed.1";
            case SandboxEvent.SandboxStarted e -> "sandbox.started.1";
            case SandboxEvent.SandboxSited e -> "sandbox.sited.1";
            case SandboxEvent.DiskKept e -> "sandbox.disk-kept.1";
            case SandboxEvent.ProcessesKept e -> "sandbox.processes-kept.1";
            case SandboxEvent.ProcessesDropped e -> "sandbox.processes-dropped.1";
            case SandboxEvent.ProcessesResumed e -> "sandbox.processes-resumed.1";
            case SandboxEvent.SandboxMoved e -> "sandbox.moved.1";
            case SandboxEvent.SandboxRecreated e -> "sandbox.recreated.1";
            case SandboxEvent.SandboxLost e -> "sandbox.lost.1";
            case SandboxEvent.HibernateRequested e -> "sandbox.hibernate-requested.1";
            case SandboxEvent.SandboxHibernated e -> "sandbox.hibernated.1";
            case SandboxEvent.WakeRequested e -> "sandbox.wake-requested.1";
            case SandboxEvent.SandboxWoken e -> "sandbox.woken.1";
            case SandboxEvent.WakeFailed e -> "sandbox.wake-failed.1";
            case SandboxEvent.RebootRequested e -> "sandbox.reboot-requested.1";
            case SandboxEvent.SandboxRebooted e -> "sandbox.rebooted.1";
            case SandboxEvent.TimeoutChanged e -> "sandbox.timeout-changed.1";
            case SandboxEvent.TagsReplaced e -> "sandbox.tags-replaced.1";
            case SandboxEvent.SandboxScaled e -> "sandbox.scaled.1";
            case SandboxEvent.AutoscaleChanged e -> "sandbox.autoscale-changed.1";
            case SandboxEvent.ScalingLocked e -> "sandbox.scaling-locked.1";
            case SandboxEvent.PortExposed e -> "sandbox.port-exposed.1";
            case SandboxEvent.PortClosed e -> "sandbox.port-closed.1";
            case SandboxEvent.PreviewGuarded e -> "sandbox.preview-guarded.1";
            case SandboxEvent.StopRequested e -> "sandbox.stop-requested.1";
            case SandboxEvent.SandboxStopped e -> "sandbox.stopped.1";
            case SandboxEvent.CheckpointNamed e -> "sandbox.checkpoint-named.1";
            case SandboxEvent.CheckpointForgotten e -> "sandbox.checkpoint-forgotten.1";
            case SandboxEvent.CheckpointUncounted e -> "sandbox.checkpoint-uncounted.1";
            case SandboxEvent.RestoreRequested e -> "sandbox.restore-requested.1";
            case SandboxEvent.PatchApplied e -> "sandbox.patch-applied.1";
            case SandboxEvent.PatchFailed e -> "sandbox.patch-failed.1";
            case SandboxEvent.SecretsRevoked e -> "sandbox.secrets-revoked.1";
            case SandboxEvent.ReachWidened e -> "sandbox.reach-widened.1";
        };
    }

    private static String checkpoint(CheckpointEvent event) {
        return switch (event) {
            case CheckpointEvent.CheckpointRequested e -> "checkpoint.requested.2";
            case CheckpointEvent.ImageAdopted e -> "checkpoint.image-adopted.1";
            case CheckpointEvent.CheckpointReady e -> "checkpoint.ready.2";
            case CheckpointEvent.CheckpointFailed e -> "checkpoint.failed.1";
            case CheckpointEvent.CheckpointForked e -> "checkpoint.forked.1";
            case CheckpointEvent.CheckpointDeleted e -> "checkpoint.deleted.1";
            case CheckpointEvent.LayerDiscarded e -> "checkpoint.layer-discarded.1";
            case CheckpointEvent.CheckpointPublished e -> "checkpoint.published.1";
            case CheckpointEvent.CheckpointUnpublished e -> "checkpoint.unpublished.1";
            case CheckpointEvent.PatchAdded e -> "checkpoint.patch-added.1";
            case CheckpointEvent.PatchRemoved e -> "checkpoint.patch-removed.1";
            case CheckpointEvent.LineageRevoked e -> "checkpoint.lineage-revoked.1";
        };
    }

    private static String image(ImageEvent event) {
        return switch (event) {
            case ImageEvent.BuildBegun e -> "image.build-begun.2";
            case ImageEvent.ImageBuilt e -> "image.built.1";
            case ImageEvent.ImageRemoved e -> "image.removed.1";
            case ImageEvent.LayersGone e -> "image.layers-gone.1";
            case ImageEvent.BuildFailed e -> "image.build-failed.1";
            case ImageEvent.SnapshotRequested e -> "snapshot.requested.1";
            case ImageEvent.SnapshotBuilt e -> "snapshot.built.1";
            case ImageEvent.SnapshotFailed e -> "snapshot.failed.1";
            case ImageEvent.SnapshotDeleted e -> "snapshot.deleted.1";
        };
    }

    private static String organization(OrganizationEvent event) {
        return switch (event) {
            case OrganizationEvent.ApiKeyIssued e -> "organization.api-key-issued.2";
            case OrganizationEvent.ApiKeyRevoked e -> "organization.api-key-revoked.1";
            case OrganizationEvent.NameReserved e -> "organization.name-reserved.1";
            case OrganizationEvent.NameReleased e -> "organization.name-released.1";
            case OrganizationEvent.SandboxAdmitted e -> "organization.sandbox-admitted.1";
            case OrganizationEvent.SandboxSuspended e -> "organization.sandbox-suspended.1";
            case OrganizationEvent.SandboxResumed e -> "organization.sandbox-resumed.1";
            case OrganizationEvent.SandboxReleased e -> "organization.sandbox-released.1";
            case OrganizationEvent.WebhookCreated e -> "organization.webhook-created.1";
            case OrganizationEvent.WebhookChanged e -> "organization.webhook-changed.1";
            case OrganizationEvent.WebhookDeleted e -> "organization.webhook-deleted.1";
        };
    }
}
