package dev.sealbox.persistence.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.SerializationExtension;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.PathPrefix;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.image.Build;
import dev.sealbox.domain.image.BuiltImage;
import dev.sealbox.domain.image.ImageCommand;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.organization.ApiKeyHash;
import dev.sealbox.domain.organization.KeyStanding;
import dev.sealbox.domain.organization.KeyTerms;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.domain.organization.OrganizationRefusal;
import dev.sealbox.domain.organization.Role;
import dev.sealbox.domain.organization.WebhookTerms;
import dev.sealbox.domain.placement.OnHostLoss;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.preview.PreviewHash;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.sandbox.Autoscale;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.ContainerRuntime;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.HibernationCause;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.sandbox.Tags;
import dev.sealbox.domain.sandbox.Tier;
import dev.sealbox.domain.sandbox.Tokens;
import dev.sealbox.domain.sandbox.Widening;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.store.Offer;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.domain.store.VersionLimit;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.persistence.entity.Acknowledged;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.ImageMessage;
import dev.sealbox.persistence.entity.ImageReply;
import dev.sealbox.persistence.entity.OrganizationMessage;
import dev.sealbox.persistence.entity.OrganizationReply;
import dev.sealbox.persistence.entity.SandboxMessage;
import dev.sealbox.persistence.entity.SandboxReply;
import dev.sealbox.persistence.entity.StoreMessage;
import dev.sealbox.persistence.entity.StoreReply;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever one entity says to another arrives as it was said, without Java's own serialisation. */
class ClusterMessageTest {
    private static final ActorTestKit ACTORS = ActorTestKit.create(
            "messages",
            ConfigFactory.parseString("akka.actor.provider = local")
                    .withFallback(ConfigFactory.parseResources("sealbox-journal.conf"))
                    .withFallback(ConfigFactory.load())
                    .resolve());

    private static final UUID ID = UUID.fromString("c0ffee00-1111-4222-8333-444455556666");
    private static final Instant AT = Instant.parse("2026-11-23T12:34:56.789Z");
    private static final OrganizationId ORGANIZATION = new OrganizationId("default");
    private static final Origin ORIGIN = new Origin(ORGANIZATION, "key-1", "127.0.0.1", "request-1");
    private static final StoreId STORE = new StoreId(ID);
    private static final StoreName NAME = new StoreName("git-creds");
    private static final SecretName SECRET = new SecretName("GIT_TOKEN");
    private static final WebhookId WEBHOOK = new WebhookId("whk_0123456789abcdef0123456789abcdef");
    private static final WebhookTerms WEBHOOK_TERMS =
            new WebhookTerms("hooks.test", List.of("sandbox.*"), Optional.empty(), true);
    private static final SandboxId SANDBOX = new SandboxId("sb-0123456789abcdef");
    private static final CheckpointId CHECKPOINT = new CheckpointId(ID);
    private static final HostId HOST = new HostId("host-1");
    private static final KeyId KEY = new KeyId(ID);
    private static final ApiKeyHash HASH = ApiKeyHash.of("key");
    private static final KeyTerms TERMS = new KeyTerms("launcher", Role.AGENT_LAUNCHER, List.of(NAME), Optional.of(AT));
    private static final SealedToken TOKEN = new SealedToken("osb_sealed_00112233445566778899aabbccddeeff");
    private static final List<HostPattern> HOSTS = HostPattern.parseAll(List.of("github.com", "*.example.com", "*"));
    private static final VersionLimit LIMIT = new VersionLimit(3);
    private static final Encrypted VALUE = new Encrypted(KEY, "AAEC");
    private static final Blueprint BLUEPRINT = new Blueprint(
            "base",
            Optional.of(CHECKPOINT),
            List.of(CHECKPOINT),
            new Limits(1, 1024, 20480),
            300,
            Map.of("A", "b"),
            Map.of(),
            new Defaults(Map.of("C", "d"), "/work"));
    private static final ImageHash IMAGE = new ImageHash("0123456789abcdef".repeat(4));
    private static final SnapshotName SNAPSHOT = new SnapshotName("data science");
    private static final Build BUILD = new Build(CHECKPOINT, SANDBOX, HOST, -7, "{}");
    private static final ImageLayer LAYER = new ImageLayer(HOST, List.of(CHECKPOINT), BLUEPRINT.defaults());
    private static final Tokens TOKENS = new Tokens(Map.of(SECRET, TOKEN), Map.of(TOKEN, SECRET));
    private static final Contents CONTENTS = new Contents(BLUEPRINT, HOST, List.of(NAME), HOSTS, Map.of(TOKEN, SECRET));
    private static final List<TcpTarget> TCP = TcpTarget.parseAll(List.of("db.test:5432", "*.test:22"));
    private static final Denials DENIALS = new Denials(HOSTS, UnusableTokens.REFUSE);
    private static final StoreView VIEW = new StoreView(
            STORE,
            NAME,
            7,
            false,
            HOSTS,
            DENIALS,
            Map.of(
                    SECRET,
                    new Offer(2, Optional.of(VALUE), HOSTS, Locations.parse("query")),
                    new SecretName("OFF"),
                    new Offer(1, Optional.empty(), List.of(), Locations.ALL)),
            TCP);
    private static final List<UseRule> RULES = List.of(
            new UseRule(UseRule.Effect.DENY, HOSTS, List.of("DELETE"), List.of(new PathPrefix("/v1")), List.of(443)));
    private static final SecretStore STATE = Stream.of(
                    new StoreEvent.StoreCreated(NAME, HOSTS),
                    new StoreEvent.VersionLimitChanged(LIMIT),
                    new StoreEvent.DenialsChanged(DENIALS),
                    new StoreEvent.SecretSet(SECRET, ID, 1, VALUE, HOSTS),
                    new StoreEvent.SecretRulesChanged(SECRET, RULES),
                    new StoreEvent.VersionDestroyed(SECRET, 1),
                    new StoreEvent.SecretRolledBack(SECRET, 2, 1, VALUE, HOSTS))
            .reduce(
                    SecretStore.ABSENT,
                    (store, event) -> store.apply(new Recorded<>(event, ORIGIN, AT)),
                    (first, second) -> second);
    private static final EgressPolicy POLICY = new EgressPolicy(
            SANDBOX,
            ORGANIZATION,
            8,
            HOSTS,
            DENIALS,
            Map.of(SECRET, new Grant(STORE, 2, VALUE, HOSTS, Locations.parse(""), RULES, false)),
            Map.of(TOKEN, SECRET),
            List.of(CHECKPOINT),
            TCP);

