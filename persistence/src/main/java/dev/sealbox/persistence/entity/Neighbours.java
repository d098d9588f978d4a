package dev.sealbox.persistence.entity;

import dev.sealbox.domain.checkpoint.Patch;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.store.StoreView;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What entities ask of each other, wherever in the cluster they are. A stage fails when no answer comes in time. */
public interface Neighbours {

    /** Tells a sandbox of a store's change. */
    CompletionStage<Acknowledged> refresh(SandboxId sandbox, StoreView view);

    /**
     * Binds a sandbox to a store, which from then on tells it of changes. A deleted store answers with what is left of it,
     * its last allowlist; refused when there is no trace of it.
     */
    CompletionStage<StoreReply> bind(OrganizationId organization, StoreId store, SandboxId sandbox);

    CompletionStage<StoreReply> unbind(OrganizationId organization, StoreId store, SandboxId sandbox);

    /** Gives the sandbox's place in its organisation back. */
    CompletionStage<OrganizationReply> release(OrganizationId organization, SandboxId sandbox);

    /** Tells the organisation that the sandbox sleeps and does not count. */
    CompletionStage<OrganizationReply> suspend(OrganizationId organization, SandboxId sandbox);

    /** Tells the organisation that the sandbox counts again; its place was given before. */
    CompletionStage<OrganizationReply> resumed(OrganizationId organization, SandboxId sandbox);

    /** The patches of a checkpoint; none of one that is gone, or is another organisation's. */
    CompletionStage<List<Patch>> patches(OrganizationId organization, CheckpointId checkpoint);

    /** Wakes the sandbox after the retry pause, also when it has left memory by then. */
    void resumeLater(SandboxId sandbox);

    /** Wakes the store after the retry pause, also when it has left memory by then. */
    void resumeLater(StoreId store);

    /** Wakes the checkpoint after the retry pause, also when it has left memory by then. */
    void resumeLater(CheckpointId checkpoint);
}
