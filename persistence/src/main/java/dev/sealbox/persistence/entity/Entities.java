package dev.sealbox.persistence.entity;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import dev.sealbox.domain.checkpoint.Patch;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.organization.OrganizationCommand.ReleaseSandbox;
import dev.sealbox.domain.organization.OrganizationCommand.ResumeSandbox;
import dev.sealbox.domain.organization.OrganizationCommand.SuspendSandbox;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreCommand.BindSandbox;
import dev.sealbox.domain.store.StoreCommand.UnbindSandbox;
import dev.sealbox.domain.store.StoreView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Where every entity can be asked, wherever in the cluster it lives. Thread-safe. */
public final class Entities implements Neighbours {
    static final EntityTypeKey<StoreMessage> STORES = EntityTypeKey.create(StoreMessage.class, SecretStoreEntity.TYPE);
    static final EntityTypeKey<SandboxMessage> SANDBOXES =
            EntityTypeKey.create(SandboxMessage.class, SandboxEntity.TYPE);
    static final EntityTypeKey<CheckpointMessage> CHECKPOINTS =
            EntityTypeKey.create(CheckpointMessage.class, CheckpointEntity.TYPE);
    static final EntityTypeKey<OrganizationMessage> ORGANIZATIONS =
            EntityTypeKey.create(OrganizationMessage.class, OrganizationEntity.TYPE);
    static final EntityTypeKey<ImageMessage> IMAGES = EntityTypeKey.create(ImageMessage.class, ImageLibraryEntity.TYPE);

    private final ActorSystem<?> system;
    private final ClusterSharding sharding;
    private final EntitySettings settings;

    public Entities(ActorSystem<?> system, EntitySettings settings) {
        this.system = system;
        this.sharding = ClusterSharding.get(system);
        this.settings = settings;
    }

    /** Asks a store; the stage fails after {@code patience}. */
    public CompletionStage<StoreReply> store(
            StoreId id, Duration patience, Function<ActorRef<StoreReply>, StoreMessage> question) {
        return sharding.entityRefFor(STORES, id.toString()).ask(question::apply, patience);
    }

    public CompletionStage<SandboxReply> sandbox(
            SandboxId id, Duration patience, Function<ActorRef<SandboxReply>, SandboxMessage> question) {
        return sharding.entityRefFor(SANDBOXES, id.value()).ask(question::apply, patience);
    }

    public CompletionStage<CheckpointReply> checkpoint(
            CheckpointId id, Duration patience, Function<ActorRef<CheckpointReply>, CheckpointMessage> question) {
        return sharding.entityRefFor(CHECKPOINTS, id.toString()).ask(question::apply, patience);
    }

    /** Asks an organisation. */
    public <T> CompletionStage<T> organization(OrganizationId id, Function<ActorRef<T>, OrganizationMessage> question) {
        return sharding.entityRefFor(ORGANIZATIONS, id.value()).ask(question::apply, settings.askTimeout());
    }

    /** Has all secrets taken from the sandbox. */
    public CompletionStage<Acknowledged> revoke(SandboxId sandbox, Origin origin, Duration patience) {
        return sharding.entityRefFor(SANDBOXES, sandbox.value())
                .ask(replyTo -> new SandboxMessage.Revoke(origin, replyTo), patience);
    }

    /** Asks for an organisation's images and snapshots. */
    public CompletionStage<ImageReply> images(
            OrganizationId id, Function<ActorRef<ImageReply>, ImageMessage> question) {
        return sharding.entityRefFor(IMAGES, id.value()).ask(question::apply, settings.askTimeout());
    }

    /** Has the sandbox take up what it has not finished. */
    public void resume(SandboxId sandbox) {
        sharding.entityRefFor(SANDBOXES, sandbox.value()).tell(new SandboxMessage.Resume());
    }

    @Override
    public CompletionStage<Acknowledged> refresh(SandboxId sandbox, StoreView view) {
        return sharding.entityRefFor(SANDBOXES, sandbox.value())
                .ask(replyTo -> new SandboxMessage.Refresh(view, replyTo), settings.pushTimeout());
    }

    @Override
    public CompletionStage<StoreReply> bind(OrganizationId organization, StoreId store, SandboxId sandbox) {
        return store(
                        store,
                        settings.askTimeout(),
                        replyTo -> new StoreMessage.Execute(
                                Origin.system(organization), new BindSandbox(sandbox), replyTo))
                .thenCompose(reply -> reply instanceof StoreReply.Refused
                        ? store(store, settings.askTimeout(), StoreMessage.Read::new)
                                .thenApply(read -> isRemainder(read, organization) ? read : reply)
                        : CompletableFuture.completedFuture(reply));
    }

    /** A deleted store still says which hosts it allowed last, so that those who run with it stay restricted. */
    private static boolean isRemainder(StoreReply reply, OrganizationId organization) {
        return reply instanceof StoreReply.Done(var store, var refreshed)
                && store.stage() == SecretStore.Stage.DELETED
                && store.organization().equals(organization);
    }

    @Override
    public CompletionStage<StoreReply> unbind(OrganizationId organization, StoreId store, SandboxId sandbox) {
        return store(
                store,
                settings.askTimeout(),
                replyTo -> new StoreMessage.Execute(Origin.system(organization), new UnbindSandbox(sandbox), replyTo));
    }

    @Override
    public CompletionStage<OrganizationReply> release(OrganizationId organization, SandboxId sandbox) {
        return organization(
                organization,
                replyTo -> new OrganizationMessage.Execute(
                        Origin.system(organization), new ReleaseSandbox(sandbox), replyTo));
    }

    @Override
    public CompletionStage<OrganizationReply> suspend(OrganizationId organization, SandboxId sandbox) {
        return organization(
                organization,
                replyTo -> new OrganizationMessage.Execute(
                        Origin.system(organization), new SuspendSandbox(sandbox), replyTo));
    }

    @Override
    public CompletionStage<OrganizationReply> resumed(OrganizationId organization, SandboxId sandbox) {
        return organization(
                organization,
                replyTo -> new OrganizationMessage.Execute(
                        Origin.system(organization), new ResumeSandbox(sandbox, Integer.MAX_VALUE), replyTo));
    }

    @Override
    public CompletionStage<List<Patch>> patches(OrganizationId organization, CheckpointId checkpoint) {
        return checkpoint(checkpoint, settings.askTimeout(), CheckpointMessage.Read::new)
                .thenApply(reply -> reply instanceof CheckpointReply.Done(var state) && state.isVisibleTo(organization)
                        ? state.upkeep().patches()
                        : List.of());
    }

    @Override
    public void resumeLater(SandboxId sandbox) {
        later(() -> resume(sandbox));
    }

    @Override
    public void resumeLater(StoreId store) {
        later(() -> sharding.entityRefFor(STORES, store.toString()).tell(new StoreMessage.Resume()));
    }

    @Override
    public void resumeLater(CheckpointId checkpoint) {
        later(() -> sharding.entityRefFor(CHECKPOINTS, checkpoint.toString()).tell(new CheckpointMessage.Resume()));
    }

    private void later(Runnable wake) {
        if (CoordinatedShutdown.get(system).getShutdownReason().isPresent()) {
            return;
        }
        system.scheduler().scheduleOnce(settings.retryAfter(), wake, system.executionContext());
    }
}