    @AfterAll
    static void stop() {
        ACTORS.shutdownTestKit();
    }

    static Stream<StoreCommand> storeCommands() {
        return Stream.of(
                new StoreCommand.CreateStore(NAME, HOSTS, Denials.NONE, List.of()),
                new StoreCommand.RenameStore(NAME),
                new StoreCommand.ChangeAllowlist(HOSTS),
                new StoreCommand.ChangeEgressTcp(TCP),
                new StoreCommand.SetSecret(SECRET, VALUE, HOSTS, ID, Optional.of(7), LIMIT),
                new StoreCommand.RollBackSecret(SECRET, 3, VALUE, Optional.empty(), LIMIT),
                new StoreCommand.ChangeSecretHosts(SECRET, HOSTS, Optional.of(0)),
                new StoreCommand.ChangeSecretLocations(SECRET, Locations.parse("headers body")),
                new StoreCommand.ChangeSecretRules(SECRET, RULES),
                new StoreCommand.ChangeDenials(Optional.of(HOSTS), Optional.empty()),
                new StoreCommand.ChangeDenials(Optional.empty(), Optional.of(UnusableTokens.PASS)),
                new StoreCommand.SwitchSecret(SECRET, true),
                new StoreCommand.SwitchVersion(SECRET, 3, false),
                new StoreCommand.DestroyVersion(SECRET, 3),
                new StoreCommand.LimitVersions(LIMIT),
                new StoreCommand.DeleteSecret(SECRET),
                new StoreCommand.DeleteStore(),
                new StoreCommand.RevokeStore(),
                new StoreCommand.AbandonStore(),
                new StoreCommand.BindSandbox(SANDBOX),
                new StoreCommand.UnbindSandbox(SANDBOX),
                new StoreCommand.ConfirmShredded(Set.of(KEY)));
    }

