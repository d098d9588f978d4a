package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.Checkpoints;
import dev.sealbox.domain.checkpoint.NewFork;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.SecretStores;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.Regions;
import dev.sealbox.persistence.service.ShardedBranches;
import dev.sealbox.persistence.service.ShardedCheckpoints;
import dev.sealbox.persistence.service.ShardedSandboxes;
import dev.sealbox.persistence.service.ShardedSecretStores;
import dev.sealbox.persistence.service.ShardedSecretVersions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random trees of sandboxes: the real entities and services, on a journal in memory and hosts without containers, against
 * {@link BranchModel}. After each step every sandbox of the tree is compared.
 */
class BranchingHistoriesTest {
    private static final int TREES = Integer.getInteger("sealbox.test.trees", 2000);
    private static final int STEPS = 12;
    private static final List<String> PATTERNS = List.of("a.test", "b.test", "*.a.test", "*");
    private static final List<String> NAMES = List.of("ALPHA", "BETA", "GAMMA");
    private static final List<String> STORE_NAMES = List.of("one", "two", "three", "four");
    private static final RememberedHosts HOSTS = new RememberedHosts();

    private static ActorSystem<Void> system;
    private static SecretStores stores;
    private static Sandboxes sandboxes;
    private static Checkpoints checkpoints;
    private static ShardedBranches branches;

    @BeforeAll
    static void start() {
        var config = ConfigFactory.parseString("""
                        akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        akka.cluster { roles = [control], jmx.enabled = off }
                        akka.coordinated-shutdown.exit-jvm = off
                        akka.loglevel = WARNING
                        sealbox.persistence.max-sandboxes = 1000
                        """)
                .withFallback(EventSourcedBehaviorTestKit.config())
                .withFallback(ConfigFactory.parseResources("sealbox-journal.conf"))
                .withFallback(ConfigFactory.load())
                .resolve();
        var settings = PersistenceSettings.from(config);
        system = ActorSystem.create(Behaviors.empty(), "trees", config);
        var cluster = Cluster.get(system);
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        Told.eventually(
                "the node is a member", () -> cluster.selfMember().status().equals(MemberStatus.up()));
        var vault = new OpenVault();
        HOSTS.opening(vault);
        var random = new SecureRandom();
        var clock = Clock.systemUTC();
        var entities = new Entities(system, settings.entities());
        Regions.start(system, entities, vault, HOSTS, settings.entities(), random, clock);
        var services = settings.services();
        stores = new ShardedSecretStores(entities, new ShardedSecretVersions(entities, vault, services), services);
        sandboxes = new ShardedSandboxes(entities, HOSTS, stores, random, services, clock);
        checkpoints = new ShardedCheckpoints(entities, HOSTS, sandboxes, random, services, clock);
        branches = new ShardedBranches(entities, services);
    }

