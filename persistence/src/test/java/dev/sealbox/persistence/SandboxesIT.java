package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.refused;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.Checkpoint.Stage;
import dev.sealbox.domain.checkpoint.CheckpointRefusal.NoSuchCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointRefusal.OfAnotherSandbox;
import dev.sealbox.domain.checkpoint.CheckpointView;
import dev.sealbox.domain.checkpoint.NewFork;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.domain.organization.OrganizationRefusal.TooManySandboxes;
import dev.sealbox.domain.sandbox.AllowedHosts;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.Claim;
import dev.sealbox.domain.sandbox.ContainerRuntime;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.StoreRefusal.UnknownName;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.OrganizationMessage;
import dev.sealbox.persistence.entity.OrganizationReply;
import dev.sealbox.persistence.keys.DataKeys;
import dev.sealbox.persistence.service.Recovery;
import dev.sealbox.persistence.service.ShardedSandboxes;
import dev.sealbox.persistence.service.UnfinishedCheckpoints;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxesIT {
    private static final SecretName TOKEN = new SecretName("GIT_TOKEN");
    private static final SecretName OTHER = new SecretName("OTHER");
    private static final RememberedHosts HOSTS = new RememberedHosts();

    @TempDir
    private static Path folder;

    private static TestNode node;

    private final Origin origin =
            new Origin(new OrganizationId("org-" + UUID.randomUUID()), "key-1", "127.0.0.1", "request-1");

    @BeforeAll
    static void start() {
        node = TestNode.start(
                TestDatabase.fresh(), folder.resolve("master.json"), HOSTS, "sealbox.persistence.max-sandboxes = 4");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @AfterEach
    void mend() {
        HOSTS.broken = null;
        HOSTS.full = false;
        HOSTS.gate = CompletableFuture.completedFuture(Unit.DONE);
    }

    private static Sandboxes sandboxes() {
        return node.persistence.sandboxes();
    }

    private static List<HostPattern> hosts(String... patterns) {
        return HostPattern.parseAll(List.of(patterns));
    }

    private StoreId store(String name, String... allowlist) {
        return done(node.persistence.stores().create(origin, new StoreName(name), hosts(allowlist)))
                .id();
    }

    private Refreshed set(StoreId store, SecretName name, String value, String... allowed) {
        return done(node.persistence.stores().set(origin, store, name, Plaintext.of(value), hosts(allowed)))
                .refreshed();
    }

    private static NewSandbox wanted(Optional<String> store) {
        return new NewSandbox(
                "base", store.map(StoreName::new), new Limits(1, 1024, 20480), 0, Map.of("PLAIN", "yes"), Map.of());
    }

    private SandboxView create(String... store) {
        return done(sandboxes().create(origin, wanted(List.of(store).stream().findFirst())));
    }

    private static SealedToken token(SandboxId sandbox, SecretName name) {
        return HOSTS.policy(sandbox).tokens().entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private static Run echo() {
        return new Run(List.of("echo"), Map.of("CALL", "1"), Optional.empty(), Duration.ZERO);
    }

    @Test
    void runsWithTheTokensOfItsStore() {
        var store = store("creds", "github.com");
        set(store, TOKEN, "value-one");

        var sandbox = create("creds");

        assertThat(sandbox.status()).isEqualTo("running");
        assertThat(HOSTS.values.get(sandbox.id())).containsExactly(Map.entry(TOKEN, "value-one"));
        assertThat(HOSTS.policy(sandbox.id()).allowlist()).isEqualTo(hosts("github.com"));
        assertThat(done(sandboxes().run(origin, sandbox.id(), echo())).stdout()).isEqualTo("ran");
        assertThat(HOSTS.commands.getLast().environment())
                .containsEntry("GIT_TOKEN", token(sandbox.id(), TOKEN).value())
                .containsEntry("PLAIN", "yes")
                .containsEntry("CALL", "1");
        assertThat(done(sandboxes().read(origin, sandbox.id()))).isEqualTo(sandbox);
        assertThat(told(sandboxes().list(origin))).containsExactly(sandbox);
    }

    @Test
    void learnsOfItsStoresChangesAtOnceAndKeepsItsToken() {
        var store = store("creds", "github.com");
        set(store, TOKEN, "value-one");
        var sandbox = create("creds").id();
        var token = token(sandbox, TOKEN);

        assertThat(set(store, TOKEN, "value-two", "api.github.com")).isEqualTo(new Refreshed(1, List.of()));
        assertThat(HOSTS.values.get(sandbox)).containsEntry(TOKEN, "value-two");
        assertThat(token(sandbox, TOKEN)).isEqualTo(token);

        done(node.persistence.stores().update(origin, store, Optional.empty(), Optional.of(hosts("example.com"))));
        assertThat(HOSTS.policy(sandbox).allowlist()).isEqualTo(hosts("example.com"));
        var tcp = TcpTarget.parseAll(List.of("db.example.com:5432"));
        done(node.persistence.stores().passTcp(origin, store, tcp));
        assertThat(HOSTS.policy(sandbox).tcp()).isEqualTo(tcp);
        done(node.persistence
                .stores()
                .changeDenials(origin, store, Optional.of(hosts("evil.example")), Optional.of(UnusableTokens.REFUSE)));
        assertThat(HOSTS.policy(sandbox).denials())
                .isEqualTo(new Denials(hosts("evil.example"), UnusableTokens.REFUSE));
        assertThat(done(sandboxes().allowedHosts(origin, sandbox)))
                .isEqualTo(new AllowedHosts(
                        List.of(new StoreName("creds")),
                        hosts("example.com"),
                        hosts("evil.example"),
                        Map.of(TOKEN, hosts("api.github.com")),
                        tcp));

        done(node.persistence.stores().deleteSecret(origin, store, TOKEN));
        assertThat(HOSTS.policy(sandbox).grants()).isEmpty();
    }

    @Test
    void keepsWhatItHasWhenItsStoreIsDeleted() {
        var store = store("creds", "github.com");
        set(store, TOKEN, "value-one");
        var sandbox = create("creds").id();

        done(node.persistence.stores().delete(origin, store));

        assertThat(HOSTS.values.get(sandbox)).containsEntry(TOKEN, "value-one");
        assertThat(done(sandboxes().allowedHosts(origin, sandbox)).allowlist()).isEqualTo(hosts("github.com"));
    }

    @Test
    void isTakenNoticeOfAsLaggingWhileItsHostDoesNotAnswerAndCatchesUp() {
        var store = store("creds");
        set(store, TOKEN, "value-one");
        var sandbox = create("creds").id();

        HOSTS.broken = new IllegalStateException("the host is away");
        assertThat(set(store, TOKEN, "value-two")).isEqualTo(new Refreshed(0, List.of(sandbox)));
        HOSTS.broken = null;

        eventually(
                "the host has the new value",
                () -> HOSTS.values.getOrDefault(sandbox, Map.of()).containsValue("value-two"));
    }

    @Test
    void stopsOnceAndForAll() {
        var store = store("creds");
        var sandbox = create("creds").id();

        done(sandboxes().stop(origin, sandbox, true));

        assertThat(HOSTS.started).doesNotContainKey(sandbox);
        assertThat(done(sandboxes().read(origin, sandbox)).status()).isEqualTo("stopped");
        assertThat(refused(sandboxes().run(origin, sandbox, echo()))).isEqualTo(new SandboxRefusal.Stopped());
        assertThat(told(sandboxes().list(origin))).isEmpty();
        assertThat(told(node.persistence.stores().list(origin))).isEmpty();
        done(sandboxes().stop(origin, sandbox, true));
        assertThat(told(node.registrar.claim(RememberedHosts.HERE, sandbox))).isEqualTo(new Claim.Foreign());
        assertThat(refused(node.persistence.stores().read(origin, store)).code())
                .isEqualTo("store.not-found");
    }

    @Test
    void isRefusedWithAReasonAndLeavesNothingBehind() {
        assertThat(refused(sandboxes().create(origin, wanted(Optional.of("none")))))
                .isEqualTo(new UnknownName(new StoreName("none")));
        var strange = new NewSandbox("gpu", Optional.empty(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
        assertThat(refused(sandboxes().create(origin, strange))).isEqualTo(new SandboxRefusal.UnknownTemplate());

        var isolated =
                new NewSandbox("default-runsc", Optional.empty(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
        assertThat(refused(sandboxes().create(origin, isolated)))
                .isEqualTo(new SandboxRefusal.RuntimeMissing(ContainerRuntime.RUNSC));

        HOSTS.full = true;
        assertThat(refused(sandboxes().create(origin, isolated))).isEqualTo(new SandboxRefusal.NoHost());
        assertThat(refused(sandboxes().create(origin, wanted(Optional.empty()))))
                .isEqualTo(new SandboxRefusal.NoHost());
        HOSTS.full = false;
        HOSTS.broken = new IllegalStateException("no room for its disk");
        assertThat(refused(sandboxes().create(origin, wanted(Optional.empty()))))
                .isEqualTo(new SandboxRefusal.StartFailed("no room for its disk"));
        HOSTS.broken = null;

        eventually("its place is free", () -> told(sandboxes().list(origin)).isEmpty());
        for (var i = 0; i < 4; i++) {
            create();
        }
        assertThat(refused(sandboxes().create(origin, wanted(Optional.empty()))))
                .isEqualTo(new TooManySandboxes(4, 4));
    }

    @Test
    void isLostWhenItsContainerIsGone() {
        var sandbox = create().id();
        HOSTS.forget(sandbox);

        assertThat(refused(sandboxes().run(origin, sandbox, echo()))).isEqualTo(new SandboxRefusal.NotRunning("error"));
        assertThat(done(sandboxes().read(origin, sandbox)).status()).isEqualTo("error");
        eventually("its place is free", () -> told(sandboxes().list(origin)).isEmpty());
        done(sandboxes().stop(origin, sandbox, false));
        assertThat(done(sandboxes().read(origin, sandbox)).status()).isEqualTo("stopped");
    }

    @Test
    void doesNotExistForOtherOrganisations() {
        var sandbox = create().id();
        var stranger = new Origin(new OrganizationId("strangers"), "key-2", "", "");

        assertThat(refused(sandboxes().read(stranger, sandbox))).isEqualTo(new SandboxRefusal.NoSuchSandbox());
        assertThat(refused(sandboxes().stop(stranger, sandbox, false))).isEqualTo(new SandboxRefusal.NoSuchSandbox());
        assertThat(refused(sandboxes().run(stranger, sandbox, echo()))).isEqualTo(new SandboxRefusal.NoSuchSandbox());
        assertThat(refused(sandboxes().allowedHosts(stranger, sandbox))).isEqualTo(new SandboxRefusal.NoSuchSandbox());
        assertThat(refused(node.persistence.checkpoints().create(stranger, sandbox, "c", CheckpointKind.FULL)))
                .isEqualTo(new SandboxRefusal.NoSuchSandbox());
        assertThat(refused(node.persistence.checkpoints().list(stranger, sandbox)))
                .isEqualTo(new SandboxRefusal.NoSuchSandbox());
        var checkpoint = checkpoint(sandbox, "mine");
        assertThat(refused(fork(stranger, checkpoint, Optional.empty()))).isEqualTo(new NoSuchCheckpoint());
        assertThat(refused(node.persistence.checkpoints().delete(stranger, sandbox, checkpoint)))
                .isEqualTo(new NoSuchCheckpoint());
    }

    @Test
    void hasItsPlaceGivenBackWhenACrashKeptItFromBeingCreated() {
        var settings = PersistenceSettings.from(node.system.settings().config());
        var entities = new Entities(node.system, settings.entities());
        told(node.persistence.apiKeys().issue(origin.organization(), "first", "osb_" + origin.organization()));
        told(entities.<OrganizationReply>organization(
                origin.organization(),
                replyTo -> new OrganizationMessage.Execute(
                        origin,
                        new OrganizationCommand.AdmitSandbox(new SandboxId("sb-00000000000000ff"), 4),
                        replyTo)));
        var running = create().id();

        // However old the place looks by the clock of this node: it may be about to be taken.
        var now = new AtomicReference<>(Instant.now().plus(Duration.ofHours(1)));
        var recovery = new Recovery(
                entities,
                node.persistence.organizations(),
                new DataKeys(node.database),
                new UnfinishedCheckpoints(node.database),
                settings.services(),
                now::get);
        told(recovery.run());
        assertThat(places(entities)).hasSize(2);
        told(recovery.takeEmptyPlacesBack());
        assertThat(places(entities)).hasSize(2);
        now.updateAndGet(before -> before.plus(Recovery.PLACES_AFTER));
        told(recovery.takeEmptyPlacesBack());

        assertThat(places(entities)).containsExactly(running);
    }

    @Test
    void takesThePlacesBackThatNobodyTookWhenThereIsNoOther() {
        var settings = PersistenceSettings.from(node.system.settings().config());
        var entities = new Entities(node.system, settings.entities());
        IntStream.range(0, settings.services().maxSandboxes())
                .forEach(i -> told(entities.<OrganizationReply>organization(
                        origin.organization(),
                        replyTo -> new OrganizationMessage.Execute(
                                origin,
                                new OrganizationCommand.AdmitSandbox(
                                        new SandboxId("sb-%016x".formatted(i)),
                                        settings.services().maxSandboxes()),
                                replyTo))));
        var now = new AtomicReference<>(Instant.now().plus(Duration.ofHours(1)));
        var sandboxes = new ShardedSandboxes(
                entities, HOSTS, node.persistence.stores(), new SecureRandom(), settings.services(), now::get);

        assertThat(refused(sandboxes.create(origin, wanted(Optional.empty())))).isInstanceOf(TooManySandboxes.class);
        now.updateAndGet(before -> before.plus(Recovery.PLACES_AFTER));
        assertThat(done(sandboxes.create(origin, wanted(Optional.empty()))).status())
                .isEqualTo("running");
    }

    private Set<SandboxId> places(Entities entities) {
        var reply =
                told(entities.<OrganizationReply>organization(origin.organization(), OrganizationMessage.Read::new));
        return ((OrganizationReply.Done) reply).organization().sandboxes().keySet();
    }

    private CheckpointId checkpoint(SandboxId sandbox, String name) {
        return done(node.persistence.checkpoints().create(origin, sandbox, name, CheckpointKind.FULL))
                .id();
    }

    private CompletionStage<Outcome<SandboxView>> fork(Origin by, CheckpointId checkpoint, Optional<String> store) {
        return fork(by, checkpoint, store, Optional.empty());
    }

    private CompletionStage<Outcome<SandboxView>> fork(
            Origin by, CheckpointId checkpoint, Optional<String> store, Optional<Set<StoreName>> within) {
        return node.persistence
                .checkpoints()
                .fork(
                        by,
                        checkpoint,
                        new NewFork(
                                store.map(StoreName::new),
                                60,
                                Map.of("MORE", "1"),
                                Map.of("k", "v"),
                                Optional.of(512),
                                within));
    }

    private static Optional<Set<StoreName>> only(String... stores) {
        return Optional.of(Stream.of(stores).map(StoreName::new).collect(Collectors.toUnmodifiableSet()));
    }

    @Test
    void isForkedOnlyOnStoresThatTheKeyNames() {
        store("base");
        store("child");
        var parent = create("base").id();
        var checkpoint = checkpoint(parent, "before");
        var notNamed = Outcome.refused(new SandboxRefusal.StoreNotNamed());

        assertThat(told(fork(origin, checkpoint, Optional.of("child"), only("child"))))
                .isEqualTo(notNamed);
        assertThat(told(fork(origin, checkpoint, Optional.of("child"), only("base"))))
                .isEqualTo(notNamed);
        assertThat(told(fork(origin, checkpoint, Optional.of("nowhere"), only("base"))))
                .isEqualTo(notNamed);
        assertThat(told(fork(origin, checkpoint, Optional.empty(), only()))).isEqualTo(notNamed);
        var fork = done(fork(origin, checkpoint, Optional.of("child"), only("base", "child")));
        assertThat(fork.startedBy()).isEqualTo(origin.keyId());
    }

    @Test
    void isForkedWithAnotherStoreOnTop() {
        set(store("base", "github.com"), TOKEN, "base-value", "github.com");
        var child = store("child", "example.com");
        set(child, TOKEN, "child-value");
        set(child, OTHER, "other-value");
        var parent = create("base").id();
        var inherited = token(parent, TOKEN);
        var checkpoint = checkpoint(parent, "before");
        done(sandboxes().stop(origin, parent, false));

        var fork = done(fork(origin, checkpoint, Optional.of("child")));

        assertThat(fork.blueprint().origin()).contains(checkpoint);
        assertThat(fork.blueprint().envs()).containsEntry("PLAIN", "yes").containsEntry("MORE", "1");
        assertThat(fork.blueprint().limits().memoryMB()).isEqualTo(1024);
        assertThat(HOSTS.layersOf(fork.id())).containsExactly(checkpoint);
        assertThat(HOSTS.values.get(fork.id()))
                .containsExactlyInAnyOrderEntriesOf(Map.of(TOKEN, "child-value", OTHER, "other-value"));
        var policy = HOSTS.policy(fork.id());
        assertThat(policy.allowlist()).isEqualTo(hosts("github.com", "example.com"));
        assertThat(policy.grants().values()).allMatch(grant -> grant.hosts().isEmpty());
        assertThat(policy.tokens()).containsEntry(inherited, TOKEN).hasSize(3);

        var second = checkpoint(fork.id(), "second");
        assertThat(HOSTS.layersOf(done(fork(origin, second, Optional.empty())).id()))
                .containsExactly(second, checkpoint);
        assertThat(refused(fork(origin, checkpoint, Optional.of("none"))))
                .isEqualTo(new UnknownName(new StoreName("none")));
    }

    @Test
    void isNotOpenedToEveryHostWhenTheRestrictingStoreIsGone() {
        var store = store("base", "github.com");
        set(store, TOKEN, "base-value");
        var parent = create("base").id();
        var checkpoint = checkpoint(parent, "before");
        done(node.persistence.stores().delete(origin, store));

        var fork = done(fork(origin, checkpoint, Optional.empty())).id();

        assertThat(HOSTS.policy(fork).allowlist()).isEqualTo(hosts("github.com"));
        assertThat(HOSTS.policy(fork).grants()).isEmpty();
        // Files from before the checkpoint may hold it: it stays known, and is of no use.
        assertThat(HOSTS.policy(fork).tokens()).containsValue(TOKEN);
    }

    @Test
    void hasCheckpointsWithNamesOfTheirOwn() {
        var sandbox = create().id();
        var other = create().id();
        var first = checkpoint(sandbox, "first");
        assertThat(refused(node.persistence.checkpoints().create(origin, sandbox, "first", CheckpointKind.DISK_ONLY)))
                .isEqualTo(new SandboxRefusal.CheckpointNameTaken("first"));
        var second = checkpoint(sandbox, "second");

        eventually(
                "both are ready",
                () -> done(node.persistence.checkpoints().list(origin, sandbox)).stream()
                        .allMatch(view -> view.state().stage() == Stage.READY));
        assertThat(done(node.persistence.checkpoints().list(origin, sandbox)))
                .extracting(CheckpointView::id)
                .containsExactlyInAnyOrder(second, first);

        assertThat(refused(node.persistence.checkpoints().delete(origin, other, first)))
                .isEqualTo(new OfAnotherSandbox());
        done(node.persistence.checkpoints().delete(origin, sandbox, first));
        assertThat(refused(node.persistence.checkpoints().delete(origin, sandbox, first)))
                .isEqualTo(new NoSuchCheckpoint());
        eventually("its files are gone", () -> !HOSTS.layers.contains(first));
        checkpoint(sandbox, "first");
        assertThat(refused(fork(origin, first, Optional.empty()))).isEqualTo(new NoSuchCheckpoint());
    }

    @Test
    void saysWhyACheckpointFailed() {
        var sandbox = create().id();
        HOSTS.broken = new IllegalStateException("the disk is full");

        var checkpoint = checkpoint(sandbox, "failing");

        assertThat(refused(fork(origin, checkpoint, Optional.empty())).message())
                .isEqualTo("the checkpoint failed: the disk is full");
    }

    @Test
    void waitsForACheckpointThatIsBeingTaken() {
        var sandbox = create().id();
        var gate = new CompletableFuture<Unit>();
        HOSTS.gate = gate;
        var checkpoint = checkpoint(sandbox, "slow");

        var fork = fork(origin, checkpoint, Optional.empty());
        assertThat(fork.toCompletableFuture()).isNotDone();
        gate.complete(Unit.DONE);

        assertThat(done(fork).status()).isEqualTo("running");
    }

    @Test
    void isClaimedByTheHostItIsOn() {
        set(store("creds", "github.com"), TOKEN, "value-one");
        var sandbox = create("creds").id();

        assertThat(told(node.registrar.claim(RememberedHosts.HERE, sandbox)))
                .isInstanceOfSatisfying(
                        Claim.Runs.class, runs -> assertThat(runs.policy()).isEqualTo(HOSTS.policy(sandbox)));
        assertThat(told(node.registrar.claim(new HostId("elsewhere"), sandbox))).isEqualTo(new Claim.Foreign());
        assertThat(told(node.registrar.claim(RememberedHosts.HERE, new SandboxId("sb-0000000000000000"))))
                .isEqualTo(new Claim.Unknown());
    }
}
