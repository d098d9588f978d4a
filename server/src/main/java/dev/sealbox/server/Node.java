package dev.sealbox.server;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.SpawnProtocol;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.cluster.typed.JoinSeedNodes;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import dev.sealbox.domain.forgetting.DestructionCertificates;
import dev.sealbox.domain.keys.MasterKeyRotation;
import dev.sealbox.domain.repeat.Repeats;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.session.Sessions;
import dev.sealbox.domain.usage.UsageMeters;
import dev.sealbox.http.Api;
import dev.sealbox.http.HttpSettings;
import dev.sealbox.persistence.Persistence;
import dev.sealbox.persistence.PersistenceSettings;
import dev.sealbox.persistence.audit.AuditSettings;
import dev.sealbox.persistence.audit.DatabaseAuditLog;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.OnlineRotation;
import dev.sealbox.persistence.keys.SealedAuthorityStore;
import dev.sealbox.persistence.keys.SealedNotary;
import dev.sealbox.persistence.keys.TinkVault;
import dev.sealbox.persistence.ledger.DatabaseUseLog;
import dev.sealbox.persistence.ledger.DurableLedger;
import dev.sealbox.persistence.ledger.LedgerSettings;
import dev.sealbox.persistence.projection.ProjectionLag;
import dev.sealbox.persistence.repeat.RememberedAnswers;
import dev.sealbox.persistence.usage.DatabaseUsage;
import dev.sealbox.server.NodeSettings.Role;
import dev.sealbox.server.host.ClusterHosts;
import dev.sealbox.server.host.ClusterSessions;
import dev.sealbox.server.host.HostActor;
import dev.sealbox.server.host.HostDirectory;
import dev.sealbox.server.host.IdleWatch;
import dev.sealbox.server.host.UsageWatch;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.PrintStream;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node, put together: database, keys, cluster, host, API, in this order, so that nothing is asked before it can
 * answer. {@link #stop} takes it apart in reverse.
 */
final class Node {
    private static final Logger log = LoggerFactory.getLogger(Node.class);

    private final Cleanup cleanup;
    private final Optional<Api> api;

    private Node(Cleanup cleanup, Optional<Api> api) {
        this.cleanup = cleanup;
        this.api = api;
    }

    /**
     * Starts a node; when it returns, requests are accepted.
     *
     * @param out where an API key that was generated is shown, once
     * @throws StartFailure in one line, with everything closed again
     */
    static Node start(Config loaded, PrintStream out) {
        var cleanup = new Cleanup();
        try {
            return new Assembly(loaded, NodeSettings.from(loaded), cleanup).node(out);
        } catch (RuntimeException e) {
            log.debug("the start failed", e);
            cleanup.run();
            throw e instanceof StartFailure
                    ? e
                    : new StartFailure(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    /** Where the API listens, as a URL; what a node without one says instead. */
    String address() {
        return api.map(bound -> "http://" + bound.address().getHostString() + ":"
                        + bound.address().getPort())
                .orElse("as a sandbox host without an API");
    }

    /** Stops cleanly; running sandboxes are kept or ended as configured. */
    void stop() {
        cleanup.run();
    }

    /** The steps of a start. */
    private record Assembly(Config loaded, NodeSettings settings, Cleanup cleanup) {

        Node node(PrintStream out) {
            var data = DataDirectory.take(settings.dataDir());
            cleanup.add("data folder", data::close);
            var config = identified(data);
            var persistence = PersistenceSettings.from(config);
            var database = Database.open(persistence.database());
            cleanup.add("database", database::close);
            var keys = MasterKeys.open(
                    persistence.masterKeys().open(System::getenv),
                    persistence.masterKeys().patience(),
                    database);
            var notary = SealedNotary.open(database, keys);
            var rotation = OnlineRotation.start(
                    database, keys, persistence.masterKeys().checkEvery());
            cleanup.add("master keys", rotation::close);
            var vault = new TinkVault(database, keys);
            var system = system(config, database);
            var directory = new HostDirectory();
            spawn(system, directory.keeper(), "host-directory");
            var hosts = new ClusterHosts(system, directory, settings.hostAnswerTimeout());
            var entities = Persistence.start(system, database, vault, hosts, persistence);
            var audit = DatabaseAuditLog.start(system, database, notary, AuditSettings.from(config));
            BootstrapKeys.issue(settings, data, entities.apiKeys(), out);
            var metrics = NodeMetrics.registry();
            var local = settings.roles().contains(Role.HOST)
                    ? Optional.of(HostParts.open(
                            system,
                            config,
                            data.hostId(),
                            vault,
                            new SealedAuthorityStore(database, keys),
                            ledger(config, database),
                            metrics,
                            cleanup))
                    : Optional.<HostParts>empty();
            local.ifPresent(parts -> join(
                    system, parts, directory, Persistence.registrar(system, persistence), new DatabaseUsage(database)));
            var repeats = new RememberedAnswers(database, notary).sweptBy(system);
            Waiting.on("resume what was interrupted", entities.recover());
            var certificates = Persistence.certificates(system, database, notary, persistence);
            return new Node(
                    cleanup,
                    api(
                            system,
                            config,
                            database,
                            entities,
                            Persistence.sessions(system, new ClusterSessions(system, hosts), persistence),
                            rotation,
                            certificates,
                            audit,
                            repeats,
                            local,
                            metrics));
        }

        /** Of the uses of secrets by this node's sandboxes. It is closed after the proxy, whose last records it takes. */
        private DurableLedger ledger(Config config, Database database) {
            var ledger = DurableLedger.start(database, LedgerSettings.from(config));
            cleanup.add("ledger of use", ledger::close);
            return ledger;
        }

        /** The data folder names the node, so that it is the same host after a restart. */
        private Config identified(DataDirectory data) {
            var id = data.hostId().value();
            return loaded.withValue("sealbox.runtime.node-id", ConfigValueFactory.fromAnyRef(id));
        }

        private ActorSystem<SpawnProtocol.Command> system(Config config, Database database) {
            var roles = settings.roles().stream()
                    .map(role -> role.name().toLowerCase(java.util.Locale.ROOT))
                    .toList();
            var complete = config.withValue("akka.cluster.roles", ConfigValueFactory.fromIterable(roles));
            var system = ActorSystem.create(SpawnProtocol.create(), "sealbox", database.configuration(complete));
            cleanup.add("cluster membership", () -> leave(system));
            enter(system);
            return system;
        }

        private void enter(ActorSystem<?> system) {
            var cluster = Cluster.get(system);
            if (settings.seeds().isEmpty()) {
                cluster.manager().tell(Join.create(cluster.selfMember().address()));
            } else {
                cluster.manager()
                        .tell(new JoinSeedNodes(settings.seeds().stream()
                                .map(seed -> akka.actor.AddressFromURIString.parse("akka://sealbox@" + seed))
                                .toList()));
            }
            Waiting.until(
                    "join the cluster",
                    settings.startTimeout(),
                    () -> cluster.selfMember().status().equals(MemberStatus.up()));
        }

        private static void leave(ActorSystem<?> system) {
            Waiting.on(
                    "leave the cluster",
                    CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.actorSystemTerminateReason()));
        }

        private void join(
                ActorSystem<SpawnProtocol.Command> system,
                HostParts parts,
                HostDirectory directory,
                Registrar registrar,
                UsageMeters usage) {
            spawn(system, HostActor.create(parts.host()), "sandbox-host");
            Waiting.until(
                    "register the host",
                    settings.startTimeout(),
                    () -> directory.knows(parts.host().id()));
            Waiting.on("adopt running sandboxes", parts.host().adopt(registrar));
            switch (settings.onShutdown()) {
                case KEEP -> {}
                case HIBERNATE ->
                    cleanup.add(
                            "sandboxes",
                            () -> Waiting.on(
                                    "hibernate the sandboxes", parts.host().hibernateAll(registrar)));
                case KILL ->
                    cleanup.add(
                            "sandboxes",
                            () -> Waiting.on("end the sandboxes", parts.host().stopAll()));
            }
            cleanup.add("idle watch", IdleWatch.start(parts.host(), registrar)::close);
            cleanup.add("usage watch", UsageWatch.start(parts.host(), usage)::close);
        }

        private Optional<Api> api(
                ActorSystem<?> system,
                Config config,
                Database database,
                Persistence entities,
                Sessions sessions,
                MasterKeyRotation rotation,
                DestructionCertificates certificates,
                DatabaseAuditLog audit,
                Repeats repeats,
                Optional<HostParts> local,
                PrometheusMeterRegistry metrics) {
            if (!settings.roles().contains(Role.CONTROL)) {
                return Optional.empty();
            }
            local.ifPresent(parts -> LedgerMetrics.watch(parts.ledger(), metrics));
            ProjectionMetrics.watch(system, new ProjectionLag(database), metrics);
            var api = Waiting.on(
                    "listen for requests",
                    Api.start(
                            system,
                            HttpSettings.from(config),
                            entities.stores(),
                            entities.versions(),
                            entities.sandboxes(),
                            entities.upkeep(),
                            sessions,
                            entities.checkpoints(),
                            entities.branches(),
                            entities.images(),
                            entities.answers(),
                            entities.apiKeys(),
                            rotation,
                            certificates,
                            entities.organizations(),
                            audit,
                            new DatabaseUseLog(database),
                            new DatabaseUsage(database).sweptBy(system),
                            repeats,
                            new NodeReadiness(system, database, local),
                            metrics));
            cleanup.add("API", () -> Waiting.on("stop the API", api.stop()));
            return Optional.of(api);
        }

        private static <M> void spawn(ActorSystem<SpawnProtocol.Command> system, Behavior<M> behavior, String name) {
            system.tell(new SpawnProtocol.Spawn<>(behavior, name, Props.empty(), system.ignoreRef()));
        }
    }
}
