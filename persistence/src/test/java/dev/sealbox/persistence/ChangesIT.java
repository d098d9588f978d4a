package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
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
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretChanged;
import dev.sealbox.persistence.database.DatabaseSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of stores on their way to sandboxes that run. */
class ChangesIT {
    private static final SecretName KEY = new SecretName("API_KEY");
    private static final SecretName FRESH = new SecretName("FRESH");
    private static final String IMPATIENT = "sealbox.persistence.push-timeout = 2 s";

    private final RememberedHosts hosts = new RememberedHosts();
    private final DatabaseSettings database = TestDatabase.fresh();
    private final Origin origin =
            new Origin(new OrganizationId("org-" + UUID.randomUUID()), "key-1", "127.0.0.1", "request-1");

    @TempDir
    private Path folder;

    private Optional<TestNode> running = Optional.empty();

    @AfterEach
    void stop() {
        running.ifPresent(TestNode::close);
    }

    private TestNode node() {
        if (running.isEmpty()) {
            start("");
        }
        return running.get();
    }

    private void start(String settings) {
        running = Optional.of(TestNode.start(database, folder.resolve("master.json"), hosts, settings));
    }

    /** The node ends and comes back; the hosts and their containers stay. */
    private void restart() {
        stop();
        running = Optional.empty();
    }

    private StoreId store(String name, String... allowlist) {
        return done(node().persistence
                        .stores()
                        .create(origin, new StoreName(name), HostPattern.parseAll(List.of(allowlist))))
                .id();
    }

    private CompletionStage<Outcome<Refreshed>> setting(StoreId store, SecretName name, String value) {
        return node().persistence
                .stores()
                .set(origin, store, name, Plaintext.of(value), List.of())
                .thenApply(outcome -> outcome.map(SecretChanged::refreshed));
    }

    private Refreshed set(StoreId store, SecretName name, String value) {
        return done(setting(store, name, value));
    }

    private SandboxId sandbox(String store) {
        var wanted = new NewSandbox(
                "base",
                Optional.of(new StoreName(store)),
                new Limits(1, 1024, 20480),
                0,
                Map.of("PLAIN", "yes"),
                Map.of());
        return done(node().persistence.sandboxes().create(origin, wanted)).id();
    }

    private SandboxId fork(SandboxId parent, String store) {
        var checkpoint = done(node().persistence
                        .checkpoints()
                        .create(origin, parent, "c-" + UUID.randomUUID(), CheckpointKind.FULL))
                .id();
        return fork(checkpoint, Optional.of(store));
    }

    private SandboxId fork(CheckpointId checkpoint, Optional<String> store) {
        var wanted = new NewFork(store.map(StoreName::new), 0, Map.of(), Map.of(), Optional.empty(), Optional.empty());
        return done(node().persistence.checkpoints().fork(origin, checkpoint, wanted))
                .id();
    }

    private Map<String, String> environment(SandboxId sandbox) {
        var run = new Run(List.of("env"), Map.of(), Optional.empty(), Duration.ZERO);
        done(node().persistence.sandboxes().run(origin, sandbox, run));
        return hosts.commands.getLast().environment();
    }

    private Map<SecretName, String> values(SandboxId sandbox) {
        return hosts.values.getOrDefault(sandbox, Map.of());
    }

    @Test
    void bringsANewNameToLaterCommandsAndTakesADeletedOneAway() {
        var store = store("creds");
        var sandbox = sandbox("creds");
        assertThat(environment(sandbox)).doesNotContainKey("FRESH");

        assertThat(set(store, FRESH, "fresh-value")).isEqualTo(new Refreshed(1, List.of()));
        set(store, new SecretName("PLAIN"), "overridden-value");
        var token = Optional.ofNullable(environment(sandbox).get("FRESH")).orElseThrow();
        assertThat(hosts.policy(sandbox).tokens())
                .anySatisfy((known, name) -> assertThat(known.value()).isEqualTo(token));
        assertThat(environment(sandbox)).containsEntry("PLAIN", "yes");

        restart();
        assertThat(environment(sandbox)).containsEntry("FRESH", token);

        done(node().persistence.stores().deleteSecret(origin, store, FRESH));
        assertThat(environment(sandbox)).doesNotContainKey("FRESH");
        assertThat(hosts.policy(sandbox).grants()).doesNotContainKey(FRESH);
        assertThat(hosts.policy(sandbox).tokens())
                .anySatisfy((known, name) -> assertThat(known.value()).isEqualTo(token));

        set(store, FRESH, "fresh-again");
        assertThat(environment(sandbox)).containsEntry("FRESH", token);
    }

    @Test
    void reachesTheLowerLayerOfAForkThatInheritsAddedTokens() {
        var base = store("base");
        store("child");
        var parent = sandbox("base");
        set(base, FRESH, "fresh-value");
        var token = Optional.ofNullable(environment(parent).get("FRESH")).orElseThrow();

        var fork = fork(parent, "child");
        assertThat(set(base, FRESH, "newer-value")).isEqualTo(new Refreshed(2, List.of()));

        assertThat(values(fork)).containsEntry(FRESH, "newer-value");
        assertThat(environment(fork)).doesNotContainEntry("FRESH", token).containsKey("FRESH");
        assertThat(hosts.policy(fork).tokens())
                .anySatisfy((known, name) -> assertThat(known.value()).isEqualTo(token));
    }

