package dev.sealbox.benchmarks;

import akka.actor.AddressFromURIString;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.SpawnProtocol;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.demo.upstream.TestAuthority;
import dev.sealbox.demo.upstream.TestUpstream;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.http.Api;
import dev.sealbox.http.HttpSettings;
import dev.sealbox.persistence.Persistence;
import dev.sealbox.persistence.PersistenceSettings;
import dev.sealbox.persistence.audit.AuditSettings;
import dev.sealbox.persistence.audit.DatabaseAuditLog;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.DerivedFileLinks;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.OnlineRotation;
import dev.sealbox.persistence.keys.SealedAuthorityStore;
import dev.sealbox.persistence.keys.SealedNotary;
import dev.sealbox.persistence.keys.TinkVault;
import dev.sealbox.persistence.keys.WebhookSecrets;
import dev.sealbox.persistence.ledger.DatabaseUseLog;
import dev.sealbox.persistence.repeat.RememberedAnswers;
import dev.sealbox.persistence.usage.DatabaseUsage;
import dev.sealbox.persistence.webhook.DatabaseWebhooks;
import dev.sealbox.persistence.webhook.WebhookSettings;
import dev.sealbox.proxy.EgressProxy;
import dev.sealbox.proxy.ProxySettings;
import dev.sealbox.proxy.webhook.HttpsCaller;
import dev.sealbox.server.host.CapacitySettings;
import dev.sealbox.server.host.ClusterHosts;
import dev.sealbox.server.host.ClusterLayers;
import dev.sealbox.server.host.ClusterPorts;
import dev.sealbox.server.host.ClusterSessions;
import dev.sealbox.server.host.DirectoryHosts;
import dev.sealbox.server.host.Host;
import dev.sealbox.server.host.HostActor;
import dev.sealbox.server.host.HostCapacity;
import dev.sealbox.server.host.HostDirectory;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;

/**
 * A node in this process, everything real from the API over entities, journal and vault to the egress proxy and an
 * upstream behind it, but for the containers: its sandboxes are addresses on loopback.
 */
final class RotationNode implements AutoCloseable {
    static final String KEY = "bench-key";
    static final String HOST = "api.example.test";
    static final OrganizationId ORGANIZATION = new OrganizationId("default");

    final Path folder;
    private final String other;
    private final Seat seat;
    final Database database;
    private final ActorSystem<SpawnProtocol.Command> system;
    final TestUpstream upstream;
    final EgressProxy proxy;
    final Persistence persistence;
    final Api api;

    private final HostDirectory directory;

    private boolean stopped;

    /**
     * Its place in a cluster.
     *
     * @param host which it is
     * @param keys the file of the master keys, which all share
     * @param seed the node that it joins; empty for the first
     */
    record Seat(HostId host, Path keys, Optional<String> seed) {}

