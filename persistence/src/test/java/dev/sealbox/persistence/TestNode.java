package dev.sealbox.persistence;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.forgetting.DestructionCertificates;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sealing.Vault;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseSettings;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.SealedNotary;
import dev.sealbox.persistence.keys.TinkVault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One node on a real database: a cluster of one, whose containers are only remembered. */
final class TestNode implements AutoCloseable {
    private static final String CLUSTER = """
            akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
            akka.cluster {
              roles = [control]
              jmx.enabled = off
              downing-provider-class = "akka.cluster.sbr.SplitBrainResolverProvider"
              shutdown-after-unsuccessful-join-seed-nodes = off
            }
            # Every message goes through its serialiser, as between nodes.
            akka.actor.serialize-messages = on
            akka.coordinated-shutdown.exit-jvm = off
            # There is nobody to hand shards over to.
            akka.coordinated-shutdown.phases.cluster-sharding-shutdown-region.timeout = 2 s
            akka.loglevel = WARNING
            sealbox.persistence { retry-after = 200 ms, ask-timeout = 30 s, push-timeout = 30 s }
            """;

    final Database database;
    final MasterKeys masters;
    final Vault vault;
    final RememberedHosts hosts;
    final ActorSystem<Void> system;
    final Registrar registrar;
    final Persistence persistence;
    final DestructionCertificates certificates;

    private TestNode(Database database, Path masterKey, RememberedHosts hosts, Config config) {
        var settings = PersistenceSettings.from(config);
        this.database = database;
        this.masters = MasterKeys.open(masterKey, database);
        this.vault = new TinkVault(database, masters);
        this.hosts = hosts.opening(vault);
        this.system = ActorSystem.create(Behaviors.empty(), "sealbox", database.configuration(config));
        Cluster.get(system)
                .manager()
                .tell(Join.create(Cluster.get(system).selfMember().address()));
        Told.eventually(
                "the node is a member",
                () -> Cluster.get(system).selfMember().status().equals(MemberStatus.up()));
        this.registrar = Persistence.registrar(system, settings);
        this.persistence = Persistence.start(system, database, vault, hosts, settings);
        this.certificates = Persistence.certificates(system, database, SealedNotary.open(database, masters), settings);
    }

    /** A server of the node's own, as an operator has it who gives no other. */
    static DatabaseSettings embedded(Path folder) {
        return new DatabaseSettings(Optional.empty(), folder, 4, 4, Duration.ofSeconds(60));
    }

    static TestNode start(DatabaseSettings settings, Path masterKey, RememberedHosts hosts, String extra) {
        var config = ConfigFactory.parseString(extra)
                .withFallback(ConfigFactory.parseString(CLUSTER))
                .withFallback(ConfigFactory.load());
        return new TestNode(Database.open(settings), masterKey, hosts, config);
    }

    @Override
    public void close() {
        system.terminate();
        try {
            system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the actor system does not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        database.close();
    }
}