    @Test
    void keepsWhatADeletedStoreLeftAcrossARestartAndLaterChanges() {
        var base = store("base", "one.example");
        set(base, KEY, "base-value");
        var child = store("child");
        var fork = fork(sandbox("base"), "child");
        done(node().persistence.stores().delete(origin, base));
        restart();

        set(child, FRESH, "child-value");

        assertThat(values(fork)).containsEntry(KEY, "base-value").containsEntry(FRESH, "child-value");
        assertThat(hosts.policy(fork).allowlist()).hasSize(1);
        assertThat(environment(fork)).containsKeys("API_KEY", "FRESH");
    }

    @Test
    void takesAllOfARevokedStoreAwayAndGoesOnRestricting() {
        var store = store("creds", "one.example");
        set(store, KEY, "real-value");
        var sandbox = sandbox("creds");

        assertThat(done(node().persistence.stores().revoke(origin, store))).isEqualTo(new Refreshed(1, List.of()));

        assertThat(values(sandbox)).isEmpty();
        assertThat(hosts.policy(sandbox).allowlist()).hasSize(1);
        assertThat(environment(sandbox)).doesNotContainKey("API_KEY");
        restart();
        assertThat(environment(sandbox)).doesNotContainKey("API_KEY");
        var policy = done(node().persistence.sandboxes().allowedHosts(origin, sandbox));
        assertThat(policy.allowlist()).hasSize(1);
    }

    @Test
    void opensTheSandboxWhenTheLastHostIsTakenFromTheAllowlist() {
        var store = store("creds", "one.example");
        var sandbox = sandbox("creds");

        var updated = done(node().persistence.stores().update(origin, store, Optional.empty(), Optional.of(List.of())));

        assertThat(updated.refreshed()).isEqualTo(new Refreshed(1, List.of()));
        assertThat(hosts.policy(sandbox).allowlist()).isEmpty();
    }

    @Test
    void answersInTimeNamesWhoLagsAndGoesOnTelling() {
        start(IMPATIENT);
        var store = store("creds");
        set(store, KEY, "first-value");
        var sandbox = sandbox("creds");
        var open = hosts.gate;
        hosts.gate = new CompletableFuture<>();
        long start = System.nanoTime();

        assertThat(set(store, KEY, "second-value")).isEqualTo(new Refreshed(0, List.of(sandbox)));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        hosts.gate = open;
        eventually("the host has it", () -> values(sandbox).containsValue("second-value"));
    }

    @Test
    void bringsTheLastOfManyChangesAtOnceToEverybody() {
        var store = store("creds");
        set(store, KEY, "first-value");
        var sandboxes = List.of(sandbox("creds"), sandbox("creds"), sandbox("creds"));

        var all = IntStream.range(0, 60)
                .mapToObj(i -> setting(store, KEY, "value-" + i).toCompletableFuture())
                .toList();
        all.forEach(each -> assertThat(done(each).lagging()).isEmpty());
        set(store, KEY, "last-value");

        assertThat(sandboxes).allSatisfy(each -> assertThat(values(each)).containsEntry(KEY, "last-value"));
    }

    @Test
    void reachesASandboxThatIsStartedMeanwhile() {
        var store = store("creds");
        set(store, KEY, "first-value");
        var gate = new CompletableFuture<Unit>();
        hosts.gate = gate;
        var wanted = new NewSandbox(
                "base", Optional.of(new StoreName("creds")), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
        var creating = node().persistence.sandboxes().create(origin, wanted);

        var setting = setting(store, KEY, "second-value");
        var adding = setting(store, FRESH, "fresh-value");
        hosts.gate = CompletableFuture.completedFuture(Unit.DONE);
        gate.complete(Unit.DONE);
        var sandbox = done(creating).id();
        done(setting);
        done(adding);

        eventually(
                "the sandbox has both",
                () -> values(sandbox).equals(Map.of(KEY, "second-value", FRESH, "fresh-value")));
        assertThat(environment(sandbox)).containsKeys("API_KEY", "FRESH");
    }

    @Test
    void reachesAForkThatIsStartedMeanwhile() {
        var store = store("creds");
        set(store, KEY, "first-value");
        var checkpoint = done(node().persistence
                        .checkpoints()
                        .create(origin, sandbox("creds"), "c", CheckpointKind.FULL))
                .id();
        var forking = CompletableFuture.supplyAsync(() -> fork(checkpoint, Optional.empty()));
        for (int i = 0; i < 20; i++) {
            set(store, KEY, "value-" + i);
        }
        var fork = forking.join();

        eventually("the fork has the last", () -> values(fork).containsValue("value-19"));
    }
}