    static Stream<SandboxCommand> sandboxCommands() {
        return Stream.of(
                new SandboxCommand.CreateSandbox(BLUEPRINT, List.of(new StoreLayer(STORE, NAME)), true, HOSTS, TOKENS),
                new SandboxCommand.CreateSandbox(
                        BLUEPRINT,
                        List.of(),
                        false,
                        List.of(),
                        TOKENS,
                        Optional.of(new Widening(Set.of(SECRET), HOSTS)),
                        Optional.of(PreviewHash.of("token")),
                        new Siting(Map.of("zone", "a"), OnHostLoss.RECREATE)),
                new SandboxCommand.SealNames(Map.of(SECRET, TOKEN)),
                new SandboxCommand.PlaceSandbox(HOST),
                new SandboxCommand.ConfirmStarted(false),
                new SandboxCommand.ConfirmStarted(true),
                new SandboxCommand.ReportLost("gone"),
                new SandboxCommand.ReportMissing(2),
                new SandboxCommand.HibernateSandbox(HibernationCause.SHUTDOWN),
                new SandboxCommand.HibernateIdle(60),
                new SandboxCommand.ConfirmHibernated(4096, Optional.of(CHECKPOINT), false),
                new SandboxCommand.ConfirmHibernated(4096, Optional.of(CHECKPOINT), true),
                new SandboxCommand.NoteImage(CHECKPOINT),
                new SandboxCommand.MoveSandbox(HOST),
                new SandboxCommand.ReportHostGone(HOST, List.of(CHECKPOINT)),
                new SandboxCommand.WakeSandbox(Optional.of(60)),
                new SandboxCommand.ReportWakeFailed("no host"),
                new SandboxCommand.RebootSandbox(),
                new SandboxCommand.ChangeTimeout(60),
                new SandboxCommand.ReplaceTags(new Tags(Map.of("team", "blue"))),
                new SandboxCommand.ScaleSandbox(Tier.LARGE),
                new SandboxCommand.FitSize(8192),
                new SandboxCommand.ChangeAutoscale(Optional.of(new Autoscale(1024, 8192))),
                new SandboxCommand.LockScaling(true),
                new SandboxCommand.ExposePort(new PreviewPort(3000), ID, "{}"),
                new SandboxCommand.ClosePort(new PreviewPort(3000)),
                new SandboxCommand.GuardPreview(PreviewHash.of("token")),
                new SandboxCommand.StopSandbox(),
                new SandboxCommand.ConfirmStopped(),
                new SandboxCommand.NameCheckpoint(CHECKPOINT, "first", CheckpointKind.FULL),
                new SandboxCommand.ForgetCheckpoint(CHECKPOINT),
                new SandboxCommand.UncountCheckpoint(CHECKPOINT),
                new SandboxCommand.RestoreCheckpoint(CHECKPOINT, List.of(CHECKPOINT)),
                new SandboxCommand.NotePatched(1),
                new SandboxCommand.NotePatchFailed(2, "why"),
                new SandboxCommand.RevokeSecrets());
    }

    static Stream<CheckpointCommand> checkpointCommands() {
        return Stream.of(
                new CheckpointCommand.RequestCheckpoint(SANDBOX, "first", CheckpointKind.DISK_ONLY, CONTENTS),
                new CheckpointCommand.AdoptImage("tools", CONTENTS, true),
                new CheckpointCommand.RetireImage(),
                new CheckpointCommand.GiveWay(SANDBOX),
                new CheckpointCommand.ConfirmReady(4096, false),
                new CheckpointCommand.ConfirmReady(4096, true),
                new CheckpointCommand.ReportFailed("full"),
                new CheckpointCommand.ForkCheckpoint(SANDBOX),
                new CheckpointCommand.DeleteCheckpoint(SANDBOX),
                new CheckpointCommand.AbandonCheckpoint(),
                new CheckpointCommand.ConfirmDiscarded(),
                new CheckpointCommand.PublishCheckpoint(),
                new CheckpointCommand.UnpublishCheckpoint(),
                new CheckpointCommand.AddPatch(ID, "true", "first"),
                new CheckpointCommand.RemovePatch(ID),
                new CheckpointCommand.RevokeLineage());
    }

