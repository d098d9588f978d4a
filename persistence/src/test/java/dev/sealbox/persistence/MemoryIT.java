package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.ShardRegion.CurrentShardRegionState;
import akka.cluster.sharding.typed.ClusterShardingQuery;
import akka.cluster.sharding.typed.GetShardRegionState;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.Claim;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.SecretSummary;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.entity.SandboxEntity;
import dev.sealbox.persistence.entity.SandboxMessage;
import dev.sealbox.persistence.entity.SecretStoreEntity;
import dev.sealbox.persistence.entity.StoreMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entities that leave memory all the time, and snapshots after every few events. */
class MemoryIT {
    /** Longer than a start or a push takes on a busy machine: an entity that leaves in the middle of one replies to nobody. */
    private static final String FORGETFUL = "sealbox.persistence { idle-timeout = 3 s, snapshot-every = 3 }";

    private static final SecretName TOKEN = new SecretName("TOKEN");

    @TempDir
    private Path folder;

    @Test
    void forgetsNothingThatWasAcknowledged() {
        var settings = TestDatabase.fresh();
        var hosts = new RememberedHosts();
        try (var node = TestNode.start(settings, folder.resolve("master.json"), hosts, FORGETFUL)) {
            var stores = node.persistence.stores();
            var store = done(stores.create(RestartIT.ORIGIN, new StoreName("creds"), List.of()))
                    .id();
            done(stores.set(RestartIT.ORIGIN, store, TOKEN, Plaintext.of("value-0"), List.of()));
            var sandbox = done(node.persistence.sandboxes().create(RestartIT.ORIGIN, RestartIT.wanted("creds")))
                    .id();

            for (var version = 2; version <= 8; version++) {
                done(stores.set(RestartIT.ORIGIN, store, TOKEN, Plaintext.of("value-" + version), List.of()));
                assertThat(hosts.values.get(sandbox)).containsEntry(TOKEN, "value-" + version);
                if (version % 2 == 0) {
                    eventually("nobody is in memory", () -> inMemory(node.system) == 0);
                }
                assertThat(done(stores.secrets(RestartIT.ORIGIN, store)))
                        .extracting(SecretSummary::version)
                        .containsExactly(version);
            }
            eventually("snapshots are kept", () -> snapshots(node.database) > 0);

            done(stores.update(
                    RestartIT.ORIGIN,
                    store,
                    Optional.empty(),
                    Optional.of(HostPattern.parseAll(List.of("example.com")))));
            done(stores.delete(RestartIT.ORIGIN, store));
            eventually("nobody is in memory", () -> inMemory(node.system) == 0);
            assertThat(told(node.registrar.claim(RememberedHosts.HERE, sandbox)))
                    .isInstanceOfSatisfying(Claim.Runs.class, runs -> {
                        var policy = runs.policy();
                        assertThat(policy.allowlist()).isEqualTo(HostPattern.parseAll(List.of("example.com")));
                        // A host that has the value open keeps it; nobody else can open it.
                        assertThat(policy.grants().values()).allMatch(Grant::orphaned);
                    });
        }
    }

    private static long inMemory(ActorSystem<?> system) {
        return entities(system, EntityTypeKey.create(StoreMessage.class, SecretStoreEntity.TYPE))
                + entities(system, EntityTypeKey.create(SandboxMessage.class, SandboxEntity.TYPE));
    }

    private static long entities(ActorSystem<?> system, EntityTypeKey<?> type) {
        return told(AskPattern.<ClusterShardingQuery, CurrentShardRegionState>ask(
                        ClusterSharding.get(system).shardState(),
                        replyTo -> new GetShardRegionState(type, replyTo),
                        Duration.ofMinutes(1),
                        system.scheduler()))
                .getShards()
                .stream()
                .mapToLong(shard -> shard.getEntityIds().size())
                .sum();
    }

    private static long snapshots(Database database) {
        return database.now("count snapshots", connection -> {
            try (var query = connection.prepareStatement("SELECT count(*) FROM snapshot");
                    var rows = query.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }
}
