package dev.sealbox.benchmarks;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.SpawnProtocol;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sealing.Vault;
import dev.sealbox.persistence.Persistence;
import dev.sealbox.persistence.PersistenceSettings;
import dev.sealbox.persistence.audit.AuditSettings;
import dev.sealbox.persistence.audit.DatabaseAuditLog;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.SealedNotary;
import dev.sealbox.persistence.keys.TinkVault;
import dev.sealbox.persistence.projection.ProjectionLag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CompletionStage;

/**
 * What a control node has between its API and the disk, in this process: entities, vault, journal and the embedded
 * PostgreSQL with the settings that people run it with. There are no sandboxes.
 */
final class JournalNode implements AutoCloseable {
    private final Path folder;
    final Database database;
    final Vault vault;
    final PersistenceSettings settings;
    final ActorSystem<SpawnProtocol.Command> system;
    final Persistence persistence;

    private JournalNode(Path folder) {
        this.folder = folder;
        var config = ConfigFactory.parseString("""
                akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                akka.cluster { roles = [control], jmx.enabled = off }
                sealbox.persistence {
                  database { url = "", folder = "%1$s/postgres" }
                  max-stores = 10000
                  audit.heads-file = "%1$s/heads.log"
                }
                """.formatted(folder))
                .withFallback(ConfigFactory.load())
                .resolve();
        this.settings = PersistenceSettings.from(config);
        this.database = Database.open(settings.database());
        var keys = MasterKeys.open(folder.resolve("master.json"), database);
        this.vault = new TinkVault(database, keys);
        this.system = ActorSystem.create(SpawnProtocol.create(), "sealbox", database.configuration(config));
        Cluster.get(system)
                .manager()
                .tell(Join.create(Cluster.get(system).selfMember().address()));
        this.persistence = Persistence.start(system, database, vault, noHosts(), settings);
        DatabaseAuditLog.start(system, database, SealedNotary.open(database, keys), AuditSettings.from(config));
    }

    static JournalNode open() {
        try {
            return new JournalNode(Files.createTempDirectory("sealbox-bench-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SandboxHosts noHosts() {
        return (SandboxHosts) Proxy.newProxyInstance(
                SandboxHosts.class.getClassLoader(),
                new Class<?>[] {SandboxHosts.class},
                (proxy, method, arguments) -> {
                    throw new IllegalStateException("there are no sandboxes here: " + method.getName());
                });
    }

    /** Events that the read model which is farthest behind has yet to take. */
    long lag() {
        return now(new ProjectionLag(database).events()).values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
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
        system.terminate();
        now(system.getWhenTerminated());
        database.close();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
