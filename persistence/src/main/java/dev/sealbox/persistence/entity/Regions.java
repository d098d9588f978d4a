package dev.sealbox.persistence.entity;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sealing.Vault;
import java.time.Clock;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Spreads the entities over the nodes with the right role. */
public final class Regions {
    private Regions() {}

    /**
     * Lets this node hold entities, or, without the role, find those of other nodes. {@code random} draws tokens, so it
     * must be cryptographically strong.
     */
    public static void start(
            ActorSystem<?> system,
            Entities entities,
            Vault vault,
            SandboxHosts hosts,
            EntitySettings settings,
            RandomGenerator random,
            Clock clock) {
        var regions = new Region(system, settings);
        regions.start(
                Entities.ORGANIZATIONS,
                id -> OrganizationEntity.create(new OrganizationId(id), settings, clock),
                new OrganizationMessage.Stop());
        regions.start(
                Entities.STORES,
                id -> SecretStoreEntity.create(StoreId.parse(id), entities, vault, settings, clock),
                new StoreMessage.Stop());
        regions.start(
                Entities.SANDBOXES,
                id -> SandboxEntity.create(new SandboxId(id), entities, hosts, settings, random, clock),
                new SandboxMessage.Stop());
        regions.start(
                Entities.CHECKPOINTS,
                id -> CheckpointEntity.create(CheckpointId.parse(id), entities, hosts, settings, clock),
                new CheckpointMessage.Stop());
        regions.start(
                Entities.IMAGES,
                id -> ImageLibraryEntity.create(new OrganizationId(id), settings, clock),
                new ImageMessage.Stop());
    }

    private record Region(ActorSystem<?> system, EntitySettings settings) {
        <M> void start(EntityTypeKey<M> key, Function<String, Behavior<M>> entity, M stop) {
            var defaults = ClusterShardingSettings.create(system);
            var sharding = defaults.withPassivationStrategy(
                    defaults.passivationStrategySettings().withIdleEntityPassivation(settings.idleTimeout()));
            ClusterSharding.get(system)
                    .init(Entity.of(key, context -> entity.apply(context.getEntityId()))
                            .withStopMessage(stop)
                            .withRole(settings.role())
                            .withSettings(sharding));
        }
    }
}