    private RotationNode(Path folder, String other, Seat seat) throws IOException {
        this.folder = folder;
        this.other = other;
        this.seat = seat;
        var authority = new TestAuthority();
        var roots = Files.writeString(folder.resolve("upstreams.pem"), authority.pem());
        upstream = new TestUpstream(authority, List.of(HOST));
        var config =
                ConfigFactory.parseString(other).withFallback(config(roots)).resolve();
        var settings = PersistenceSettings.from(config);
        database = Database.open(settings.database());
        var keys = MasterKeys.open(seat.keys(), database);
        var vault = new TinkVault(database, keys);
        system = ActorSystem.create(SpawnProtocol.create(), "sealbox", database.configuration(config));
        var cluster = Cluster.get(system);
        cluster.manager()
                .tell(Join.create(seat.seed()
                        .map(AddressFromURIString::parse)
                        .orElseGet(() -> cluster.selfMember().address())));
        directory = new HostDirectory();
        system.tell(new SpawnProtocol.Spawn<>(directory.keeper(), "directory", Props.empty(), system.ignoreRef()));
        var hosts = new ClusterHosts(system, directory, Duration.ofMinutes(2));
        persistence = Persistence.start(system, database, vault, hosts, settings);
        proxy = EgressProxy.start(
                system,
                ProxySettings.from(config),
                vault,
                new SealedAuthorityStore(database, keys),
                UseLedger.none(),
                null);
        var host = new Host(
                seat.host(),
                LoopbackSandboxes.runtime(proxy.ports().proxy()),
                LoopbackSandboxes.sessions(),
                (sandbox, port) -> CompletableFuture.failedFuture(new SandboxMissing(sandbox)),
                proxy,
                proxy,
                // Its sandboxes use nothing.
                HostCapacity.of(
                        seat.host(),
                        new CapacitySettings(Optional.of(1L << 30), 1, 10_000, Map.of()),
                        folder.resolve("draining"),
                        () -> false,
                        () -> Set.of("base")),
                folder.resolve("last-uses"));
        system.tell(new SpawnProtocol.Spawn<>(
                HostActor.create(host, LoopbackSandboxes.layers(), Persistence.registrar(system, settings)),
                "host",
                Props.empty(),
                system.ignoreRef()));
        awaitHost(host.id());
        if (seat.seed().isEmpty()) {
            now(persistence.apiKeys().issue(ORGANIZATION, "bench", KEY));
        }
        var notary = SealedNotary.open(database, keys);
        api = now(Api.start(
                system,
                HttpSettings.from(config),
                persistence.stores(),
                persistence.versions(),
                persistence.sandboxes(),
                new DerivedFileLinks(notary),
                persistence.upkeep(),
                Persistence.sessions(system, new ClusterSessions(system, hosts), settings),
                Persistence.previews(system, new ClusterPorts(system, hosts), settings),
                persistence.checkpoints(),
                persistence.branches(),
                persistence.images(),
                persistence.archives(
                        new ClusterLayers(system, directory, hosts), SealedNotary.open(database, keys), settings),
                persistence.answers(),
                persistence.apiKeys(),
                new DirectoryHosts(directory, hosts),
                OnlineRotation.start(database, keys, settings.masterKeys().checkEvery()),
                Persistence.certificates(system, database, notary, settings),
                persistence.organizations(),
                DatabaseAuditLog.start(system, database, notary, AuditSettings.from(config)),
                new DatabaseUseLog(database),
                new DatabaseUsage(database),
                new DatabaseWebhooks(
                        database,
                        new WebhookSecrets(keys),
                        HttpsCaller.from(config),
                        Persistence.webhookNotes(system, settings),
                        WebhookSettings.from(config)),
                new RememberedAnswers(database, notary),
                () -> CompletableFuture.completedFuture(List.of()),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
    }

    private Config config(Path roots) {
        return ConfigFactory.parseString("""
                akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                akka.cluster { roles = [control, host], jmx.enabled = off }
                akka.loglevel = WARNING
                sealbox.http { port = 0 }
                sealbox.persistence {
                  audit.heads-file = "%1$s/heads.log"
                  database { url = "", folder = "%1$s/postgres" }
                  max-sandboxes = 5000
                }
                sealbox.proxy {
                  listen { address = "127.0.0.1", proxy-port = 0, tls-port = 0, http-port = 0, dns-port = 0, tcp-port = 0 }
                  upstream { overrides = "%2$s=127.0.0.1:%3$d", ca-file = "%4$s" }
                }
                """.formatted(folder, HOST, upstream.port(), roots))
                .withFallback(ConfigFactory.load())
                .resolve();
    }

    static RotationNode open() {
        return open("");
    }

    /** With settings that differ, as HOCON. */
    static RotationNode open(String settings) {
        try {
            return open(Files.createTempDirectory("sealbox-bench-"), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first of a cluster, or the only one. */
    static RotationNode open(Path folder, String settings) throws IOException {
        return new RotationNode(
                folder, settings, new Seat(new HostId("host-1"), folder.resolve("master.json"), Optional.empty()));
    }

    /** One that joins others. */
    static RotationNode join(Path folder, String settings, Seat seat) throws IOException {
        return new RotationNode(folder, settings, seat);
    }

    /** By which others join it. */
    String address() {
        return Cluster.get(system).selfMember().address().toString();
    }

    /** Waits until it can reach that host. */
    void awaitHost(HostId host) {
        var deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!directory.knows(host)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(host + " does not come");
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** Stops it, and starts one on what it has left behind. */
    RotationNode again() {
        stop();
        try {
            return new RotationNode(folder, other, seat);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T now(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    /** May be repeated, and called by another thread. */
    @Override
    public synchronized void close() {
        if (!Files.exists(folder)) {
            return;
        }
        stop();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        now(proxy.stop());
        system.terminate();
        now(system.getWhenTerminated());
        database.close();
        upstream.close();
    }
}