    static Stream<OrganizationCommand> organizationCommands() {
        return Stream.of(
                new OrganizationCommand.CreateOrganization(HASH, KeyTerms.admin("first")),
                new OrganizationCommand.IssueApiKey(HASH, TERMS),
                new OrganizationCommand.RevokeApiKey("key-1"),
                new OrganizationCommand.ReserveName(NAME, STORE, 1000),
                new OrganizationCommand.ReleaseName(NAME, STORE),
                new OrganizationCommand.AdmitSandbox(SANDBOX, 50),
                new OrganizationCommand.SuspendSandbox(SANDBOX),
                new OrganizationCommand.ResumeSandbox(SANDBOX, 50),
                new OrganizationCommand.ReleaseSandbox(SANDBOX),
                new OrganizationCommand.NoteWebhook(WEBHOOK, WEBHOOK_TERMS, true, false),
                new OrganizationCommand.NoteWebhookDeleted(WEBHOOK));
    }

    static Stream<ImageCommand> imageCommands() {
        return Stream.of(
                new ImageCommand.BeginBuild(IMAGE, BUILD),
                new ImageCommand.FinishBuild(IMAGE, CHECKPOINT, LAYER),
                new ImageCommand.FailBuild(IMAGE, CHECKPOINT, "why"),
                new ImageCommand.RequestSnapshot(SNAPSHOT, ID, IMAGE, "{}", -7, 10),
                new ImageCommand.ConfirmSnapshot(SNAPSHOT, ID, LAYER),
                new ImageCommand.FailSnapshot(SNAPSHOT, ID, "why"),
                new ImageCommand.DeleteSnapshot(SNAPSHOT),
                new ImageCommand.RemoveImage(IMAGE),
                new ImageCommand.ConfirmGone(Set.of(CHECKPOINT)));
    }

    static Stream<Refusal> refusals() {
        return Stream.of(
                new ImageRefusal.NoSuchSnapshot(),
                new ImageRefusal.NoSuchImage(),
                new ImageRefusal.UnknownSnapshot(SNAPSHOT),
                new ImageRefusal.SnapshotNotReady(SNAPSHOT, "building"),
                new ImageRefusal.SnapshotNameTaken(SNAPSHOT),
                new ImageRefusal.TooManySnapshots(10),
                new ImageRefusal.BuildFailed(1, "run", "why"),
                new ImageRefusal.BuildCancelled(),
                new StoreRefusal.NoSuchStore(),
                new StoreRefusal.UnknownName(NAME),
                new StoreRefusal.NoSuchSecret(SECRET),
                new StoreRefusal.NoSuchVersion(SECRET, 3),
                new StoreRefusal.VersionDestroyed(SECRET, 3),
                new StoreRefusal.VersionDisabled(SECRET, 3),
                new StoreRefusal.VersionMismatch(SECRET, 3, 4),
                new StoreRefusal.TooManySecrets(200),
                new StoreRefusal.AlreadyExists(),
                new SandboxRefusal.NoSuchSandbox(),
                new SandboxRefusal.AlreadyExists(),
                new SandboxRefusal.Stopped(),
                new SandboxRefusal.NotRunning("error"),
                new SandboxRefusal.NothingToWake(),
                new SandboxRefusal.WakeFailed("no host"),
                new SandboxRefusal.NotReady(),
                new SandboxRefusal.NoHost(),
                new SandboxRefusal.StartFailed("why"),
                new SandboxRefusal.SizeLocked(),
                new SandboxRefusal.MemoryInUse(1024),
                new SandboxRefusal.RuntimeMissing(ContainerRuntime.RUNSC),
                new SandboxRefusal.UnknownTemplate(),
                new SandboxRefusal.CheckpointNameTaken("first"),
                new SandboxRefusal.TooManyCheckpoints(10),
                new SandboxRefusal.TooManyStores(16),
                new SandboxRefusal.StoreNotNamed(),
                new SandboxRefusal.NoRoom(),
                new SandboxRefusal.ClusterFull(true),
                new SandboxRefusal.WouldWiden(new Widening(Set.of(SECRET), HOSTS)),
                new SandboxRefusal.PortNotExposed(),
                new SandboxRefusal.TooManyPreviews(100),
                new CheckpointRefusal.NoSuchCheckpoint(),
                new CheckpointRefusal.ForAdmins(),
                new CheckpointRefusal.AlreadyExists(),
                new CheckpointRefusal.OfAnotherSandbox(),
                new CheckpointRefusal.NotReadyInTime(),
                new CheckpointRefusal.Failed("why"),
                new CheckpointRefusal.InUse(),
                new CheckpointRefusal.TooFewGiveWay(3, 2),
                new CheckpointRefusal.NoSuchPatch(),
                new CheckpointRefusal.TooManyPatches(100),
                new OrganizationRefusal.NameTaken(NAME),
                new OrganizationRefusal.TooManyStores(1000),
                new OrganizationRefusal.TooManySandboxes(50, 50),
                new OrganizationRefusal.OrganizationExists(),
                new OrganizationRefusal.NoSuchApiKey(),
                new OrganizationRefusal.ApiKeyIdTaken(),
                new OrganizationRefusal.TooManyApiKeys(500),
                new OrganizationRefusal.ExpiresInThePast(),
                new OrganizationRefusal.LastAdminKey());
    }

