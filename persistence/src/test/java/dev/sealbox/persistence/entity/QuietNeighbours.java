package dev.sealbox.persistence.entity;

import dev.sealbox.domain.checkpoint.Patch;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.entity.Acknowledged.Answer;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Neighbours of an entity that is tested alone: they note what they are asked, and answer at once. */
final class QuietNeighbours implements Neighbours {
    final Map<SandboxId, StoreView> refreshed = new ConcurrentHashMap<>();
    final Map<StoreId, SecretStore> stores = new ConcurrentHashMap<>();
    final List<StoreId> unbound = new CopyOnWriteArrayList<>();
    final List<SandboxId> released = new CopyOnWriteArrayList<>();
    final List<SandboxId> suspended = new CopyOnWriteArrayList<>();
    final List<Object> toBeResumed = new CopyOnWriteArrayList<>();
    private final Queue<CompletableFuture<Acknowledged>> waiting = new ConcurrentLinkedQueue<>();
    volatile Answer answer = Answer.TAKEN;

    /** Whether answers to changes wait for {@link #letGo}. */
    volatile boolean heldBack;

    @Override
    public CompletionStage<Acknowledged> refresh(SandboxId sandbox, StoreView view) {
        refreshed.put(sandbox, view);
        var said = new CompletableFuture<Acknowledged>();
        waiting.add(said);
        if (!heldBack) {
            letGo();
        }
        return said;
    }

    /** Gives the answers that were held back. */
    void letGo() {
        heldBack = false;
        for (var said = waiting.poll(); said != null; said = waiting.poll()) {
            said.complete(new Acknowledged(answer));
        }
    }

    @Override
    public CompletionStage<StoreReply> bind(OrganizationId organization, StoreId store, SandboxId sandbox) {
        var known = stores.get(store);
        return CompletableFuture.completedFuture(
                known == null
                        ? new StoreReply.Refused(new dev.sealbox.domain.store.StoreRefusal.NoSuchStore())
                        : new StoreReply.Done(known, Refreshed.NOBODY));
    }

    @Override
    public CompletionStage<StoreReply> unbind(OrganizationId organization, StoreId store, SandboxId sandbox) {
        unbound.add(store);
        return CompletableFuture.completedFuture(new StoreReply.Done(SecretStore.ABSENT, Refreshed.NOBODY));
    }

    @Override
    public CompletionStage<OrganizationReply> release(OrganizationId organization, SandboxId sandbox) {
        released.add(sandbox);
        return CompletableFuture.completedFuture(new OrganizationReply.Done(Organization.EMPTY));
    }

    @Override
    public CompletionStage<OrganizationReply> suspend(OrganizationId organization, SandboxId sandbox) {
        suspended.add(sandbox);
        return CompletableFuture.completedFuture(new OrganizationReply.Done(Organization.EMPTY));
    }

    @Override
    public CompletionStage<List<Patch>> patches(OrganizationId organization, CheckpointId checkpoint) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<OrganizationReply> resumed(OrganizationId organization, SandboxId sandbox) {
        suspended.remove(sandbox);
        return CompletableFuture.completedFuture(new OrganizationReply.Done(Organization.EMPTY));
    }

    @Override
    public void resumeLater(SandboxId sandbox) {
        toBeResumed.add(sandbox);
    }

    @Override
    public void resumeLater(StoreId store) {
        toBeResumed.add(store);
    }

    @Override
    public void resumeLater(CheckpointId checkpoint) {
        toBeResumed.add(checkpoint);
    }
}
