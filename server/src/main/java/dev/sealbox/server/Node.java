package dev.sealbox.server;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.SpawnProtocol;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import dev.sealbox.domain.forgetting.DestructionCertificates;
import dev.sealbox.domain.keys.MasterKeyRotation;
import dev.sealbox.domain.layer.Archives;
import dev.sealbox.domain.placement.Hosts;
import dev.sealbox.domain.preview.Previews;
import dev.sealbox.domain.repeat.Repeats;
import dev.sealbox.domain.sandbox.FileLinks;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.session.Sessions;
import dev.sealbox.domain.usage.UsageMeters;
import dev.sealbox.domain.webhook.Webhooks;
import dev.sealbox.http.Api;
import dev.sealbox.http.HttpSettings;
import dev.sealbox.http.Vitals;
import dev.sealbox.persistence.Persistence;
import dev.sealbox.persistence.PersistenceSettings;
import dev.sealbox.persistence.audit.AuditSettings;
import dev.sealbox.persistence.audit.DatabaseAuditLog;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.DerivedFileLinks;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.OnlineRotation;
import dev.sealbox.persistence.keys.SealedAuthorityStore;
import dev.sealbox.persistence.keys.SealedLayerKeys;
import dev.sealbox.persistence.keys.SealedNotary;
import dev.sealbox.persistence.keys.TinkVault;
import dev.sealbox.persistence.keys.WebhookSecrets;
import dev.sealbox.persistence.layers.LayerStores;
import dev.sealbox.persistence.layers.LayerSweep;
import dev.sealbox.persistence.layers.ObjectLayerStore;
import dev.sealbox.persistence.ledger.DatabaseUseLog;
import dev.sealbox.persistence.ledger.DurableLedger;
import dev.sealbox.persistence.ledger.LedgerSettings;
import dev.sealbox.persistence.projection.ProjectionLag;
import dev.sealbox.persistence.repeat.RememberedAnswers;
import dev.sealbox.persistence.usage.DatabaseUsage;
import dev.sealbox.persistence.webhook.DatabaseWebhooks;
import dev.sealbox.persistence.webhook.Deliveries;
import dev.sealbox.persistence.webhook.WebhookSettings;
import dev.sealbox.proxy.webhook.HttpsCaller;
import dev.sealbox.server.NodeSettings.Role;
import dev.sealbox.server.host.ClusterHosts;
import dev.sealbox.server.host.ClusterLayers;
import dev.sealbox.server.host.ClusterPorts;
import dev.sealbox.server.host.ClusterSessions;
import dev.sealbox.server.host.DirectoryHosts;
import dev.sealbox.server.host.HostActor;
import dev.sealbox.server.host.HostDirectory;
import dev.sealbox.server.host.HostLosses;
import dev.sealbox.server.host.HostUpkeep;
import dev.sealbox.server.host.IdleWatch;
import dev.sealbox.server.host.LayerSource;
import dev.sealbox.server.host.Layered;
import dev.sealbox.server.host.Lease;
import dev.sealbox.server.host.Leases;
import dev.sealbox.server.host.PeerLayers;
import dev.sealbox.server.host.UsageWatch;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node, put together: database, keys, cluster, host, API, in this order, so that nothing is asked before it can
 * answer. {@link #stop} takes it apart in reverse.
 */
final class Node {
    private static final Logger log = LoggerFactory.getLogger(Node.class);

    private final Cleanup cleanup;
    private final InetSocketAddress listening;
    private final Membership membership;

    private Node(Cleanup cleanup, InetSocketAddress listening, Membership membership) {
        this.cleanup = cleanup;
        this.listening = listening;
        this.membership = membership;
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

    /** Where the API listens, as a URL; on a node without it, where its health is told. */
    String address() {
        return "http://" + listening.getHostString() + ":" + listening.getPort();
    }

    /** Complete when the node has lost its place in the cluster, and can only be stopped and started anew. */
    CompletionStage<Done> excluded() {
        return membership.excluded();
    }

    /** Has {@code act} run when the process gets a signal to end. */
    void whenToldToEnd(Runnable act) {
        membership.whenToldToEnd(act);
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
            var cluster = ClusterSettings.from(config);
            var system = system(config, cluster, database);
            var membership = enter(system, cluster);
            var directory = new HostDirectory();
            spawn(system, directory.keeper(), "host-directory");
            var store = LayerStores.open(config, new SealedLayerKeys(database, keys));
            var hosts = new ClusterHosts(system, directory, settings.hostAnswerTimeout(), store);
            var entities = Persistence.start(system, database, vault, hosts, persistence);
            if (isControl()) {
                spawn(system, Leases.granting(), "leases");
                BootstrapKeys.issue(settings, data, entities.apiKeys(), out);
            }
            var metrics = NodeMetrics.registry();
            var local = settings.roles().contains(Role.HOST)
                    ? Optional.of(HostParts.open(
                            system,
                            config,
                            data.hostId(),
                            vault,
                            new SealedAuthorityStore(database, keys),
                            ledger(config, database),
                            lease(system),
                            metrics,
                            cleanup))
                    : Optional.<HostParts>empty();
            local.ifPresent(parts -> join(
                    system,
                    parts,
                    layered(parts, store, new PeerLayers(system, parts.host().id(), directory, hosts)),
                    directory,
                    Persistence.registrar(system, persistence),
                    new DatabaseUsage(database)));
            ClusterMetrics.watch(system, metrics);
            local.ifPresent(parts -> LedgerMetrics.watch(parts.ledger(), metrics));
            local.ifPresent(parts -> ClusterMetrics.watch(parts.lease(), metrics));
            local.ifPresent(parts -> DiskMetrics.watch(parts.runtime(), metrics));
            var readiness = new NodeReadiness(membership, database, local);
            if (!isControl()) {
                return new Node(cleanup, vitals(system, config, readiness, metrics), membership);
            }
            spawn(system, HostLosses.watch(directory, settings.hostLossAfter(), entities::lost), "host-losses");
            Waiting.on("resume what was interrupted", entities.recover());
            store.ifPresent(shared -> LayerSweep.every(
                    settings.layerSweepEvery(), system, shared, entities.layerNeeds(system, database, persistence)));
            return new Node(
                    cleanup,
                    api(
                            system,
                            config,
                            database,
                            entities,
                            entities.archives(new ClusterLayers(system, directory, hosts), notary, persistence),
                            Persistence.sessions(system, new ClusterSessions(system, hosts), persistence),
                            Persistence.previews(system, new ClusterPorts(system, hosts), persistence),
                            new DirectoryHosts(directory, hosts),
                            rotation,
                            Persistence.certificates(system, database, notary, persistence),
                            DatabaseAuditLog.start(system, database, notary, AuditSettings.from(config)),
                            new RememberedAnswers(database, notary).sweptBy(system),
                            new DerivedFileLinks(notary),
                            webhooks(config, database, keys, Persistence.webhookNotes(system, persistence)),
                            readiness,
                            metrics),
                    membership);
        }

        private boolean isControl() {
            return settings.roles().contains(Role.CONTROL);
        }

        /** Held before the first sandbox of this host can use a secret. */
        private Lease lease(ActorSystem<SpawnProtocol.Command> system) {
            var lease = new Lease(settings.lease(), System::nanoTime);
            spawn(system, Leases.keeping(lease), "lease");
            Waiting.until("hear from most of the control nodes", settings.startTimeout(), lease::holds);
            return lease;
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

        private ActorSystem<SpawnProtocol.Command> system(Config config, ClusterSettings cluster, Database database) {
            var roles = settings.roles().stream()
                    .map(role -> role.name().toLowerCase(java.util.Locale.ROOT))
                    .toList();
            var complete = cluster.over(config.withValue("akka.cluster.roles", ConfigValueFactory.fromIterable(roles))
                    .withValue("akka.cluster.app-version", config.getValue("sealbox.node.version")));
            return ActorSystem.create(SpawnProtocol.create(), "sealbox", database.configuration(complete));
        }

        private Membership enter(ActorSystem<?> system, ClusterSettings cluster) {
            var membership = new Membership(system);
            cleanup.add("cluster membership", membership::leave);
            membership.enter(settings.seeds(), cluster.discovery().isPresent(), settings.startTimeout());
            return membership;
        }

        private Layered layered(HostParts parts, Optional<ObjectLayerStore> store, LayerSource peers) {
            var layered = Layered.over(parts.runtime().offers(), store, peers, settings.layerRetryAfter());
            cleanup.add("sharing of layers", layered::close);
            return layered;
        }

        private void join(
                ActorSystem<SpawnProtocol.Command> system,
                HostParts parts,
                Layered layered,
                HostDirectory directory,
                Registrar registrar,
                UsageMeters usage) {
            // Else it would be told as full, which is looked at again only after some seconds.
            if (parts.runtime().hasSandboxes()) {
                parts.host().expectAdoption();
            }
            spawn(system, HostActor.create(parts.host(), parts.runtime().layers(), layered, registrar), "sandbox-host");
            Waiting.until(
                    "register the host",
                    settings.startTimeout(),
                    () -> directory.knows(parts.host().id()));
            parts.lease().afterGaps(() -> parts.host().catchUp(registrar));
            Waiting.on("adopt running sandboxes", parts.host().adopt(registrar));
            Waiting.on("have it known", directory.lookAt(parts.host().id(), system));
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
            cleanup.add(
                    "host upkeep",
                    HostUpkeep.start(
                            parts.host(),
                            parts.host().capacity(),
                            parts.runtime().offers(),
                            registrar,
                            settings.hostAskAgainAfter())::close);
            cleanup.add("idle watch", IdleWatch.start(parts.host(), registrar)::close);
            cleanup.add("usage watch", UsageWatch.start(parts.host(), usage)::close);
        }

        private InetSocketAddress api(
                ActorSystem<?> system,
                Config config,
                Database database,
                Persistence entities,
                Archives archives,
                Sessions sessions,
                Previews previews,
                Hosts fleet,
                MasterKeyRotation rotation,
                DestructionCertificates certificates,
                DatabaseAuditLog audit,
                Repeats repeats,
                FileLinks fileLinks,
                Webhooks webhooks,
                NodeReadiness readiness,
                PrometheusMeterRegistry metrics) {
            ProjectionMetrics.watch(system, new ProjectionLag(database), metrics);
            var api = Waiting.on(
                    "listen for requests",
                    Api.start(
                            system,
                            HttpSettings.from(config),
                            entities.stores(),
                            entities.versions(),
                            entities.sandboxes(),
                            fileLinks,
                            entities.upkeep(),
                            sessions,
                            previews,
                            entities.checkpoints(),
                            entities.branches(),
                            entities.images(),
                            archives,
                            entities.answers(),
                            entities.apiKeys(),
                            fleet,
                            rotation,
                            certificates,
                            entities.organizations(),
                            audit,
                            new DatabaseUseLog(database),
                            new DatabaseUsage(database).sweptBy(system),
                            webhooks,
                            repeats,
                            readiness,
                            metrics));
            cleanup.add("API", () -> Waiting.on("stop the API", api.stop()));
            return api.address();
        }

        /** Their messages are sent from here on. */
        private Webhooks webhooks(Config config, Database database, MasterKeys keys, DatabaseWebhooks.Notes notes) {
            var settings = WebhookSettings.from(config);
            var secrets = new WebhookSecrets(keys);
            var caller = HttpsCaller.from(config);
            cleanup.add("calls of webhooks", caller::close);
            cleanup.add("deliveries of webhooks", Deliveries.start(database, secrets, caller, settings)::close);
            return new DatabaseWebhooks(database, secrets, caller, notes, settings);
        }

        /** What a node without an API answers to those who watch it. */
        private InetSocketAddress vitals(
                ActorSystem<?> system, Config config, NodeReadiness readiness, PrometheusMeterRegistry metrics) {
            var vitals = Waiting.on(
                    "listen for questions about its health",
                    Vitals.start(system, HttpSettings.from(config), readiness, metrics));
            cleanup.add("vitals", () -> Waiting.on("stop answering about its health", vitals.stop()));
            return vitals.address();
        }

        private static <M> void spawn(ActorSystem<SpawnProtocol.Command> system, Behavior<M> behavior, String name) {
            system.tell(new SpawnProtocol.Spawn<>(behavior, name, Props.empty(), system.ignoreRef()));
        }
    }
}