    static Stream<ClusterMessage> messages() {
        TestProbe<StoreReply> stores = ACTORS.createTestProbe();
        TestProbe<SandboxReply> sandboxes = ACTORS.createTestProbe();
        TestProbe<CheckpointReply> checkpoints = ACTORS.createTestProbe();
        TestProbe<OrganizationReply> organizations = ACTORS.createTestProbe();
        TestProbe<ImageReply> images = ACTORS.createTestProbe();
        TestProbe<Acknowledged> acknowledged = ACTORS.createTestProbe();
        TestProbe<OrganizationMessage.KeyFound> found = ACTORS.createTestProbe();
        TestProbe<OrganizationMessage.Names> names = ACTORS.createTestProbe();
        var commands = Stream.of(
                        storeCommands().map(each -> new StoreMessage.Execute(ORIGIN, each, stores.getRef())),
                        sandboxCommands().map(each -> new SandboxMessage.Execute(ORIGIN, each, sandboxes.getRef())),
                        checkpointCommands()
                                .map(each -> new CheckpointMessage.Execute(ORIGIN, each, checkpoints.getRef())),
                        organizationCommands()
                                .map(each -> new OrganizationMessage.Execute(ORIGIN, each, organizations.getRef())),
                        imageCommands().map(each -> new ImageMessage.Execute(ORIGIN, each, images.getRef())),
                        refusals().map(StoreReply.Refused::new))
                .flatMap(all -> all);
        var rest = Stream.of(
                new StoreMessage.Read(stores.getRef()),
                new StoreMessage.Resume(),
                new StoreMessage.Stop(),
                new StoreReply.Done(SecretStore.ABSENT, new Refreshed(1, List.of(SANDBOX))),
                new StoreReply.Done(STATE, new Refreshed(1, List.of(SANDBOX))),
                new SandboxMessage.Create(
                        ORIGIN,
                        new SandboxCommand.CreateSandbox(BLUEPRINT, List.of(), false, List.of(), Tokens.NONE),
                        Optional.of(HOST),
                        sandboxes.getRef()),
                new SandboxMessage.ExecuteAsSystem(
                        new SandboxCommand.HibernateIdle(60), Optional.of(HOST), sandboxes.getRef()),
                new SandboxMessage.Read(ORGANIZATION, sandboxes.getRef()),
                new SandboxMessage.ReadAsSystem(sandboxes.getRef()),
                new SandboxMessage.Await(ORGANIZATION, sandboxes.getRef()),
                new SandboxMessage.ReadPolicy(sandboxes.getRef()),
                new SandboxMessage.ReadTokens(sandboxes.getRef()),
                new SandboxMessage.Refresh(VIEW, acknowledged.getRef()),
                new SandboxMessage.Revoke(ORIGIN, acknowledged.getRef()),
                new SandboxMessage.Resume(),
                new SandboxMessage.Stop(),
                new SandboxReply.Done(Sandbox.ABSENT),
                new SandboxReply.Policed(Sandbox.ABSENT, POLICY),
                new SandboxReply.Shown(Map.of(SECRET, TOKEN)),
                new SandboxReply.Refused(new SandboxRefusal.Stopped()),
                new Acknowledged(Acknowledged.Answer.LATER),
                new CheckpointMessage.Read(checkpoints.getRef()),
                new CheckpointMessage.Await(checkpoints.getRef()),
                new CheckpointMessage.Resume(),
                new CheckpointMessage.Stop(),
                new CheckpointReply.Done(Checkpoint.ABSENT),
                new CheckpointReply.Refused(new CheckpointRefusal.Failed("why")),
                new OrganizationMessage.Read(organizations.getRef()),
                new OrganizationMessage.FindKey(HASH, found.getRef()),
                new OrganizationMessage.ListNames(Optional.of(NAME), 100, names.getRef()),
                new OrganizationMessage.Names(Map.of(NAME, STORE)),
                new OrganizationMessage.Stop(),
                new OrganizationMessage.KeyFound(new KeyStanding.Valid("key-1", TERMS)),
                new OrganizationMessage.KeyFound(new KeyStanding.Unknown()),
                new OrganizationMessage.KeyFound(new KeyStanding.Expired()),
                new OrganizationMessage.KeyFound(new KeyStanding.Revoked()),
                new ImageMessage.ReadImage(IMAGE, images.getRef()),
                new ImageMessage.ReadSnapshot(SNAPSHOT, images.getRef()),
                new ImageMessage.ListSnapshots(images.getRef()),
                new ImageMessage.ListUnfinished(images.getRef()),
                new ImageMessage.ListLayers(images.getRef()),
                new ImageMessage.ListImages(images.getRef()),
                new ImageMessage.Stop(),
                new ImageReply.Done(),
                new ImageReply.Refused(new ImageRefusal.NoSuchSnapshot()),
                new ImageReply.Image(Optional.of(BUILD), Optional.of(LAYER)),
                new ImageReply.Snapshots(Map.of(
                        SNAPSHOT,
                        new Snapshot(ID, IMAGE, "{}", Snapshot.Stage.READY, Optional.of(LAYER), "", AT, AT, -7))),
                new ImageReply.Layers(Set.of(BUILD.layer())),
                new ImageReply.Images(
                        Map.of(IMAGE, new BuiltImage(LAYER, "{}", Instant.EPOCH)), Map.of(CHECKPOINT, HOST)),
                new ImageReply.Unfinished(Map.of(IMAGE, BUILD), Map.of()),
                new OrganizationReply.Done(Organization.EMPTY),
                new OrganizationReply.Refused(new OrganizationRefusal.NameTaken(NAME)));
        return Stream.concat(commands, rest);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void arrivesAsItWasSaid(ClusterMessage message) throws java.io.NotSerializableException {
        ACTORS.serializationTestKit().verifySerialization(message, true);

        var serialization = SerializationExtension.get(Adapter.toClassic(ACTORS.system()));
        assertThat(serialization.serializerFor(message.getClass()).getClass().getName())
                .contains("JacksonCbor");
    }

    @Test
    void isUnderstoodByNodesOfOtherVersions() {
        new GoldenMessages(ACTORS.system(), ACTORS.createTestProbe().getRef())
                .check(Path.of("src/test/resources/messages"), messages());
    }

    @Test
    void isSampledInEveryCase() {
        assertThat(messages().<Class<?>>map(Object::getClass))
                .containsAll(GoldenMessages.cases(
                                StoreMessage.class,
                                StoreReply.class,
                                SandboxMessage.class,
                                SandboxReply.class,
                                CheckpointMessage.class,
                                CheckpointReply.class,
                                OrganizationMessage.class,
                                OrganizationReply.class,
                                ImageMessage.class,
                                ImageReply.class)
                        .stream()
                        .filter(ClusterMessage.class::isAssignableFrom)
                        .toList());
        assertThat(storeCommands().<Class<?>>map(Object::getClass))
                .containsAll(GoldenMessages.cases(StoreCommand.class));
        assertThat(sandboxCommands().<Class<?>>map(Object::getClass))
                .containsAll(GoldenMessages.cases(SandboxCommand.class));
        assertThat(checkpointCommands().<Class<?>>map(Object::getClass))
                .containsAll(GoldenMessages.cases(CheckpointCommand.class));
        assertThat(organizationCommands().<Class<?>>map(Object::getClass))
                .containsAll(GoldenMessages.cases(OrganizationCommand.class));
        assertThat(imageCommands().<Class<?>>map(Object::getClass))
                .containsAll(GoldenMessages.cases(ImageCommand.class));
        assertThat(refusals().<Class<?>>map(Object::getClass))
                .containsAll(GoldenMessages.cases(
                        StoreRefusal.class,
                        SandboxRefusal.class,
                        CheckpointRefusal.class,
                        OrganizationRefusal.class,
                        ImageRefusal.class));
    }
}
