package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.refused;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.Branches;
import dev.sealbox.domain.checkpoint.Checkpoint.Stage;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.checkpoint.CheckpointView;
import dev.sealbox.domain.checkpoint.Explanation.Standing;
import dev.sealbox.domain.checkpoint.NewFork;
import dev.sealbox.domain.checkpoint.Retention;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.ImageManifest;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.ImageStep;
import dev.sealbox.domain.image.Images;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import dev.sealbox.domain.layer.SharedLayer;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.keys.DataKeys;
import dev.sealbox.persistence.service.Recovery;
import dev.sealbox.persistence.service.ServiceSettings;
import dev.sealbox.persistence.service.ShardedCheckpoints;
import dev.sealbox.persistence.service.UnfinishedCheckpoints;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restores, publication, patches, revocations and explanations, against a real journal. */
class BranchesIT {
    private static final SecretName TOKEN = new SecretName("GIT_TOKEN");
    private static final RememberedHosts HOSTS = new RememberedHosts();

    @TempDir
    private static Path folder;

    private static TestNode node;

    private final Origin origin =
            new Origin(new OrganizationId("org-" + UUID.randomUUID()), "key-1", "127.0.0.1", "request-1");

    @BeforeAll
    static void start() {
        node = TestNode.start(TestDatabase.fresh(), folder.resolve("master.json"), HOSTS, "");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @AfterEach
    void mend() {
        HOSTS.broken = null;
        HOSTS.nearlyFull = false;
    }

    private static Branches branches() {
        return node.persistence.branches();
    }

    private static List<HostPattern> hosts(String... patterns) {
        return HostPattern.parseAll(List.of(patterns));
    }

    private StoreId store(String name, String value, String... allowlist) {
        var store = done(node.persistence.stores().create(origin, new StoreName(name), hosts(allowlist)))
                .id();
        done(node.persistence.stores().set(origin, store, TOKEN, Plaintext.of(value), List.of()));
        return store;
    }

    private SandboxId create(String... store) {
        var wanted = new NewSandbox(
                "base",
                Stream.of(store).map(StoreName::new).findFirst(),
                new Limits(1, 1024, 20480),
                0,
                Map.of("PLAIN", "yes"),
                Map.of("label", "mine"));
        return done(node.persistence.sandboxes().create(origin, wanted)).id();
    }

    private CheckpointId checkpoint(SandboxId sandbox, String name) {
        var id = done(node.persistence.checkpoints().create(origin, sandbox, name, CheckpointKind.FULL))
                .id();
        eventually(
                "it is ready",
                () -> done(node.persistence.checkpoints().list(origin, sandbox)).stream()
                        .anyMatch(view -> view.id().equals(id) && view.state().stage() == Stage.READY));
        return id;
    }

    private static NewFork wanted(String... store) {
        return new NewFork(
                Stream.of(store).map(StoreName::new).findFirst(),
                0,
                Map.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    private CompletionStage<Outcome<SandboxView>> fork(Origin by, CheckpointId checkpoint, String... store) {
        return node.persistence.checkpoints().fork(by, checkpoint, wanted(store));
    }

    private SandboxView fork(CheckpointId checkpoint, String... store) {
        return done(fork(origin, checkpoint, store));
    }

    private static List<SealedToken> tokens(SandboxId sandbox) {
        return List.copyOf(HOSTS.policy(sandbox).tokens().keySet());
    }

    @Test
    void putsASandboxBackWithItsOwnTokensAndPresentValues() {
        var store = store("creds", "one", "github.com");
        var sandbox = create("creds");
        var before = tokens(sandbox);
        var checkpoint = checkpoint(sandbox, "before");
        done(node.persistence.stores().set(origin, store, TOKEN, Plaintext.of("two"), List.of()));

        done(branches().restore(origin, sandbox, checkpoint));

        eventually("it is put back", () -> HOSTS.layersOf(sandbox).equals(List.of(checkpoint)));
        assertThat(HOSTS.started.get(sandbox)).matches(start -> start != null && start.generation() == 1);
        assertThat(tokens(sandbox)).isEqualTo(before);
        assertThat(HOSTS.values.get(sandbox)).containsEntry(TOKEN, "two");
        var other = create();
        assertThat(refused(branches().restore(origin, other, checkpoint)))
                .isEqualTo(new CheckpointRefusal.OfAnotherSandbox());
        done(node.persistence.sandboxes().stop(origin, sandbox, false));
        assertThat(refused(branches().restore(origin, sandbox, checkpoint)))
                .isEqualTo(new SandboxRefusal.NotRunning("stopped"));
    }

    @Test
    void beginsNothingNewOnAHostWhoseDiskIsNearlyFullAndGoesOnWithWhatRuns() {
        var sandbox = create();
        var checkpoint = checkpoint(sandbox, "before");
        var wanted = new NewSandbox("base", Optional.empty(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());

        HOSTS.nearlyFull = true;

        assertThat(refused(node.persistence.sandboxes().create(origin, wanted))).isEqualTo(new SandboxRefusal.NoRoom());
        assertThat(refused(fork(origin, checkpoint))).isEqualTo(new SandboxRefusal.NoRoom());
        assertThat(refused(node.persistence.checkpoints().create(origin, sandbox, "after", CheckpointKind.FULL)))
                .isEqualTo(new SandboxRefusal.NoRoom());
        assertThat(done(node.persistence.checkpoints().list(origin, sandbox))).hasSize(1);
        done(branches().restore(origin, sandbox, checkpoint));
        HOSTS.nearlyFull = false;
        done(fork(origin, checkpoint));
        checkpoint(sandbox, "after");
    }

    @Test
    void letsStrangersForkWhatIsPublishedWithoutItsStoresAndVariables() {
        store("creds", "one", "github.com");
        var checkpoint = checkpoint(create("creds"), "public");
        var stranger = new Origin(new OrganizationId("org-" + UUID.randomUUID()), "key-2", "", "");
        assertThat(refused(fork(stranger, checkpoint))).isEqualTo(new CheckpointRefusal.NoSuchCheckpoint());

        done(branches().publish(origin, checkpoint, true, true));
        var fork = done(fork(stranger, checkpoint));

        assertThat(HOSTS.policy(fork.id()).tokens()).isEmpty();
        assertThat(HOSTS.policy(fork.id()).allowlist()).isEmpty();
        assertThat(fork.blueprint().envs()).isEmpty();
        assertThat(fork.blueprint().metadata()).isEmpty();
        assertThat(refused(branches().patches(stranger, checkpoint)))
                .isEqualTo(new CheckpointRefusal.NoSuchCheckpoint());
        assertThat(refused(branches().publish(stranger, checkpoint, false, true)))
                .isEqualTo(new CheckpointRefusal.NoSuchCheckpoint());
        done(branches().publish(origin, checkpoint, false, true));
        assertThat(refused(fork(stranger, checkpoint))).isEqualTo(new CheckpointRefusal.NoSuchCheckpoint());
        assertThat(done(node.persistence.sandboxes().read(stranger, fork.id())).status())
                .isEqualTo("running");
    }

    @Test
    void runsPatchesInEveryForkBeforeItIsAnswered() {
        var checkpoint = checkpoint(create(), "patched");
        var first = done(branches().addPatch(origin, checkpoint, UUID.randomUUID(), "echo first", "one"));
        done(branches().addPatch(origin, checkpoint, UUID.randomUUID(), "echo second", ""));
        var earlier = HOSTS.commands.size();

        var fork = fork(checkpoint);

        assertThat(HOSTS.commands.subList(earlier, HOSTS.commands.size()))
                .extracting(command -> command.argv())
                .containsExactly(List.of("bash", "-c", "echo first"), List.of("bash", "-c", "echo second"));
        assertThat(fork.branch().patches()).containsExactlyInAnyOrder(1, 2);
        assertThat(fork.branch().patchError()).isEmpty();
        done(branches().removePatch(origin, checkpoint, first.id()));
        assertThat(fork(checkpoint).branch().patches()).containsExactly(2);
    }

    private static List<String> scripts(int from) {
        return HOSTS.commands.subList(from, HOSTS.commands.size()).stream()
                .map(command -> command.argv().getLast())
                .toList();
    }

    private SandboxView woken(SandboxId sandbox) {
        done(node.persistence.sandboxes().hibernate(origin, sandbox));
        return done(node.persistence.sandboxes().wake(origin, sandbox, Optional.empty()));
    }

    @Test
    void runsLaterPatchesWhenAForkWakesAndAFailedOneAgain() {
        store("creds", "one", "github.com");
        var checkpoint = checkpoint(create("creds"), "patched");
        var fork = fork(checkpoint).id();
        done(branches().addPatch(origin, checkpoint, UUID.randomUUID(), "echo one", ""));
        var failing = done(branches().addPatch(origin, checkpoint, UUID.randomUUID(), "exit 3", ""));
        done(branches().addPatch(origin, checkpoint, UUID.randomUUID(), "echo three", ""));
        var earlier = HOSTS.commands.size();
        done(node.persistence.sandboxes().wake(origin, fork, Optional.empty()));
        assertThat(scripts(earlier)).as("what runs is not touched").isEmpty();

        var first = woken(fork);

        assertThat(scripts(earlier)).containsExactly("echo one", "exit 3");
        assertThat(HOSTS.commands.getLast().environment()).containsEntry("PLAIN", "yes");
        assertThat(HOSTS.commands.getLast().environment().get(TOKEN.value())).startsWith("osb_sealed_");
        assertThat(first.branch().patches()).containsExactly(1);
        assertThat(first.branch().patchError()).isEqualTo("patch 2 ended with 3: it was told to");
        done(branches().removePatch(origin, checkpoint, failing.id()));
        var second = woken(fork);
        assertThat(scripts(earlier)).containsExactly("echo one", "exit 3", "echo three");
        assertThat(second.branch().patches()).containsExactly(1, 3);
        assertThat(second.branch().patchError()).isEmpty();
        assertThat(woken(fork).branch().patches()).containsExactly(1, 3);
        assertThat(scripts(earlier)).hasSize(3);
    }

    @Test
    void runsNothingLaterInTheForksOfOthers() {
        var checkpoint = checkpoint(create(), "public");
        done(branches().publish(origin, checkpoint, true, true));
        var stranger = new Origin(new OrganizationId("org-" + UUID.randomUUID()), "key-2", "", "");
        var fork = done(fork(stranger, checkpoint)).id();
        done(branches().addPatch(origin, checkpoint, UUID.randomUUID(), "echo later", ""));
        var earlier = HOSTS.commands.size();

        done(node.persistence.sandboxes().hibernate(stranger, fork));
        done(node.persistence.sandboxes().wake(stranger, fork, Optional.empty()));
        assertThat(scripts(earlier)).isEmpty();
        done(fork(stranger, checkpoint));
        assertThat(scripts(earlier)).containsExactly("echo later");
    }

    private SnapshotView snapshot(String name) {
        var image = new Images.Wanted(new ImageManifest(List.of(new ImageStep.RunCommands(List.of("make it")))), 1024);
        var requested = done(node.persistence
                .images()
                .request(origin, new SnapshotName(name), UUID.randomUUID(), image, BuildLog.NONE));
        return done(requested.ready());
    }

    private static CompletionStage<Outcome<SandboxView>> from(Origin by, String snapshot, OrganizationId publisher) {
        var wanted = new NewSandbox("base", Optional.empty(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
        return node.persistence
                .images()
                .create(by, SandboxId.of(UUID.randomUUID()), wanted, new SnapshotName(snapshot), publisher);
    }

    private SandboxId from(String snapshot, String store) {
        var wanted = new NewSandbox(
                "base", Optional.of(new StoreName(store)), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
        return done(node.persistence
                        .images()
                        .create(
                                origin,
                                SandboxId.of(UUID.randomUUID()),
                                wanted,
                                new SnapshotName(snapshot),
                                origin.organization()))
                .id();
    }

    @Test
    void patchesOneNameOfAnImageAndNoOther() {
        var patched = snapshot("patched");
        snapshot("plain");
        var checkpoint = done(node.persistence.images().checkpoint(origin, "patched"));
        assertThat(checkpoint.value()).isEqualTo(patched.state().id());
        done(branches().addPatch(origin, checkpoint, UUID.randomUUID(), "echo one", ""));
        var earlier = HOSTS.commands.size();

        var sandbox = done(from(origin, "patched", origin.organization()));
        assertThat(sandbox.branch().patches()).containsExactly(1);
        assertThat(done(from(origin, "plain", origin.organization())).branch().patches())
                .isEmpty();
        assertThat(fork(checkpoint).branch().patches()).containsExactly(1);
        assertThat(scripts(earlier)).containsExactly("echo one", "echo one");
        assertThat(HOSTS.layersOf(sandbox.id()))
                .isEqualTo(patched.state().layer().orElseThrow().files());
        done(branches().addPatch(origin, checkpoint, UUID.randomUUID(), "echo two", ""));
        assertThat(woken(sandbox.id()).branch().patches()).containsExactly(1, 2);

        done(node.persistence.images().delete(origin, new SnapshotName("patched")));
        assertThat(refused(fork(origin, checkpoint))).isEqualTo(new CheckpointRefusal.NoSuchCheckpoint());
        assertThat(refused(branches().patches(origin, checkpoint))).isEqualTo(new CheckpointRefusal.NoSuchCheckpoint());
        // The name is free, and another snapshot of it begins without patches.
        snapshot("patched");
        assertThat(done(from(origin, "patched", origin.organization())).branch().patches())
                .isEmpty();
    }

    @Test
    void removesImagesAndThenTheLayersThatNothingNeeds() {
        var snapshot = snapshot("kept");
        var files = snapshot.state().layer().orElseThrow().files();
        var hash = snapshot.state().image();
        var images = node.persistence.images();
        var unnamed = told(images.images(origin)).stream()
                .filter(view -> view.name().isEmpty())
                .toList();
        assertThat(unnamed).singleElement().satisfies(view -> {
            assertThat(view.state().image()).isEqualTo(hash);
            assertThat(view.state().outline()).contains("make it");
        });
        var stranger = new Origin(new OrganizationId("org-" + UUID.randomUUID()), "key-2", "", "");
        assertThat(refused(images.remove(stranger, hash.hex()))).isEqualTo(new ImageRefusal.NoSuchImage());
        var checkpoint = done(images.checkpoint(origin, hash.hex()));
        done(branches().addPatch(origin, checkpoint, UUID.randomUUID(), "echo image", ""));

        done(images.remove(origin, hash.hex()));

        assertThat(refused(images.image(origin, hash.hex()))).isEqualTo(new ImageRefusal.NoSuchImage());
        assertThat(HOSTS.layers).containsAll(files);
        assertThat(done(from(origin, "kept", origin.organization())).status()).isEqualTo("running");
        HOSTS.broken = new IllegalStateException("the host is away");
        done(images.remove(origin, "kept"));
        HOSTS.broken = null;
        assertThat(told(images.images(origin))).isEmpty();
        assertThat(HOSTS.layers).containsAll(files);
        // The next removal asks the host again.
        var later = snapshot("later");
        assertThat(later.state().layer().orElseThrow().files()).doesNotContainAnyElementsOf(files);
        done(images.remove(origin, later.state().id().toString()));
        assertThat(HOSTS.layers).doesNotContainAnyElementsOf(files);
        // Built again, it begins without the patch that it had.
        assertThat(done(images.checkpoint(origin, hash.hex()))).isEqualTo(checkpoint);
        assertThat(done(branches().patches(origin, checkpoint))).isEmpty();
        assertThat(done(branches().addPatch(origin, checkpoint, UUID.randomUUID(), "echo again", ""))
                        .number())
                .isEqualTo(2);
    }

    @Test
    void letsOthersNameWhatThePublisherHasPublishedUnlessTheyHaveOneOfThatName() {
        snapshot("tools");
        var publisher = origin.organization();
        var stranger = new Origin(new OrganizationId("org-" + UUID.randomUUID()), "key-2", "", "");
        var unknown = new ImageRefusal.UnknownSnapshot(new SnapshotName("tools"));
        assertThat(refused(from(stranger, "tools", publisher))).isEqualTo(unknown);

        var checkpoint = done(node.persistence.images().checkpoint(origin, "tools"));
        assertThat(refused(branches().publish(origin, checkpoint, true, false)))
                .isEqualTo(new CheckpointRefusal.ForAdmins());
        assertThat(refused(from(stranger, "tools", publisher))).isEqualTo(unknown);
        done(branches().publish(origin, checkpoint, true, true));

        var sandbox = done(from(stranger, "tools", publisher));
        assertThat(sandbox.blueprint().origin()).contains(checkpoint);
        assertThat(HOSTS.layersOf(sandbox.id())).isNotEmpty();
        assertThat(done(fork(stranger, checkpoint)).status()).isEqualTo("running");
        assertThat(refused(from(stranger, "tools", stranger.organization()))).isEqualTo(unknown);
        assertThat(refused(node.persistence.images().checkpoint(stranger, "tools")))
                .isEqualTo(new ImageRefusal.NoSuchImage());
        done(branches().publish(origin, checkpoint, false, true));
        assertThat(refused(from(stranger, "tools", publisher))).isEqualTo(unknown);
        assertThat(refused(fork(stranger, checkpoint))).isEqualTo(new CheckpointRefusal.NoSuchCheckpoint());
    }

    @Test
    void cutsOneForkAndNoOther() {
        store("creds", "one", "github.com");
        var parent = create("creds");
        var checkpoint = checkpoint(parent, "before");
        var cut = fork(checkpoint).id();
        var other = fork(checkpoint).id();

        assertThat(done(branches().revokeSecrets(origin, cut)).cut()).containsExactly(cut);

        assertThat(HOSTS.policy(cut).grants()).isEmpty();
        assertThat(HOSTS.policy(cut).allowlist()).isEqualTo(hosts("github.com"));
        assertThat(HOSTS.policy(other).grants()).isNotEmpty();
        assertThat(HOSTS.policy(parent).grants()).isNotEmpty();
        assertThat(done(branches().explain(origin, cut)))
                .singleElement()
                .matches(secret -> secret.standing() == Standing.REVOKED && secret.ownTokens() == 0);
    }

    @Test
    void staysCutWhenAStoreChangesAndIsToldAgainUntilItsHostHasIt() {
        var store = store("creds", "one", "github.com");
        var sandbox = create("creds");
        HOSTS.broken = new IllegalStateException("the host is away");
        assertThat(done(branches().revokeSecrets(origin, sandbox)).lagging()).containsExactly(sandbox);
        HOSTS.broken = null;

        eventually("the host has cut it", () -> HOSTS.policy(sandbox).grants().isEmpty());
        done(node.persistence.stores().set(origin, store, TOKEN, Plaintext.of("two"), List.of()));

        assertThat(HOSTS.policy(sandbox).grants()).isEmpty();
        assertThat(HOSTS.values.get(sandbox)).isEmpty();
    }

    @Test
    void cutsAWholeSubtreeAndWhatIsForkedFromItLater() {
        store("creds", "one", "github.com");
        store("own", "mine", "example.com");
        var parent = create("creds");
        var root = checkpoint(parent, "root");
        var sibling = checkpoint(parent, "sibling");
        var child = fork(root).id();
        var below = checkpoint(child, "below");
        var grandchild = fork(below).id();
        var beside = fork(sibling).id();

        assertThat(done(branches().revokeSecrets(origin, root, true)).cut())
                .containsExactlyInAnyOrder(child, grandchild);

        assertThat(HOSTS.policy(child).grants()).isEmpty();
        assertThat(HOSTS.policy(grandchild).grants()).isEmpty();
        assertThat(HOSTS.policy(parent).grants()).isNotEmpty();
        assertThat(HOSTS.policy(beside).grants()).isNotEmpty();
        var later = fork(below).id();
        assertThat(HOSTS.policy(later).grants()).isEmpty();
        assertThat(HOSTS.policy(later).allowlist()).isEqualTo(hosts("github.com"));
        var own = fork(below, "own").id();
        assertThat(HOSTS.values.get(own)).containsEntry(TOKEN, "mine");
        assertThat(HOSTS.policy(own).tokens()).hasSize(1);
    }

    /** A checkpoint that stands for a snapshot is a layer of nothing. */
    @Test
    void cutsAllThatComesFromASnapshotAndNothingOfAnotherNameOfItsImage() {
        store("creds", "one", "github.com");
        store("own", "mine", "example.com");
        snapshot("root");
        snapshot("sibling");
        var root = done(node.persistence.images().checkpoint(origin, "root"));
        var direct = from("root", "creds");
        var beside = from("sibling", "creds");
        var child = fork(root, "creds").id();
        var kept = checkpoint(direct, "kept");
        var grandchild = fork(kept).id();
        var below = checkpoint(grandchild, "below");
        var deepest = fork(below).id();
        done(node.persistence.checkpoints().delete(origin, direct, kept));

        assertThat(done(branches().revokeSecrets(origin, root, true)).cut())
                .containsExactlyInAnyOrder(direct, child, grandchild, deepest);

        assertThat(HOSTS.policy(direct).grants()).isEmpty();
        assertThat(HOSTS.policy(deepest).grants()).isEmpty();
        assertThat(HOSTS.policy(beside).grants()).isNotEmpty();
        var later = fork(below).id();
        assertThat(HOSTS.policy(later).grants()).isEmpty();
        assertThat(HOSTS.policy(later).allowlist()).isEqualTo(hosts("github.com"));
        var own = fork(below, "own").id();
        assertThat(HOSTS.values.get(own)).containsEntry(TOKEN, "mine");
        assertThat(HOSTS.policy(own).tokens()).hasSize(1);
        assertThat(HOSTS.policy(fork(checkpoint(beside, "beside")).id()).grants())
                .isNotEmpty();
    }

    @Test
    void saysThatANameHasFailedWhoseImageWasRemovedMeanwhile() {
        var snapshot = snapshot("first");
        var images = node.persistence.images();
        done(images.delete(origin, new SnapshotName("first")));
        var image = new Images.Wanted(new ImageManifest(List.of(new ImageStep.RunCommands(List.of("make it")))), 1024);

        // The image is found, and is gone before it has the name.
        var requested = done(images.request(origin, new SnapshotName("late"), UUID.randomUUID(), image, line -> {
            if (line.type().equals("cache_hit")) {
                done(images.remove(origin, snapshot.state().image().hex()));
            }
        }));

        assertThat(refused(requested.ready()))
                .isEqualTo(new ImageRefusal.BuildFailed(0, "build", "its image was removed meanwhile"));
    }

    @Test
    void explainsWhereEachSecretComesFrom() {
        store("base", "base-value", "github.com");
        var child = store("child", "child-value", "example.com");
        var fork = fork(checkpoint(create("base"), "before"), "child").id();

        var secret = done(branches().explain(origin, fork)).getFirst();

        assertThat(secret.layer()).isEqualTo(1);
        assertThat(secret.store().store()).isEqualTo(child);
        assertThat(secret.version()).isEqualTo(1);
        assertThat(secret.standing()).isEqualTo(Standing.GRANTED);
        assertThat(secret.ownTokens()).isEqualTo(1);
        assertThat(secret.inheritedTokens()).isEqualTo(1);
        assertThat(secret.given()).hasValueSatisfying(version -> {
            assertThat(version.createdBy()).isEqualTo("key-1");
            assertThat(version.requestId()).isEqualTo("request-1");
        });
    }

    @Test
    void warnsWhenAForksStoreWidensWhatAnInheritedSecretCanReachOrRefusesIt() {
        store("base", "base-value", "github.com");
        done(node.persistence.stores().create(origin, new StoreName("wide"), hosts("example.com")));
        var checkpoint = checkpoint(create("base"), "before");

        assertThat(fork(checkpoint, "wide").branch().widening().orElseThrow().warnings())
                .containsExactly(
                        "the secret GIT_TOKEN has no hosts of its own and can now also be used with example.com");
        assertThat(fork(checkpoint).branch().widening()).isEmpty();

        var config = com.typesafe.config.ConfigFactory.parseString("sealbox.persistence.strict-forks = true")
                .withFallback(node.system.settings().config());
        var strict = new ShardedCheckpoints(
                entities(),
                HOSTS,
                node.persistence.sandboxes(),
                new SecureRandom(),
                ServiceSettings.from(config),
                Clock.systemUTC());
        assertThat(refused(strict.fork(origin, checkpoint, wanted("wide"))))
                .isInstanceOf(SandboxRefusal.WouldWiden.class);
        assertThat(done(strict.fork(origin, checkpoint, wanted())).status()).isEqualTo("running");
    }

    private static Entities entities() {
        return new Entities(
                node.system,
                PersistenceSettings.from(node.system.settings().config()).entities());
    }

    @Test
    void doesNotCountCheckpointsThatFailed() {
        var sandbox = create();
        HOSTS.broken = new IllegalStateException("the disk is full");
        for (var i = 0; i < CheckpointKind.FULL.limit(); i++) {
            done(node.persistence.checkpoints().create(origin, sandbox, "failing " + i, CheckpointKind.FULL));
        }
        eventually(
                "all have failed",
                () -> done(node.persistence.checkpoints().list(origin, sandbox)).stream()
                        .allMatch(view -> view.state().stage() == Stage.FAILED));
        HOSTS.broken = null;

        assertThat(HOSTS.layers).contains(checkpoint(sandbox, "after all"));
    }

    private CompletionStage<Outcome<CheckpointView>> keeping(
            int most, SandboxId sandbox, String name, CheckpointKind kind) {
        return node.persistence
                .checkpoints()
                .create(
                        origin,
                        sandbox,
                        new CheckpointId(UUID.randomUUID()),
                        name,
                        kind,
                        Retention.deletingOldest(most, kind));
    }

    private List<String> names(SandboxId sandbox) {
        return done(node.persistence.checkpoints().list(origin, sandbox)).stream()
                .map(view -> view.state().facts().orElseThrow().name())
                .toList();
    }

    @Test
    void letsTheOldestThatNobodyUsesGiveWay() {
        var sandbox = create();
        done(branches().publish(origin, checkpoint(sandbox, "published"), true, true));
        done(branches().addPatch(origin, checkpoint(sandbox, "patched"), UUID.randomUUID(), "true", ""));
        var forked = checkpoint(sandbox, "forked");
        done(node.persistence.sandboxes().stop(origin, fork(forked).id(), false));
        var third = checkpoint(sandbox, "third");
        checkpoint(sandbox, "fourth");
        done(node.persistence.checkpoints().create(origin, sandbox, "other kind", CheckpointKind.DISK_ONLY));

        // The name is taken: nothing goes, not even what could.
        assertThat(refused(keeping(5, sandbox, "patched", CheckpointKind.FULL)))
                .isEqualTo(new SandboxRefusal.CheckpointNameTaken("patched"));
        assertThat(refused(keeping(3, sandbox, "new", CheckpointKind.FULL)))
                .isEqualTo(new CheckpointRefusal.TooFewGiveWay(3, 2));
        assertThat(names(sandbox)).contains("third", "fourth").hasSize(6);
        done(keeping(5, sandbox, "fifth", CheckpointKind.FULL));
        assertThat(names(sandbox))
                .containsExactlyInAnyOrder("published", "patched", "forked", "fourth", "other kind", "fifth");
        eventually("its files are gone", () -> !HOSTS.layers.contains(third));
        done(keeping(10, sandbox, "sixth", CheckpointKind.FULL));
        assertThat(names(sandbox)).hasSize(7);
        // The name of what has gone is free, and two go at once.
        done(keeping(5, sandbox, "third", CheckpointKind.FULL));
        assertThat(names(sandbox))
                .containsExactlyInAnyOrder("published", "patched", "forked", "other kind", "sixth", "third");
    }

    @Test
    void makesRoomAtTheLimit() {
        var sandbox = create();
        for (var i = 0; i < CheckpointKind.FULL.limit(); i++) {
            checkpoint(sandbox, "number " + i);
        }
        assertThat(refused(node.persistence.checkpoints().create(origin, sandbox, "more", CheckpointKind.FULL)))
                .isEqualTo(new SandboxRefusal.TooManyCheckpoints(CheckpointKind.FULL.limit()));

        done(keeping(0, sandbox, "more", CheckpointKind.FULL));

        assertThat(names(sandbox))
                .hasSize(CheckpointKind.FULL.limit())
                .contains("more")
                .doesNotContain("number 0");
        done(keeping(1, sandbox, "alone", CheckpointKind.FULL));
        assertThat(names(sandbox)).containsExactly("alone");
    }

    @Test
    void finishesADeletionThatACrashInterruptedAlsoOfAStoppedSandbox() {
        var sandbox = create();
        var checkpoint = checkpoint(sandbox, "doomed");
        done(node.persistence.sandboxes().stop(origin, sandbox, false));
        HOSTS.broken = new IllegalStateException("the host is away");
        done(node.persistence.checkpoints().delete(origin, sandbox, checkpoint));
        HOSTS.broken = null;

        var services = PersistenceSettings.from(node.system.settings().config()).services();
        told(new Recovery(
                        entities(),
                        node.persistence.organizations(),
                        new DataKeys(node.database),
                        new UnfinishedCheckpoints(node.database),
                        services,
                        Clock.systemUTC())
                .run());

        eventually("its files are gone", () -> !HOSTS.layers.contains(checkpoint));
    }

    /** What a layer store may let go: only what neither a checkpoint, nor a sandbox that may run, nor a layer above needs. */
    @Test
    void layersAreNeededByCheckpointsByWhatStandsOnThemAndBySandboxesThatMayRun() {
        var needs = node.persistence.layerNeeds(
                node.system,
                node.database,
                PersistenceSettings.from(node.system.settings().config()));
        var sandbox = create();
        var lower = checkpoint(sandbox, "lower");
        var fork = done(node.persistence.checkpoints().fork(origin, lower, wanted()))
                .id();
        var upper = checkpoint(fork, "upper");
        var unknown = new CheckpointId(UUID.randomUUID());
        var kept = List.of(
                new SharedLayer(lower, origin.organization(), List.of()),
                new SharedLayer(upper, origin.organization(), List.of(lower)),
                new SharedLayer(unknown, origin.organization(), List.of()));
        assertThat(told(needs.among(kept))).contains(lower, upper).doesNotContain(unknown);

        done(node.persistence.checkpoints().delete(origin, sandbox, lower));
        assertThat(told(needs.among(kept))).contains(lower, upper);
        done(node.persistence.checkpoints().delete(origin, fork, upper));
        // The fork still stands on it.
        assertThat(told(needs.among(kept))).contains(lower).doesNotContain(upper);
        done(node.persistence.sandboxes().stop(origin, fork, false));
        eventually("nothing is needed", () -> told(needs.among(kept)).isEmpty());
    }
}
