package dev.sealbox.server.host;

import static dev.sealbox.server.host.AskedRegistrar.BUILDER;
import static dev.sealbox.server.host.AskedRegistrar.SLEEPER;
import static dev.sealbox.server.host.AskedRegistrar.STRAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressGate;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.HeldLayer;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.SetuidFiles;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.domain.placement.Place;
import dev.sealbox.domain.placement.Size;
import dev.sealbox.domain.placement.Wanted;
import dev.sealbox.domain.preview.PortConnection;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.sandbox.Autoscale;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.FileRefusal;
import dev.sealbox.domain.sandbox.HostFull;
import dev.sealbox.domain.sandbox.HostUnreachable;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxResting;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.domain.sandbox.Terms;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.NewSession;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionFrame;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionRefusal;
import dev.sealbox.domain.session.SessionView;
import dev.sealbox.domain.session.TerminalSize;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every message is written and read as between two nodes: {@code serialize-messages} is on. */
class ClusterHostsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final HostId HOST = new HostId("here");
    private static final SandboxId ONE = new SandboxId("sb-0000000000000001");
    private static final SandboxId TWO = new SandboxId("sb-0000000000000002");

    private static final ActorTestKit actors = ActorTestKit.create(GivingHost.config());

    private static final MemoryRuntime runtime = new MemoryRuntime();
    private static final Map<SandboxId, EgressPolicy> admitted = new ConcurrentHashMap<>();
    private static final AtomicBoolean full = new AtomicBoolean();
    private static final HostDirectory directory = new HostDirectory();
    private static final Host host = new Host(
            HOST,
            runtime,
            runtime,
            runtime,
            gate(),
            organization -> done("PEM"),
            HostCapacity.of(
                    HOST,
                    new CapacitySettings(Optional.empty(), 100, 100, Map.of()),
                    Path.of("target", "draining"),
                    full::get,
                    () -> Set.of("base")),
            Path.of("target", "last-uses"));
    private static final LargeLayers held = new LargeLayers(1L << 30);
    private static ClusterHosts hosts;

    @BeforeAll
    static void join() throws InterruptedException {
        var cluster = akka.cluster.typed.Cluster.get(actors.system());
        cluster.manager()
                .tell(akka.cluster.typed.Join.create(cluster.selfMember().address()));
        actors.spawn(directory.keeper(Duration.ofMillis(300)));
        actors.spawn(HostActor.create(
                host,
                new MemoryLayers(),
                Layered.over(held, Optional.empty(), layer -> List.of(), Duration.ofMinutes(1)),
                new AskedRegistrar(new CompletableFuture<>(), 0)));
        hosts = new ClusterHosts(actors.system(), directory, PATIENCE);
        until(() -> directory.knows(HOST));
        assertThat(place()).isEqualTo(new Place.On(HOST));
    }

    private static Place place() {
        return hosts.place(Wanted.fresh(new Size(1, 1024)));
    }

    @AfterAll
    static void stop() {
        actors.shutdownTestKit();
    }

    @Test
    void bringsAnOutputThatIsLargerThanAMessageAsAStream() {
        get(hosts.start(HOST, start(TWO, 1)));
        var word = "ä€".repeat(400_000);

        var result = get(hosts.run(HOST, TWO, command("echo", word)));

        assertThat(result.stdout()).isEqualTo("echo " + word);
        assertThat(result.stderr()).isEmpty();
        get(hosts.stop(HOST, TWO));
    }

    @Test
    void hearsWhenTheDiskOfAHostIsNearlyFullAndWhenItIsNoMore() {
        assertThat(hosts.hasRoom(Optional.of(HOST))).isTrue();

        full.set(true);

        actors.createTestProbe().awaitAssert(PATIENCE, () -> {
            assertThat(hosts.hasRoom(Optional.of(HOST))).isFalse();
            assertThat(hosts.hasRoom(Optional.empty())).isFalse();
            return assertThat(place()).isEqualTo(new Place.Full());
        });
        assertThat(hosts.hasRoom(Optional.of(new HostId("elsewhere")))).isTrue();

        full.set(false);

        actors.createTestProbe().awaitAssert(PATIENCE, () -> {
            assertThat(hosts.hasRoom(Optional.empty())).isTrue();
            return assertThat(place()).isEqualTo(new Place.On(HOST));
        });
    }

    @Test
    void answersAtOnceForAHostThatIsNotInTheCluster() {
        var answer = hosts.run(new HostId("elsewhere"), ONE, command("echo")).toCompletableFuture();

        assertThat(answer).as("nobody is asked").isCompletedExceptionally();
        assertThatThrownBy(answer::join).hasCauseInstanceOf(HostUnreachable.class);
    }

    @Test
    void startsEnforcesRunsAndStops() {
        get(hosts.start(HOST, start(ONE, 1)));
        assertThat(admitted)
                .extractingByKey(ONE)
                .extracting(EgressPolicy::revision)
                .isEqualTo(1L);

        get(hosts.enforce(HOST, policy(ONE, 2)));
        assertThat(admitted)
                .extractingByKey(ONE)
                .extracting(EgressPolicy::revision)
                .isEqualTo(2L);

        assertThat(get(hosts.run(HOST, ONE, command("echo", "a b"))).stdout()).isEqualTo("echo a b");
        assertThat(get(hosts.checkpoint(HOST, ONE, new CheckpointId(UUID.randomUUID()), true)))
                .isEqualTo(new Taken(42, true));

        get(hosts.stop(HOST, ONE));
        assertThat(admitted).doesNotContainKey(ONE);
        assertThat(runtime.running).doesNotContainKey(ONE);
    }

    /** As when this process was frozen with the order in its mailbox, and the sandbox has gone on elsewhere since. */
    @Test
    void letsNothingRunThatIsNotToRunHereByNow() {
        for (var gone : List.of(STRAY, SLEEPER)) {
            assertThatThrownBy(() -> get(hosts.start(HOST, start(gone, 1))))
                    .hasRootCauseMessage("the sandbox is not to run on this host now");

            assertThat(runtime.running).doesNotContainKey(gone);
            assertThat(admitted).doesNotContainKey(gone);
            assertThat(host.runs().now()).doesNotContainKey(gone);
        }
    }

    /** Nobody is asked about it, and a gap of the lease does not end it. */
    @Test
    void letsABuilderOfAnImageRun() {
        get(hosts.start(HOST, start(BUILDER, 1)));
        assertThat(admitted).containsKey(BUILDER);

        get(host.catchUp(new AskedRegistrar(new CompletableFuture<>())));
        assertThat(runtime.running).containsKey(BUILDER);
        get(hosts.stop(HOST, BUILDER));
    }

    @Test
    void letsNothingUseSecretsThatNoSandboxStandsFor() {
        var grant = new Grant(
                new StoreId(new UUID(0, 1)),
                1,
                new Encrypted(new KeyId(new UUID(0, 2)), "AAEC"),
                List.of(),
                Locations.ALL,
                List.of(),
                false);
        var policy = new EgressPolicy(
                BUILDER, new OrganizationId("o"), 1, List.of(), Map.of(new SecretName("API_KEY"), grant), Map.of());
        var order = new StartSandbox(
                "base", List.of(), new Terms(0, new Limits(1, 1024, 20480)), policy, Optional.empty(), 0, false, false);

        assertThatThrownBy(() -> get(hosts.start(HOST, order)))
                .hasRootCauseMessage("the sandbox is not to run on this host now");
        assertThat(runtime.running).doesNotContainKey(BUILDER);
        assertThat(admitted).doesNotContainKey(BUILDER);
    }

    @Test
    void startsWithThePolicyOfNowWhenItsOrderIsOlder() {
        var sandbox = new SandboxId("sb-00000000000000a6");

        get(host.start(start(sandbox, 1), new AskedRegistrar(new CompletableFuture<>())));

        assertThat(admitted)
                .extractingByKey(sandbox)
                .extracting(EgressPolicy::revision)
                .isEqualTo(9L);
        get(hosts.stop(HOST, sandbox));
    }

    @Test
    void staysWhenItCannotNoteThatItIsDrained() throws IOException {
        var mark = java.nio.file.Files.createDirectory(Path.of("target", "draining"));
        try {
            assertThatThrownBy(() -> get(new DirectoryHosts(directory, hosts).drain(HOST, true)))
                    .hasRootCauseMessage("the host failed (UncheckedIOException)");
        } finally {
            java.nio.file.Files.delete(mark);
        }

        assertThat(get(hosts.run(new HostId("here"), running(), command("echo")))
                        .exitCode())
                .isZero();
    }

    @Test
    void knowsThatAHostIsDrainedAsSoonAsThatHasRefusedAStart() {
        host.capacity().drain(true);
        try {
            assertThatThrownBy(() -> get(hosts.start(HOST, start(new SandboxId("sb-00000000000000a8"), 1))))
                    .hasRootCauseInstanceOf(HostFull.class);

            assertThat(hosts.standing(HOST)).isEqualTo(SandboxHosts.Standing.DRAINING);
            assertThat(place()).isEqualTo(new Place.Nowhere());
        } finally {
            host.capacity().drain(false);
            get(directory.lookAt(HOST, actors.system()));
        }
    }

    private static SandboxId running() {
        get(hosts.start(HOST, start(TWO, 1)));
        return TWO;
    }

    /** For instance because the layer store could not be asked what is left of them. */
    @Test
    void tellsTheSandboxesOfALostHostAgainUntilAllKnow() {
        var gone = new HostId("gone");
        var told = new CopyOnWriteArrayList<HostId>();
        var watch = actors.spawn(HostLosses.watch(directory, Duration.ofMillis(1), lost -> {
            told.add(lost);
            return told.size() < 3
                    ? CompletableFuture.failedFuture(new IllegalStateException("the layer store is away"))
                    : CompletableFuture.allOf();
        }));

        watch.tell(new HostLosses.Heard.Due(HOST));
        watch.tell(new HostLosses.Heard.Due(gone));

        actors.createTestProbe().awaitAssert(PATIENCE, () -> assertThat(told).containsExactly(gone, gone, gone));
    }

    @Test
    void packsAndUnpacksLayers() throws IOException {
        var layers = new ClusterLayers(actors.system(), directory, hosts);
        var layer = new CheckpointId(UUID.randomUUID());
        held.layers.put(layer, List.of());

        try (var packed = get(layers.pack(HOST, List.of(layer)))) {
            assertThat(packed).hasContent("[" + layer + "]");
        }
        assertThat(get(layers.unpack(
                        HOST, layer, Incoming.archive(SetuidFiles.DROP), new ByteArrayInputStream(new byte[300_000]))))
                .isEqualTo(Outcome.done(new Unpacked(300_000, Defaults.NONE)));
        assertThat(get(layers.unpack(
                        HOST, layer, Incoming.archive(SetuidFiles.REFUSE), new ByteArrayInputStream(new byte[1]))))
                .isEqualTo(Outcome.refused(new ArchiveRefusal.Unsafe("a file", "is setuid")));
    }

    /** For an export. */
    @Test
    void packsLayersOnAnotherHostWhenTheirOwnIsGoneOrCannot() throws IOException {
        var layers = new ClusterLayers(actors.system(), directory, hosts);
        var layer = new CheckpointId(UUID.randomUUID());
        var gone = new HostId("gone");

        assertThatThrownBy(() -> get(layers.pack(gone, List.of(layer))))
                .as("nobody has it, and a repeat may find it")
                .hasRootCauseInstanceOf(HostUnreachable.class)
                .hasRootCauseMessage("host gone is not in the cluster");
        held.layers.put(layer, List.of());
        try (var packed = get(layers.pack(gone, List.of(layer)))) {
            assertThat(packed).hasContent("[" + layer + "]");
        }
        assertThat(held.held).doesNotContain(layer);
    }

    @Test
    void givesLayersToOtherHostsNoFasterThanTheyAreReadAndUntilTheyAreClosed() throws IOException {
        var layer = new CheckpointId(UUID.randomUUID());
        var below = new CheckpointId(UUID.randomUUID());
        held.layers.put(layer, List.of(below));
        var peers = new PeerLayers(actors.system(), new HostId("elsewhere"), directory, hosts);

        assertThat(peers.find(below)).isEmpty();
        assertThat(new PeerLayers(actors.system(), HOST, directory, hosts).find(layer))
                .as("who looks does not ask himself")
                .isEmpty();
        for (var each = 0; each <= PackShelf.ASKERS; each++) {
            var found = peers.find(layer);
            assertThat(found)
                    .extracting(LayerSource.Found::about)
                    .containsExactly(new HeldLayer(layer, Optional.empty(), List.of(below)));
            try (var content = found.getFirst().content().get()) {
                assertThat(LargeLayers.isAt(0, content.readNBytes(100_000), 100_000))
                        .isTrue();
            }
        }
        assertThat(held.given.get()).isLessThan((PackShelf.ASKERS + 1) * (16L << 20));
        assertThat(held.packed).containsOnlyOnce(layer);
    }

    @Test
    void goesOnWithALayerWhereItBrokeOff() throws IOException {
        var layer = new CheckpointId(UUID.randomUUID());
        held.layers.put(layer, List.of());
        held.breakingOnce.add(layer);
        var peers = new PeerLayers(actors.system(), new HostId("elsewhere"), directory, hosts);

        try (var content = peers.find(layer).getFirst().content().get()) {
            assertThat(LargeLayers.isAt(0, content.readNBytes(1_000_000), 1_000_000))
                    .isTrue();
        }
        assertThat(held.breakingOnce).isEmpty();
        assertThat(held.packed).containsOnlyOnce(layer);
    }

    /** With a process of its own and SIGKILL, in the middle of what it gives. */
    @Test
    void leavesNothingHalfWhenTheHostThatGivesItDies() throws IOException, InterruptedException {
        var layer = new CheckpointId(UUID.randomUUID());
        var mine = new Taking();
        var peers = new PeerLayers(actors.system(), HOST, directory, hosts, Duration.ofMillis(200));
        try (var layered = Layered.over(mine, Optional.empty(), peers, Duration.ofMinutes(1));
                var giving = GivingHost.start(actors.system(), layer)) {
            until(() -> directory.knows(GivingHost.ID) || !giving.isAlive());
            var started = layered.start(STRAY, List.of(layer), () -> done("started"));
            get(mine.inTheMiddle);
            var address = addressOf(GivingHost.ID);
            giving.kill();
            // As the cluster does by itself after some seconds.
            cluster().manager().tell(new akka.cluster.typed.Down(address));
            mine.goOn.complete(Unit.DONE);

            assertThat(started.toCompletableFuture())
                    .failsWithin(Duration.ofMinutes(2))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(HostFailure.class)
                    .withMessageContaining("could not be fetched from the host that has it");
            assertThat(mine.layers).isEmpty();
            assertThat(mine.held).isEmpty();
            until(() -> !directory.knows(GivingHost.ID));

            // Another one has it by then.
            var other = new LargeLayers(GivingHost.LAYER);
            other.layers.put(layer, List.of());
            var fromOther = Layered.over(other, Optional.empty(), none -> List.of(), Duration.ofMinutes(1));
            try (fromOther;
                    var repeated = Layered.over(
                            mine,
                            Optional.empty(),
                            wanted -> List.of(new LayerSource.Found(
                                    new HeldLayer(wanted, Optional.empty(), List.of()),
                                    () -> get(fromOther.packed(wanted, Optional.empty()))
                                            .content())),
                            Duration.ofMinutes(1))) {
                assertThat(get(repeated.start(STRAY, List.of(layer), () -> done("started"))))
                        .isEqualTo("started");
            }
            assertThat(mine.layers).containsOnlyKeys(layer);
        }
    }

    private static akka.cluster.typed.Cluster cluster() {
        return akka.cluster.typed.Cluster.get(actors.system());
    }

    private static akka.actor.Address addressOf(HostId host) {
        return directory.find(host).orElseThrow().path().address();
    }

    /** Takes a layer when all of it has come, and waits in the middle once. */
    private static final class Taking extends LayeredTest.Files {
        private final CompletableFuture<Unit> inTheMiddle = new CompletableFuture<>();
        private final CompletableFuture<Unit> goOn = new CompletableFuture<>();

        @Override
        public CompletionStage<Outcome<Unpacked>> receive(HeldLayer layer, InputStream packed) {
            return CompletableFuture.supplyAsync(() -> {
                try (packed) {
                    var come = packed.readNBytes(1 << 20);
                    inTheMiddle.complete(Unit.DONE);
                    goOn.join();
                    var place = (long) come.length;
                    for (var next = packed.readNBytes(1 << 20); next.length > 0; next = packed.readNBytes(1 << 20)) {
                        assertThat(LargeLayers.isAt(place, next, next.length)).isTrue();
                        place += next.length;
                    }
                    assertThat(place).isEqualTo(GivingHost.LAYER);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                layers.put(layer.layer(), layer.below());
                return Outcome.done(new Unpacked(GivingHost.LAYER, Defaults.NONE));
            });
        }
    }

    @Test
    void tellsWhoReadsALayerThatItsHostBrokeOff() throws IOException {
        var layer = new CheckpointId(UUID.randomUUID());
        held.layers.put(layer, List.of());
        held.breaking.add(layer);
        var peers = new PeerLayers(actors.system(), new HostId("elsewhere"), directory, hosts);

        try (var content = peers.find(layer).getFirst().content().get()) {
            assertThatThrownBy(content::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void startsElsewhereWhatAHostInTheClusterHas() {
        var away = new HostId("away");
        var unknown = new Wanted("base", new Size(1, 1024), List.of(new CheckpointId(UUID.randomUUID())), Map.of());

        assertThat(hosts.near(HOST, unknown)).isEqualTo(new Place.On(HOST));
        assertThat(hosts.near(away, unknown)).isEqualTo(new Place.Nowhere());
        assertThat(get(hosts.isShared(unknown.layers().getFirst()))).isFalse();

        host.capacity().counted(new HostCapacity.Held(0, Set.copyOf(unknown.layers()), 0));
        get(directory.lookAt(HOST, actors.system()));
        held.layers.put(unknown.layers().getFirst(), List.of());

        assertThat(hosts.near(away, unknown)).isEqualTo(new Place.On(HOST));
        assertThat(get(hosts.isShared(unknown.layers().getFirst()))).isTrue();
    }

    /** Without a layer store. */
    @Test
    void makesALayerForOtherHostsOfADiskThatSleeps() {
        var sandbox = new SandboxId("sb-00000000000000a7");
        var image = new SandboxHosts.Image(new CheckpointId(UUID.randomUUID()), new OrganizationId("o"));
        get(hosts.start(HOST, start(sandbox, 1)));
        assertThat(get(hosts.hibernate(HOST, sandbox, Optional.of(image), false))
                        .image())
                .as("nobody needs one as long as it can wake here")
                .isEmpty();

        assertThat(get(hosts.image(HOST, sandbox, image))).isTrue();

        assertThat(held.lent()).containsEntry(image.layer(), sandbox);
        get(hosts.stop(HOST, sandbox));
    }

    @Test
    void hibernatesAndGoesOnFromWhatWasKept() {
        var sandbox = new SandboxId("sb-0000000000000003");
        var terms = new Terms(60, new Limits(1, 4096, 20480));
        get(hosts.start(HOST, start(sandbox, 1)));
        assertThat(get(hosts.adjust(HOST, sandbox, terms, true))).isEqualTo(Unit.DONE);
        assertThat(get(hosts.use(HOST, sandbox))).isEqualTo(Unit.DONE);

        assertThat(get(hosts.hibernate(HOST, sandbox, Optional.empty(), false)))
                .isEqualTo(new SandboxHosts.Kept(4096, Optional.empty()));

        assertThat(admitted).doesNotContainKey(sandbox);
        assertThatThrownBy(() -> get(hosts.run(HOST, sandbox, command("true"))))
                .hasRootCauseInstanceOf(SandboxMissing.class);
        assertThatThrownBy(() -> get(hosts.adjust(HOST, sandbox, terms, false)))
                .hasRootCauseInstanceOf(SandboxMissing.class);
        get(hosts.start(HOST, start(sandbox, 1)));
        assertThat(admitted).containsKey(sandbox);
    }

    @Test
    void keepsProcessesInSleepUnlessItIsBeingEmptied() {
        var sandbox = new SandboxId("sb-00000000000000a9");
        assertThat(get(hosts.start(HOST, start(sandbox, 1)))).isFalse();
        assertThat(get(hosts.hibernate(HOST, sandbox, Optional.empty(), true)).processes())
                .isTrue();
        assertThat(admitted).doesNotContainKey(sandbox);

        assertThat(get(hosts.start(HOST, woken(sandbox)))).isTrue();
        host.capacity().drain(true);
        try {
            assertThat(get(hosts.hibernate(HOST, sandbox, Optional.empty(), true))
                            .processes())
                    .isFalse();
        } finally {
            host.capacity().drain(false);
        }
        assertThat(get(hosts.start(HOST, woken(sandbox)))).isFalse();
        get(hosts.stop(HOST, sandbox));
    }

    private static StartSandbox woken(SandboxId sandbox) {
        var start = start(sandbox, 1);
        return new StartSandbox(
                start.template(), start.layers(), start.terms(), start.policy(), start.origin(), 0, true, true);
    }

    @Test
    void beginsNothingOnASandboxThatIsAboutToSleep() throws InterruptedException {
        var sandbox = new SandboxId("sb-0000000000000004");
        get(hosts.start(HOST, start(sandbox, 1)));
        get(hosts.adjust(HOST, sandbox, new Terms(1, new Limits(1, 1024, 20480)), true));
        var asked = new CompletableFuture<Boolean>();
        var registrar = new AskedRegistrar(asked);
        until(() -> {
            host.hibernateIdle(registrar);
            return registrar.idle().contains(sandbox);
        });

        assertThatThrownBy(() -> get(hosts.run(HOST, sandbox, command("true"))))
                .hasRootCauseInstanceOf(SandboxResting.class);
        assertThatThrownBy(() -> get(new ClusterSessions(actors.system(), hosts).sessions(HOST, sandbox)))
                .hasRootCauseInstanceOf(SandboxResting.class);
        asked.complete(false);

        assertThat(get(hosts.run(HOST, sandbox, command("true"))).exitCode()).isZero();
    }

    @Test
    void asksForALargerSizeOfWhatIsCrowdedAndScaledByItsUse() throws InterruptedException {
        var registrar = new AskedRegistrar(new CompletableFuture<>());
        var limits = new Limits(1, 1024, 20480);
        var sandbox = new SandboxId("sb-00000000000000a5");
        get(hosts.start(HOST, start(sandbox, 1)));
        runtime.memoryInUse = 1000L << 20;
        host.fitSizes(registrar);
        assertThat(get(hosts.memoryInUse(HOST, sandbox))).isEqualTo(1000L << 20);
        assertThat(registrar.fitted()).as("its size is to stay").isEmpty();
        get(hosts.adjust(HOST, sandbox, new Terms(0, limits, Optional.of(new Autoscale(1024, 8192))), false));

        until(() -> {
            host.fitSizes(registrar);
            return !registrar.fitted().isEmpty();
        });

        assertThat(registrar.fitted()).containsExactly(Map.entry(sandbox, 4096));
    }

    /** In the message up to a size, as a stream beyond it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, FileBytes.IN_A_MESSAGE, FileBytes.IN_A_MESSAGE + 1})
    void carriesFilesOfAnySize(int size) throws Exception {
        var content = new byte[size];
        new Random(size).nextBytes(content);

        assertThat(get(hosts.writeFile(HOST, TWO, "/any", new ByteArrayInputStream(content))))
                .isEqualTo(Outcome.done(Unit.DONE));

        var read = ((Outcome.Done<InputStream>) get(hosts.readFile(HOST, TWO, "/any"))).value();
        assertThat(read.readAllBytes()).isEqualTo(content);
        assertThat(get(hosts.removeFile(HOST, TWO, "/any"))).isEqualTo(Outcome.done(Unit.DONE));
    }

    /** A file that ends before its time is not taken for a short one, and its writer is let go of. */
    @Test
    void failsWhenTheContentDoes() {
        var closed = new AtomicBoolean();
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the visitor is gone");
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                return read();
            }

            @Override
            public void close() {
                closed.set(true);
            }
        };

        assertThatThrownBy(() -> get(hosts.writeFile(HOST, TWO, "/half", broken)))
                .hasRootCauseMessage("the visitor is gone");

        assertThat(closed).isTrue();
        assertThat(get(hosts.readFile(HOST, TWO, "/half")))
                .isEqualTo(Outcome.refused(new FileRefusal.NoSuchFile("no such file")));
    }

    @Test
    void carriesFilesWholeInBothDirections() throws Exception {
        var content = new byte[3 << 20];
        new Random(7).nextBytes(content);

        var written = get(hosts.writeFile(HOST, TWO, "/big", new ByteArrayInputStream(content)));
        var read = get(hosts.readFile(HOST, TWO, "/big"));

        assertThat(written).isEqualTo(Outcome.done(Unit.DONE));
        assertThat(((Outcome.Done<InputStream>) read).value().readAllBytes()).isEqualTo(content);
        assertThat(get(hosts.removeFile(HOST, TWO, "/big"))).isEqualTo(Outcome.done(Unit.DONE));
    }

    @Test
    void carriesSessionsBothWaysWhole() {
        get(hosts.start(HOST, start(ONE, 1)));
        var sessions = new ClusterSessions(actors.system(), hosts);
        var id = new SessionId(UUID.randomUUID());
        var wanted = new NewSession(
                new Run(List.of("cat"), Map.of(), Optional.empty(), Duration.ZERO),
                "cat",
                List.of("-u"),
                Duration.ofSeconds(7),
                Optional.of(new TerminalSize(80, 24)));
        var opened = get(sessions.act(HOST, ONE, new SessionAction.Open(id, wanted, command("cat"))));
        assertThat(((Outcome.Done<SessionView>) opened).value().args()).containsExactly("-u");
        assertThat(get(sessions.sessions(HOST, ONE))).hasSize(1);

        var attachment = ((Outcome.Done<Attachment>) get(sessions.attach(HOST, ONE, id, false))).value();
        var content = new byte[Attachment.LARGEST_INPUT];
        new Random(8).nextBytes(content);
        assertThat(get(attachment.next()).orElseThrow().type()).isEqualTo(SessionFrame.SCROLLBACK_END);
        for (var each = 0; each < 50; each++) {
            content[0] = (byte) each;
            get(attachment.send(content.clone()));
            assertThat(get(attachment.next()).orElseThrow().bytes())
                    .hasSize(content.length + 1)
                    .startsWith((byte) 1, (byte) each)
                    .endsWith(content);
        }
        get(sessions.act(HOST, ONE, new SessionAction.Signal(id, 9)));
        assertThat(get(attachment.next()).orElseThrow().bytes()).containsExactly(3, -1, -1, -1, -9);
        assertThat(get(attachment.next())).isEmpty();
        assertThat(get(sessions.attach(HOST, ONE, new SessionId(UUID.randomUUID()), false)))
                .isEqualTo(Outcome.refused(new SessionRefusal.NoSuchSession()));
    }

    @Test
    void carriesConnectionsToPortsOfSandboxes() throws InterruptedException {
        get(hosts.start(HOST, start(TWO, 1)));
        var ports = new ClusterPorts(actors.system(), hosts);
        var connection = ((Outcome.Done<PortConnection>) get(ports.connect(HOST, TWO, new PreviewPort(3000)))).value();
        var content = new byte[32 << 10];
        new Random(9).nextBytes(content);
        for (var each = 0; each < 50; each++) {
            content[0] = (byte) each;
            get(connection.send(content.clone()));
            assertThat(get(connection.receive()).orElseThrow()).isEqualTo(content);
        }
        get(connection.send(new byte[0]));
        assertThat(get(connection.receive())).isEmpty();
        until(() -> runtime.connections.get() == 0);

        var broken = ((Outcome.Done<PortConnection>) get(ports.connect(HOST, TWO, new PreviewPort(3000)))).value();
        get(broken.send(new byte[] {-1}));
        assertThat(broken.receive().toCompletableFuture())
                .as("a break is not an end")
                .failsWithin(PATIENCE);
        var left = ((Outcome.Done<PortConnection>) get(ports.connect(HOST, TWO, new PreviewPort(3000)))).value();
        assertThat(left.receive().toCompletableFuture()).isNotDone();
        left.close();
        until(() -> runtime.connections.get() == 0);
        assertThat(get(ports.connect(HOST, TWO, new PreviewPort(1))))
                .isEqualTo(Outcome.refused(new PreviewRefusal.NothingListens(1)));
        get(hosts.stop(HOST, TWO));
        assertThat(ports.connect(HOST, TWO, new PreviewPort(3000)).toCompletableFuture())
                .failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(SandboxMissing.class);
    }

    private static void until(BooleanSupplier holds) throws InterruptedException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Test
    void leavesASessionWhoseClientIsGone() throws InterruptedException {
        get(hosts.start(HOST, start(TWO, 1)));
        var sessions = new ClusterSessions(actors.system(), hosts);
        var id = new SessionId(UUID.randomUUID());
        var wanted = new NewSession(
                new Run(List.of("cat"), Map.of(), Optional.empty(), Duration.ZERO),
                "cat",
                List.of(),
                Duration.ZERO,
                Optional.empty());
        get(sessions.act(HOST, TWO, new SessionAction.Open(id, wanted, command("cat"))));
        var attachment = ((Outcome.Done<Attachment>) get(sessions.attach(HOST, TWO, id, false))).value();
        get(attachment.next());
        var unanswered = attachment.next();
        attachment.close();
        assertThat(get(unanswered)).isEmpty();

        until(() -> runtime.session(id).clients() == 0);
    }

    @Test
    void carriesRefusalsAsTheyAre() {
        assertThat(get(hosts.readFile(HOST, TWO, "/none")))
                .isEqualTo(Outcome.refused(new FileRefusal.NoSuchFile("no such file")));
        assertThat(get(hosts.makeDirectory(HOST, TWO, "/x")))
                .isEqualTo(Outcome.refused(new FileRefusal.NotPossible("a file is there")));
    }

    @Test
    void namesTheStepThatFailedAndNothingOfTheMachine() {
        get(hosts.start(HOST, start(TWO, 1)));

        assertThatThrownBy(() -> get(hosts.run(HOST, TWO, command("fail"))))
                .hasRootCauseInstanceOf(HostFailure.class)
                .hasRootCauseMessage("the step \"exec\" failed on the host");
    }

    @Test
    void saysThatASandboxIsNotThere() {
        var absent = new SandboxId("sb-00000000000000ff");

        assertThatThrownBy(() -> get(hosts.run(HOST, absent, command("true"))))
                .hasRootCauseInstanceOf(SandboxMissing.class);
        assertThatThrownBy(() -> get(hosts.enforce(HOST, policy(absent, 1))))
                .hasRootCauseInstanceOf(SandboxMissing.class);
        assertThatThrownBy(() -> get(hosts.stop(new HostId("elsewhere"), absent)))
                .hasRootCauseMessage("host elsewhere is not in the cluster");
    }

    @Test
    void adoptsWhatBelongsHereAndEndsTheRest() {
        var own = new SandboxId("sb-00000000000000aa");
        runtime.running.put(own, new SandboxAddress(own, "100.96.0.3"));
        runtime.running.put(STRAY, new SandboxAddress(STRAY, "100.96.0.4"));
        runtime.running.put(SLEEPER, new SandboxAddress(SLEEPER, "100.96.0.5"));

        get(host.adopt(new AskedRegistrar(CompletableFuture.completedFuture(true))));

        assertThat(admitted)
                .extractingByKey(own)
                .extracting(EgressPolicy::revision)
                .isEqualTo(9L);
        assertThat(runtime.running).containsKey(own).doesNotContainKeys(STRAY, SLEEPER);
        assertThat(admitted).doesNotContainKeys(STRAY, SLEEPER);
    }

    private static EgressGate gate() {
        return new EgressGate() {
            @Override
            public CompletionStage<Void> admit(SandboxAddress address, EgressPolicy policy) {
                admitted.put(address.sandbox(), policy);
                return done("").thenAccept(done -> {});
            }

            @Override
            public CompletionStage<Void> expel(SandboxId sandbox) {
                admitted.remove(sandbox);
                return done("").thenAccept(done -> {});
            }
        };
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private static StartSandbox start(SandboxId sandbox, long revision) {
        return new StartSandbox(
                "base",
                List.of(),
                new Terms(0, new Limits(1, 1024, 20480)),
                policy(sandbox, revision),
                Optional.empty(),
                0,
                false,
                false);
    }

    private static EgressPolicy policy(SandboxId sandbox, long revision) {
        return new EgressPolicy(sandbox, new OrganizationId("o"), revision, List.of(), Map.of(), Map.of());
    }

    private static Command command(String... argv) {
        return new Command(List.of(argv), Map.of("A", "b"), "/", Duration.ofSeconds(5));
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