    @AfterAll
    static void stop() throws Exception {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void everySandboxOfEveryTreeMeansWhatTheModelSays() {
        var first = Long.getLong("sealbox.test.seed", System.currentTimeMillis());
        System.out.println("BranchingHistoriesTest: " + TREES + " trees from seed " + first);

        IntStream.range(0, TREES).parallel().forEach(i -> new Tree(first + i).grow());
    }

    /** One organisation, in the model and in the entities. */
    private static final class Tree {
        private final long seed;
        private final Random random;
        private final Origin origin;
        private final BranchModel model = new BranchModel();
        private final Map<BranchModel.Store, StoreId> storeIds = new HashMap<>();
        private final Map<BranchModel.Sandbox, SandboxId> sandboxIds = new LinkedHashMap<>();
        private final Map<BranchModel.Checkpoint, CheckpointId> checkpointIds = new LinkedHashMap<>();
        private final List<String> steps = new ArrayList<>();
        private int drawn;

        Tree(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.origin = new Origin(new OrganizationId("tree-" + seed), "key", "", "");
        }

        void grow() {
            try {
                for (var step = 0; step < STEPS; step++) {
                    step();
                    sandboxIds.forEach(this::compare);
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", after " + String.join("; ", steps), e);
            }
        }

        private void step() {
            switch (random.nextInt(14)) {
                case 0 -> createStore();
                case 1, 2, 3 -> any(living()).ifPresent(this::set);
                case 4 -> any(living()).ifPresent(this::deleteSecret);
                case 5 -> any(living()).ifPresent(this::rename);
                case 6 -> any(living()).ifPresent(this::changeAllowlist);
                case 7 -> any(living()).filter(store -> random.nextBoolean()).ifPresent(this::deleteStore);
                case 8 -> createSandbox();
                case 9, 10 -> any(model.sandboxes).ifPresentOrElse(this::checkpoint, this::createSandbox);
                case 11, 12 -> any(model.checkpoints).ifPresentOrElse(this::fork, this::createStore);
                default -> any(model.checkpoints).ifPresent(random.nextInt(4) == 0 ? this::cut : this::restore);
            }
        }

        private List<BranchModel.Store> living() {
            return model.stores.stream().filter(store -> !store.deleted).toList();
        }

        private <T> Optional<T> any(List<T> all) {
            return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
        }

        private List<String> patterns() {
            return PATTERNS.stream().filter(pattern -> random.nextInt(4) == 0).toList();
        }

        private Optional<String> freeName() {
            return any(STORE_NAMES.stream()
                    .filter(name -> model.named(name).isEmpty())
                    .toList());
        }

        private StoreId id(BranchModel.Store store) {
            return Optional.ofNullable(storeIds.get(store)).orElseThrow();
        }

        private void createStore() {
            freeName().ifPresent(name -> {
                var store = new BranchModel.Store(name, patterns());
                steps.add("store " + name + " " + store.allowlist);
                storeIds.put(
                        store,
                        done(stores.create(origin, new StoreName(name), HostPattern.parseAll(store.allowlist)))
                                .id());
                model.stores.add(store);
            });
        }

        private void set(BranchModel.Store store) {
            var name = any(NAMES).orElseThrow();
            var secret = new BranchModel.Secret("value-" + seed + "-" + drawn++, patterns());
            steps.add("set " + store.name + "." + name + " " + secret);
            done(stores.set(
                    origin,
                    id(store),
                    new SecretName(name),
                    Plaintext.of(secret.value()),
                    HostPattern.parseAll(secret.hosts())));
            model.set(store, name, secret);
        }

        private void deleteSecret(BranchModel.Store store) {
            any(List.copyOf(store.secrets.keySet())).ifPresent(name -> {
                steps.add("delete " + store.name + "." + name);
                done(stores.deleteSecret(origin, id(store), new SecretName(name)));
                store.secrets.remove(name);
            });
        }

        private void rename(BranchModel.Store store) {
            freeName().ifPresent(name -> {
                steps.add("rename " + store.name + " to " + name);
                done(stores.update(origin, id(store), Optional.of(new StoreName(name)), Optional.empty()));
                store.name = name;
            });
        }

        private void changeAllowlist(BranchModel.Store store) {
            var allowlist = patterns();
            steps.add("allow " + store.name + " " + allowlist);
            done(stores.update(origin, id(store), Optional.empty(), Optional.of(HostPattern.parseAll(allowlist))));
            store.allowlist = allowlist;
        }

        private void deleteStore(BranchModel.Store store) {
            steps.add("delete " + store.name);
            done(stores.delete(origin, id(store)));
            store.deleted = true;
        }

        private void createSandbox() {
            var store = random.nextInt(5) == 0 ? Optional.<BranchModel.Store>empty() : any(living());
            steps.add("create on " + store.map(one -> one.name).orElse("nothing"));
            var wanted = new NewSandbox("base", name(store), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
            var id = done(sandboxes.create(origin, wanted)).id();
            sandboxIds.put(model.create(store), id);
        }

        private static Optional<StoreName> name(Optional<BranchModel.Store> store) {
            return store.map(one -> new StoreName(one.name));
        }

        private SandboxId id(BranchModel.Sandbox sandbox) {
            return Optional.ofNullable(sandboxIds.get(sandbox)).orElseThrow();
        }

        private CheckpointId id(BranchModel.Checkpoint checkpoint) {
            return Optional.ofNullable(checkpointIds.get(checkpoint)).orElseThrow();
        }

        private void checkpoint(BranchModel.Sandbox sandbox) {
            steps.add("checkpoint " + id(sandbox));
            var made = done(checkpoints.create(origin, id(sandbox), "c" + drawn++, CheckpointKind.DISK_ONLY));
            model.checkpoint(sandbox);
            checkpointIds.put(model.checkpoints.getLast(), made.id());
        }

        private void fork(BranchModel.Checkpoint checkpoint) {
            var top = random.nextInt(3) == 0 ? Optional.<BranchModel.Store>empty() : any(living());
            steps.add("fork " + id(checkpoint) + " with "
                    + top.map(one -> one.name).orElse("nothing"));
            var wanted = new NewFork(name(top), 0, Map.of(), Map.of(), Optional.empty(), Optional.empty());
            var id = done(checkpoints.fork(origin, id(checkpoint), wanted)).id();
            sandboxIds.put(model.fork(checkpoint, top), id);
        }

        /** Layers, tokens and values stay what they are (SEMANTICS 10.8), so the model does nothing. */
        private void restore(BranchModel.Checkpoint checkpoint) {
            var sandbox = id(checkpoint.source());
            steps.add("restore " + sandbox);
            // Refused as long as the checkpoint is being taken.
            Told.eventually(
                    "it is put back",
                    () -> Told.told(branches.restore(origin, sandbox, id(checkpoint))) instanceof Outcome.Done);
            // Waits until it runs again.
            done(sandboxes.run(
                    origin, sandbox, new Run(List.of("true"), Map.of(), Optional.empty(), Duration.ofSeconds(9))));
        }

        private void cut(BranchModel.Checkpoint checkpoint) {
            steps.add("cut " + id(checkpoint.source()));
            done(branches.revokeSecrets(origin, id(checkpoint.source())));
            checkpoint.source().cut = true;
        }

        private void compare(BranchModel.Sandbox sandbox, SandboxId id) {
            var policy = HOSTS.policy(id);
            assertThat(HostPattern.texts(policy.allowlist()))
                    .as("hosts of " + id)
                    .isEqualTo(sandbox.allowlist());
            var values = new TreeMap<String, BranchModel.Secret>();
            policy.grants()
                    .forEach((name, grant) -> values.put(
                            name.value(),
                            new BranchModel.Secret(
                                    HOSTS.values.getOrDefault(id, Map.of()).getOrDefault(name, ""),
                                    HostPattern.texts(grant.hosts()))));
            assertThat(values).as("secrets of " + id).isEqualTo(sandbox.secrets());
            var tokens = new TreeMap<String, Integer>();
            policy.tokens().values().stream()
                    .filter(policy.grants()::containsKey)
                    .forEach(name -> tokens.merge(name.value(), 1, Integer::sum));
            assertThat(tokens).as("tokens of " + id).isEqualTo(sandbox.tokens());
        }
    }
}
