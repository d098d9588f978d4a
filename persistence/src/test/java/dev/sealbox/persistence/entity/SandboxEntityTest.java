package dev.sealbox.persistence.entity;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.placement.OnHostLoss;
import dev.sealbox.domain.placement.Place;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.HibernationCause;
import dev.sealbox.domain.sandbox.HostFull;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.Stay;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.sandbox.Terms;
import dev.sealbox.domain.sandbox.Tokens;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.entity.Acknowledged.Answer;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SandboxEntityTest {
    private static final ActorTestKit ACTORS = EntityTests.actors();
    private static final OrganizationId OWNER = new OrganizationId("default");
    private static final Origin ORIGIN = new Origin(OWNER, "key-1", "127.0.0.1", "request-1");
    private static final StoreId STORE = new StoreId(new UUID(1, 1));
    private static final StoreName NAME = new StoreName("creds");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final QuietNeighbours neighbours = new QuietNeighbours();
    private final HeldHosts hosts = new HeldHosts();
    private final SandboxId id = SandboxId.random(new SecureRandom());
    private final TestProbe<SandboxReply> asker = ACTORS.createTestProbe();
    private final TestProbe<Acknowledged> pusher = ACTORS.createTestProbe();
    private final EventSourcedBehaviorTestKit<SandboxMessage, Recorded<SandboxEvent>, Sandbox> sandbox =
            EventSourcedBehaviorTestKit.create(
                    ACTORS.system(),
                    SandboxEntity.create(id, neighbours, hosts, EntityTests.SETTINGS, RANDOM, EntityTests.CLOCK),
                    EntityTests.serialization());

    @AfterAll
    static void stop() {
        ACTORS.shutdownTestKit();
    }

    @BeforeEach
    void fillStore() {
        hosts.settle = sandbox::getState;
        neighbours.stores.put(STORE, store());
    }

    private static SecretStore store(StoreEvent... more) {
        var store = SecretStore.ABSENT.apply(recorded(new StoreEvent.StoreCreated(NAME, hosts("one.example"))));
        for (var event : more) {
            store = store.apply(recorded(event));
        }
        return store;
    }

    private static Recorded<StoreEvent> recorded(StoreEvent event) {
        return new Recorded<>(event, ORIGIN, EntityTests.CLOCK.instant());
    }

    private static List<HostPattern> hosts(String host) {
        return HostPattern.parseAll(List.of(host));
    }

    private static StoreView changed(String host) {
        return store(new StoreEvent.AllowlistChanged(hosts(host))).view(STORE);
    }

    private void create(Optional<HostId> host) {
        var plan =
                new Blueprint("base", Optional.empty(), List.of(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
        var command = new SandboxCommand.CreateSandbox(
                plan, List.of(new StoreLayer(STORE, NAME)), false, hosts("remembered.example"), Tokens.NONE);
        sandbox.runCommand(new SandboxMessage.Create(ORIGIN, command, host, asker.getRef()));
    }

    private Sandbox run() {
        create(Optional.empty());
        hosts.next("start").succeed(Unit.DONE);
        return ((SandboxReply.Done) asker.receiveMessage()).sandbox();
    }

    private void execute(SandboxCommand command) {
        sandbox.runCommand(new SandboxMessage.Execute(ORIGIN, command, asker.getRef()));
    }

    private static EgressPolicy policy(HeldHosts.Task start) {
        return ((StartSandbox) start.about()).policy();
    }

    @Test
    void answersItsCreatorWhenItRuns() {
        create(Optional.empty());
        var start = hosts.next("start");
        asker.expectNoMessage();
        assertThat(policy(start).allowlist()).isEqualTo(hosts("one.example"));
        start.succeed(Unit.DONE);

        assertThat(asker.receiveMessage()).isInstanceOfSatisfying(SandboxReply.Done.class, done -> {
            assertThat(done.sandbox().stage()).isEqualTo(Stage.RUNNING);
            assertThat(done.sandbox().host()).contains(HeldHosts.HERE);
        });
    }

    @Test
    void startsWhereItsFilesAre() {
        create(Optional.of(new HostId("host-7")));
        hosts.next("start").succeed(Unit.DONE);

        assertThat(((SandboxReply.Done) asker.receiveMessage()).sandbox().host())
                .contains(new HostId("host-7"));
    }

    @Test
    void isLostAndLetsEverythingGoWhenItCannotStart() {
        create(Optional.empty());
        hosts.next("start").fail("no room");

        assertThat(((SandboxReply.Done) asker.receiveMessage()).sandbox())
                .matches(lost -> lost.stage() == Stage.LOST && lost.reason().equals("no room"));
        hosts.next("stop").fail("no such container");
        execute(new SandboxCommand.StopSandbox());
        hosts.next("stop").succeed(Unit.DONE);
        assertThat(((SandboxReply.Done) asker.receiveMessage()).sandbox().stage())
                .isEqualTo(Stage.STOPPED);
        assertThat(neighbours.unbound).contains(STORE);
        assertThat(neighbours.released).contains(id);
    }

    /** What lets a lost one go cares for no container; who stops it wants that gone. */
    @Test
    void isStoppedWhileALostOneIsLetGo() {
        create(Optional.empty());
        hosts.next("start").fail("no room");
        assertThat(reply().stage()).isEqualTo(Stage.LOST);
        var letGo = hosts.next("stop");
        execute(new SandboxCommand.StopSandbox());
        letGo.fail("the host is away");

        hosts.next("stop").succeed(Unit.DONE);
        assertThat(reply().stage()).isEqualTo(Stage.STOPPED);
    }

    @Test
    void isLostAtOnceWhenNoHostIsFree() {
        hosts.free = new Place.Nowhere();
        create(Optional.empty());

        assertThat(((SandboxReply.Done) asker.receiveMessage()).sandbox().reason())
                .isEqualTo(new SandboxRefusal.NoHost().message());
    }

    @Test
    void startsAnewWhenAStoreChangesWhileItStartsInVain() {
        create(Optional.empty());
        var first = hosts.next("start");
        sandbox.runCommand(new SandboxMessage.Refresh(changed("two.example"), pusher.getRef()));
        first.fail("the data key is destroyed");

        var second = hosts.next("start");
        assertThat(policy(second).allowlist()).isEqualTo(hosts("two.example"));
        assertThat(policy(second).revision()).isGreaterThan(policy(first).revision());
        second.succeed(Unit.DONE);
        assertThat(pusher.receiveMessage()).isEqualTo(new Acknowledged(Answer.TAKEN));
    }

    @Test
    void resumesItsStartAfterACrashAndTriesSeveralTimes() {
        create(Optional.empty());
        hosts.next("start");

        sandbox.restart();
        hosts.next("start").fail("the host is not back yet");
        resumed("start").succeed(Unit.DONE);

        sandbox.runCommand(new SandboxMessage.Await(OWNER, asker.getRef()));
        assertThat(((SandboxReply.Done) asker.receiveMessage()).sandbox().stage())
                .isEqualTo(Stage.RUNNING);
    }

    @Test
    void resumesItsStopAfterACrash() {
        run();
        execute(new SandboxCommand.StopSandbox());
        hosts.next("stop");

        sandbox.restart();
        hosts.next("stop").succeed(Unit.DONE);

        sandbox.runCommand(new SandboxMessage.Await(OWNER, asker.getRef()));
        assertThat(((SandboxReply.Done) asker.receiveMessage()).sandbox().stage())
                .isEqualTo(Stage.STOPPED);
        assertThat(neighbours.released).containsExactly(id);
    }

    @Test
    void stopsOnlyWhenItsStartHasComeToAnEnd() {
        create(Optional.empty());
        var start = hosts.next("start");
        execute(new SandboxCommand.StopSandbox());
        assertThat(hosts.tasks).isEmpty();
        start.succeed(Unit.DONE);

        hosts.next("stop").succeed(Unit.DONE);
        asker.receiveMessage();
        assertThat(((SandboxReply.Done) asker.receiveMessage()).sandbox().stage())
                .isEqualTo(Stage.STOPPED);
    }

    @Test
    void triesAFailedStopAgain() {
        run();
        execute(new SandboxCommand.StopSandbox());
        hosts.next("stop").fail("the host is away");
        asker.expectNoMessage();
        assertThat(neighbours.toBeResumed).containsExactly(id);
        resumed("stop").succeed(Unit.DONE);

        assertThat(((SandboxReply.Done) asker.receiveMessage()).sandbox().stage())
                .isEqualTo(Stage.STOPPED);
    }

    @Test
    void acknowledgesAChangeWhenItsHostHasIt() {
        run();
        sandbox.runCommand(new SandboxMessage.Refresh(changed("two.example"), pusher.getRef()));
        var enforce = hosts.next("enforce");
        pusher.expectNoMessage();
        assertThat(((EgressPolicy) enforce.about()).allowlist()).isEqualTo(hosts("two.example"));
        enforce.succeed(Unit.DONE);
        assertThat(pusher.receiveMessage()).isEqualTo(new Acknowledged(Answer.TAKEN));

        // A late, older view changes nothing and needs nobody.
        sandbox.runCommand(new SandboxMessage.Refresh(store().view(STORE), pusher.getRef()));
        assertThat(pusher.receiveMessage()).isEqualTo(new Acknowledged(Answer.TAKEN));
        assertThat(hosts.tasks).isEmpty();
    }

    @Test
    void saysThatItsHostLags() {
        run();
        sandbox.runCommand(new SandboxMessage.Refresh(changed("two.example"), pusher.getRef()));
        hosts.next("enforce").fail("the host is away");
        assertThat(pusher.receiveMessage()).isEqualTo(new Acknowledged(Answer.LATER));

        sandbox.runCommand(new SandboxMessage.Refresh(changed("two.example"), pusher.getRef()));
        hosts.next("enforce").succeed(Unit.DONE);
        assertThat(pusher.receiveMessage()).isEqualTo(new Acknowledged(Answer.TAKEN));
    }

    @Test
    void asksItsStoresAgainAfterARestartAndMissesTheLostOnes() {
        run();
        neighbours.stores.clear();
        sandbox.restart();

        sandbox.runCommand(new SandboxMessage.ReadPolicy(asker.getRef()));
        assertThat(asker.receiveMessage())
                .isInstanceOfSatisfying(
                        SandboxReply.Policed.class,
                        told -> assertThat(told.policy().allowlist()).isEqualTo(hosts("remembered.example")));
    }

    @Test
    void givesPoliciesThatOnlyEverGetNewer() {
        run();
        sandbox.runCommand(new SandboxMessage.ReadPolicy(asker.getRef()));
        var before = ((SandboxReply.Policed) asker.receiveMessage()).policy().revision();
        neighbours.stores.put(STORE, store(new StoreEvent.AllowlistChanged(hosts("two.example"))));
        sandbox.restart();
        sandbox.runCommand(new SandboxMessage.ReadPolicy(asker.getRef()));
        var changed = ((SandboxReply.Policed) asker.receiveMessage()).policy().revision();
        neighbours.stores.clear();
        sandbox.restart();
        sandbox.runCommand(new SandboxMessage.ReadPolicy(asker.getRef()));
        var lost = ((SandboxReply.Policed) asker.receiveMessage()).policy().revision();

        assertThat(List.of(before, changed, lost)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void disownsStoresThatAreNotItsOwnAndAllWhenItDoesNotRun() {
        sandbox.runCommand(new SandboxMessage.Refresh(changed("two.example"), pusher.getRef()));
        assertThat(pusher.receiveMessage()).isEqualTo(new Acknowledged(Answer.NOT_MINE));
        run();
        var other = store().view(new StoreId(new UUID(9, 9)));
        sandbox.runCommand(new SandboxMessage.Refresh(other, pusher.getRef()));
        assertThat(pusher.receiveMessage()).isEqualTo(new Acknowledged(Answer.NOT_MINE));
    }

    @Test
    void leavesMemoryWhenToldToWhateverItIsDoing() {
        create(Optional.empty());
        hosts.next("start");
        var again = ACTORS.spawn(
                SandboxEntity.create(id, neighbours, hosts, EntityTests.SETTINGS, RANDOM, EntityTests.CLOCK));
        hosts.next("start");

        again.tell(new SandboxMessage.Await(OWNER, asker.getRef()));
        again.tell(new SandboxMessage.Stop());

        asker.expectTerminated(again);
        assertThat(neighbours.toBeResumed)
                .as("nobody may ask for it on the node that has it next")
                .containsExactly(id);
    }

    @Test
    void isNotComeBackToWhenItLeavesWithNothingToDo() {
        fallAsleep();
        var again = ACTORS.spawn(
                SandboxEntity.create(id, neighbours, hosts, EntityTests.SETTINGS, RANDOM, EntityTests.CLOCK));
        again.tell(new SandboxMessage.Stop());

        asker.expectTerminated(again);
        assertThat(neighbours.toBeResumed).isEmpty();
    }

    /** As when the database is away in the moment in which the host has done its part. */
    @Test
    void isComeBackToWhenItsJournalFails() {
        run();
        execute(HIBERNATE);
        var hibernation = hosts.next("hibernate");
        sandbox.persistenceTestKit().failNextPersisted("sandbox|" + id);
        // There is nobody to wait for any more.
        hosts.settle = () -> {};
        hibernation.succeed(new SandboxHosts.Kept(1, Optional.empty()));
        asker.awaitAssert(() -> assertThat(neighbours.toBeResumed).containsExactly(id));

        sandbox.persistenceTestKit().failNextRead("sandbox|" + id);
        var resumed = ACTORS.spawn(
                SandboxEntity.create(id, neighbours, hosts, EntityTests.SETTINGS, RANDOM, EntityTests.CLOCK));
        asker.expectTerminated(resumed);
        assertThat(neighbours.toBeResumed).as("it is still away").hasSizeGreaterThan(1);

        ACTORS.spawn(SandboxEntity.create(id, neighbours, hosts, EntityTests.SETTINGS, RANDOM, EntityTests.CLOCK));
        hosts.next("hibernate").succeed(new SandboxHosts.Kept(1, Optional.empty()));
    }

    private static final SandboxCommand HIBERNATE = new SandboxCommand.HibernateSandbox(HibernationCause.CALL);
    private static final SandboxCommand WAKE = new SandboxCommand.WakeSandbox(Optional.empty());

    private Sandbox reply() {
        return ((SandboxReply.Done) asker.receiveMessage()).sandbox();
    }

    private HeldHosts.Task resumed(String what) {
        return hosts.next(what, () -> sandbox.runCommand(new SandboxMessage.Resume()));
    }

    private void fallAsleep() {
        run();
        execute(HIBERNATE);
        hosts.next("hibernate").succeed(new SandboxHosts.Kept(4096, Optional.empty()));
        assertThat(reply().stage()).isEqualTo(Stage.HIBERNATED);
    }

    @Test
    void sleepsAndWakesWithWhatItsStoresSayByThen() {
        fallAsleep();
        assertThat(neighbours.suspended).containsExactly(id);
        sandbox.runCommand(new SandboxMessage.Refresh(changed("two.example"), pusher.getRef()));
        assertThat(pusher.receiveMessage()).isEqualTo(new Acknowledged(Answer.NOT_MINE));
        neighbours.stores.put(STORE, store(new StoreEvent.AllowlistChanged(hosts("three.example"))));

        execute(WAKE);
        var start = hosts.next("start");
        assertThat(policy(start).allowlist()).isEqualTo(hosts("three.example"));
        assertThat(((StartSandbox) start.about()).kept()).isTrue();
        start.succeed(Unit.DONE);

        assertThat(reply().stage()).isEqualTo(Stage.RUNNING);
        assertThat(neighbours.suspended).isEmpty();
    }

    @Test
    void wakesWithTheProcessesThatWereKeptUnlessItIsRebooted() {
        run();
        execute(HIBERNATE);
        var hibernation = hosts.next("hibernate");
        assertThat(hosts.processesWanted).isTrue();
        hibernation.succeed(new SandboxHosts.Kept(4096, Optional.empty(), true));
        assertThat(reply().upkeep().site().processes()).isTrue();

        execute(WAKE);
        var start = hosts.next("start");
        assertThat(((StartSandbox) start.about()).resume()).isTrue();
        start.succeed(true);
        assertThat(reply().upkeep().site().processes()).isTrue();

        execute(HIBERNATE);
        hosts.next("hibernate").succeed(new SandboxHosts.Kept(4096, Optional.empty(), true));
        assertThat(reply().upkeep().site().processes()).isTrue();
        execute(new SandboxCommand.RebootSandbox());
        var reboot = hosts.next("start");
        assertThat(((StartSandbox) reboot.about()).resume()).isFalse();
        reboot.succeed(false);
        assertThat(reply().upkeep().site().processes()).isFalse();
    }

    @Test
    void wakesWhoAsksWhileItFallsAsleep() {
        run();
        execute(HIBERNATE);
        var hibernation = hosts.next("hibernate");
        execute(WAKE);
        hibernation.succeed(new SandboxHosts.Kept(1, Optional.empty()));
        assertThat(reply().stage()).isEqualTo(Stage.HIBERNATED);

        hosts.next("start").succeed(Unit.DONE);
        assertThat(reply().stage()).isEqualTo(Stage.RUNNING);
    }

    @Test
    void finishesFallingAsleepAfterACrash() {
        run();
        execute(HIBERNATE);
        hosts.next("hibernate");
        sandbox.restart();

        hosts.next("hibernate").fail("the host is not back yet");
        resumed("hibernate").succeed(new SandboxHosts.Kept(1, Optional.empty()));

        sandbox.runCommand(new SandboxMessage.Await(OWNER, asker.getRef()));
        assertThat(reply().stage()).isEqualTo(Stage.HIBERNATED);
    }

    @Test
    void finishesWakingAfterACrash() {
        fallAsleep();
        execute(WAKE);
        hosts.next("start");
        sandbox.restart();

        hosts.next("start").succeed(Unit.DONE);

        sandbox.runCommand(new SandboxMessage.Await(OWNER, asker.getRef()));
        assertThat(reply().stage()).isEqualTo(Stage.RUNNING);
    }

    @Test
    void sleepsOnWhenItCannotBeWoken() {
        fallAsleep();
        execute(WAKE);
        hosts.next("start").fail("no memory");

        assertThat(reply())
                .matches(still -> still.stage() == Stage.HIBERNATED
                        && still.upkeep().trouble().equals("no memory"));
        execute(WAKE);
        hosts.next("start").succeed(Unit.DONE);
        assertThat(reply().stage()).isEqualTo(Stage.RUNNING);
    }

    @Test
    void endsItsProcessesAndStartsAnewToReboot() {
        run();
        execute(new SandboxCommand.RebootSandbox());
        var end = hosts.next("hibernate");
        assertThat(hosts.processesWanted).isFalse();
        end.succeed(new SandboxHosts.Kept(1, Optional.empty()));
        hosts.next("start").succeed(Unit.DONE);

        assertThat(reply())
                .matches(again ->
                        again.stage() == Stage.RUNNING && again.upkeep().boot() == 2);
    }

    @Test
    void tellsItsHostANewTimeoutAndRestartsTheClockAlsoForTheSame() throws InterruptedException {
        run();
        execute(new SandboxCommand.ChangeTimeout(60));
        reply();
        assertThat(hosts.adjusted.poll(30, TimeUnit.SECONDS))
                .isEqualTo(new HeldHosts.Adjusted(new Terms(60, new Limits(1, 1024, 20480)), true));
        execute(new SandboxCommand.ChangeTimeout(60));
        reply();
        assertThat(hosts.adjusted.poll(30, TimeUnit.SECONDS))
                .isEqualTo(new HeldHosts.Adjusted(new Terms(60, new Limits(1, 1024, 20480)), true));

        sandbox.restart();
        assertThat(hosts.adjusted.poll(30, TimeUnit.SECONDS))
                .isEqualTo(new HeldHosts.Adjusted(new Terms(60, new Limits(1, 1024, 20480)), false));
    }

    @Test
    void isLostWhenItsHostHasNoContainerOfItAfterARestart() {
        run();
        hosts.lost = true;
        sandbox.restart();

        hosts.next("stop").succeed(Unit.DONE);

        assertThat(sandbox.getState().stage()).isEqualTo(Stage.LOST);
    }

    @Test
    void isStoppedInTheMiddleOfFallingAsleep() {
        run();
        execute(HIBERNATE);
        var hibernation = hosts.next("hibernate");
        var stopper = ACTORS.<SandboxReply>createTestProbe();
        sandbox.runCommand(new SandboxMessage.Execute(ORIGIN, new SandboxCommand.StopSandbox(), stopper.getRef()));
        hibernation.succeed(new SandboxHosts.Kept(1, Optional.empty()));
        hosts.next("stop").succeed(Unit.DONE);

        assertThat(((SandboxReply.Done) stopper.receiveMessage()).sandbox().stage())
                .isEqualTo(Stage.STOPPED);
    }

    @Test
    void fallsAsleepOnlyWhenItIsPutBack() {
        run();
        var checkpoint = new CheckpointId(new UUID(2, 2));
        execute(new SandboxCommand.RestoreCheckpoint(checkpoint, List.of(checkpoint)));
        assertThat(reply().stage()).isEqualTo(Stage.RESTORING);
        var restore = hosts.next("start");
        assertThat(((StartSandbox) restore.about()).kept())
                .as("the files of a checkpoint need no former disk")
                .isFalse();
        execute(HIBERNATE);
        assertThat(hosts.tasks).isEmpty();
        restore.succeed(Unit.DONE);

        hosts.next("hibernate").succeed(new SandboxHosts.Kept(1, Optional.empty()));
        assertThat(reply().stage()).isEqualTo(Stage.HIBERNATED);
        execute(WAKE);
        var wake = hosts.next("start");
        assertThat(((StartSandbox) wake.about()))
                .matches(start -> start.kept() && start.generation() == 1, "goes on from the disk that was put back");
        wake.succeed(Unit.DONE);
        assertThat(reply().stage()).isEqualTo(Stage.RUNNING);
    }

    @Test
    void refusesToBePutBackWhileItSleeps() {
        fallAsleep();
        var checkpoint = new CheckpointId(new UUID(2, 2));
        execute(new SandboxCommand.RestoreCheckpoint(checkpoint, List.of(checkpoint)));

        assertThat(asker.receiveMessage())
                .isEqualTo(new SandboxReply.Refused(new SandboxRefusal.NotRunning("hibernated")));
        assertThat(hosts.tasks).isEmpty();
    }

    @Test
    void wakesWithoutTheSecretsThatWereRevokedWhileItSlept() {
        create(Optional.empty());
        var first = hosts.next("start");
        first.succeed(Unit.DONE);
        reply();
        execute(HIBERNATE);
        var hibernation = hosts.next("hibernate");
        sandbox.runCommand(new SandboxMessage.Revoke(ORIGIN, pusher.getRef()));
        pusher.expectNoMessage();
        hibernation.succeed(new SandboxHosts.Kept(1, Optional.empty()));
        assertThat(reply().stage()).isEqualTo(Stage.HIBERNATED);
        assertThat(pusher.receiveMessage()).isEqualTo(new Acknowledged(Answer.TAKEN));
        assertThat(hosts.tasks).isEmpty();

        execute(WAKE);
        var wake = hosts.next("start");
        wake.succeed(Unit.DONE);
        assertThat(reply())
                .matches(woken ->
                        woken.stage() == Stage.RUNNING && woken.branch().revoked());
        assertThat(policy(wake).revision()).isGreaterThan(policy(first).revision());
    }

    private static final HostId ELSEWHERE = new HostId("host-2");

    private CheckpointId fallAsleepWithAnImage() {
        run();
        return sleepWithAnImage();
    }

    private CheckpointId sleepWithAnImage() {
        execute(HIBERNATE);
        var hibernation = hosts.next("hibernate");
        var image = ((Optional<?>) hibernation.about())
                .map(SandboxHosts.Image.class::cast)
                .orElseThrow();
        assertThat(image.owner()).isEqualTo(OWNER);
        hibernation.succeed(new SandboxHosts.Kept(4096, Optional.of(image.layer())));
        assertThat(reply().stage()).isEqualTo(Stage.HIBERNATED);
        return image.layer();
    }

    @Test
    void wakesOnAnotherHostWhenItsOwnIsGoneAndOthersHaveItsImage() {
        var image = fallAsleepWithAnImage();
        hosts.shared.add(image);
        hosts.standing.put(HeldHosts.HERE, SandboxHosts.Standing.AWAY);
        hosts.free = new Place.On(ELSEWHERE);

        execute(WAKE);
        var asked = hosts.next("start");
        var start = (StartSandbox) asked.about();
        assertThat(start.layers()).containsExactly(image);
        assertThat(start.kept()).isFalse();
        assertThat(start.generation()).isEqualTo(1);
        asked.succeed(Unit.DONE);

        var woken = reply();
        assertThat(woken.stage()).isEqualTo(Stage.RUNNING);
        assertThat(woken.host()).contains(ELSEWHERE);
        assertThat(woken.upkeep().site().image()).isEmpty();
        assertThat(woken.upkeep().site().anew()).isFalse();
    }

    @Test
    void movesOnWhenTheNewHostIsGoneBeforeItHasWoken() {
        var image = fallAsleepWithAnImage();
        hosts.shared.add(image);
        hosts.standing.put(HeldHosts.HERE, SandboxHosts.Standing.AWAY);
        hosts.free = new Place.On(ELSEWHERE);
        execute(WAKE);
        hosts.next("start").fail("it burns");
        assertThat(reply().stage()).isEqualTo(Stage.HIBERNATED);
        hosts.standing.put(ELSEWHERE, SandboxHosts.Standing.AWAY);
        hosts.free = new Place.On(new HostId("host-3"));

        execute(WAKE);
        var start = hosts.next("start");
        assertThat(((StartSandbox) start.about()).layers()).containsExactly(image);
        start.succeed(Unit.DONE);

        assertThat(reply().host()).contains(new HostId("host-3"));
    }

    @Test
    void wakesWhereItsDiskIsWhenNobodyElseHasIt() {
        fallAsleepWithAnImage();
        hosts.standing.put(HeldHosts.HERE, SandboxHosts.Standing.AWAY);

        execute(WAKE);
        hosts.next("start").fail("host-1 is not in the cluster");

        assertThat(reply())
                .matches(still -> still.stage() == Stage.HIBERNATED
                        && still.host().equals(Optional.of(HeldHosts.HERE))
                        && still.upkeep().trouble().contains("not in the cluster"));
    }

    @Test
    void staysAsleepOnADrainedHostThatAloneHasItsDisk() {
        fallAsleepWithAnImage();
        hosts.standing.put(HeldHosts.HERE, SandboxHosts.Standing.DRAINING);

        execute(WAKE);

        assertThat(reply())
                .matches(still -> still.stage() == Stage.HIBERNATED
                        && still.upkeep().trouble().contains("drained"));
        assertThat(hosts.tasks).isEmpty();
    }

    @Test
    void wakesElsewhereWhenItsHostIsFull() {
        var image = fallAsleepWithAnImage();
        hosts.shared.add(image);
        hosts.free = new Place.On(ELSEWHERE);

        execute(WAKE);
        hosts.next("start").outcome().completeExceptionally(new HostFull());
        hosts.next("start").succeed(Unit.DONE);

        assertThat(reply().host()).contains(ELSEWHERE);
    }

    @Test
    void isPlacedAnewWhenItsHostHasBecomeFull() {
        create(Optional.empty());
        var start = hosts.next("start");
        hosts.free = new Place.On(ELSEWHERE);
        start.fail(new HostFull());
        hosts.next("start").succeed(Unit.DONE);

        assertThat(reply().host()).contains(ELSEWHERE);
    }

    @Test
    void isNotStartedInAClusterThatIsFull() {
        hosts.free = new Place.Full();
        create(Optional.empty());

        assertThat(((SandboxReply.Done) asker.receiveMessage()).sandbox())
                .matches(lost -> lost.stage() == Stage.LOST && lost.reason().startsWith("every host is full"));
    }

    /** One whose owner wants it back when its host is lost. */
    private Sandbox runForGood() {
        var plan =
                new Blueprint("base", Optional.empty(), List.of(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
        sandbox.runCommand(new SandboxMessage.Create(
                ORIGIN,
                new SandboxCommand.CreateSandbox(
                        plan,
                        List.of(new StoreLayer(STORE, NAME)),
                        false,
                        List.of(),
                        Tokens.NONE,
                        Optional.empty(),
                        Optional.empty(),
                        new Siting(Map.of(), OnHostLoss.RECREATE)),
                Optional.empty(),
                asker.getRef()));
        hosts.next("start").succeed(Unit.DONE);
        return reply();
    }

    @Test
    void startsElsewhereFromWhatIsLeftWhenItsOwnerWantsThat() {
        var before = runForGood();
        var left = new CheckpointId(java.util.UUID.randomUUID());
        hosts.free = new Place.On(ELSEWHERE);

        execute(new SandboxCommand.ReportHostGone(HeldHosts.HERE, List.of(left)));
        asker.receiveMessage();
        var start = hosts.next("start");
        assertThat(((StartSandbox) start.about()).layers()).containsExactly(left);
        start.succeed(Unit.DONE);
        sandbox.runCommand(new SandboxMessage.Await(OWNER, asker.getRef()));

        assertThat(reply())
                .matches(again -> again.stage() == Stage.RUNNING
                        && again.host().equals(Optional.of(ELSEWHERE))
                        && again.tokens().equals(before.tokens()));
    }

    @Test
    void startsOnAThirdHostWhenTheOneThatItWasToStartOnHasBecomeFull() {
        runForGood();
        hosts.free = new Place.On(ELSEWHERE);
        execute(new SandboxCommand.ReportHostGone(
                HeldHosts.HERE, List.of(new CheckpointId(java.util.UUID.randomUUID()))));
        asker.receiveMessage();
        var start = hosts.next("start");
        hosts.free = new Place.On(new HostId("host-3"));
        start.fail(new HostFull());
        hosts.next("start").succeed(Unit.DONE);
        sandbox.runCommand(new SandboxMessage.Await(OWNER, asker.getRef()));

        assertThat(reply())
                .matches(again ->
                        again.stage() == Stage.RUNNING && again.host().equals(Optional.of(new HostId("host-3"))));
    }

    /** Its disk could not be copied when it slept the last time, so that it alone has what was written since. */
    @Test
    void doesNotWakeFromAnOlderImageThanItsDisk() {
        runForGood();
        var older = sleepWithAnImage();
        hosts.shared.add(older);
        execute(WAKE);
        hosts.next("start").succeed(Unit.DONE);
        assertThat(reply().upkeep().site().newest()).isPresent();
        execute(HIBERNATE);
        hosts.next("hibernate").succeed(new SandboxHosts.Kept(4096, Optional.empty()));
        assertThat(reply().stage()).isEqualTo(Stage.HIBERNATED);
        hosts.standing.put(HeldHosts.HERE, SandboxHosts.Standing.DRAINING);
        hosts.free = new Place.On(ELSEWHERE);

        execute(WAKE);
        hosts.next("image").succeed(false);

        assertThat(reply())
                .matches(still -> still.stage() == Stage.HIBERNATED
                        && still.host().equals(Optional.of(HeldHosts.HERE))
                        && still.upkeep().trouble().contains("lie there only"));
        assertThat(hosts.tasks).isEmpty();
    }

    /** As without a layer store: nothing was made of its disk when it fell asleep. */
    @Test
    void leavesADrainedHostWithAnImageThatIsMadeThere() {
        run();
        execute(HIBERNATE);
        hosts.next("hibernate").succeed(new SandboxHosts.Kept(4096, Optional.empty()));
        assertThat(reply().upkeep().site().image()).isEmpty();
        hosts.standing.put(HeldHosts.HERE, SandboxHosts.Standing.DRAINING);
        hosts.free = new Place.On(ELSEWHERE);

        execute(WAKE);
        hosts.next("image").fail("it burns");
        var still = reply();
        assertThat(still.stage()).isEqualTo(Stage.HIBERNATED);
        assertThat(still.upkeep().trouble()).contains("drained").contains("it burns");
        assertThat(Stay.of(still, HeldHosts.HERE)).isEqualTo(Stay.ONLY_HERE);

        execute(WAKE);
        var task = hosts.next("image");
        var image = ((SandboxHosts.Image) task.about()).layer();
        hosts.shared.add(image);
        task.succeed(true);
        var start = hosts.next("start");
        assertThat(((StartSandbox) start.about()).layers()).containsExactly(image);
        assertThat(((StartSandbox) start.about()).kept()).isFalse();
        start.succeed(Unit.DONE);

        var woken = reply();
        assertThat(woken.stage()).isEqualTo(Stage.RUNNING);
        assertThat(woken.host()).contains(ELSEWHERE);
        assertThat(Stay.of(woken, HeldHosts.HERE)).isEqualTo(Stay.LEFT);
    }

    @Test
    void doesNotHearAHostThatItIsNotOn() {
        run();

        sandbox.runCommand(new SandboxMessage.ExecuteAsSystem(
                new SandboxCommand.HibernateSandbox(HibernationCause.SHUTDOWN),
                Optional.of(ELSEWHERE),
                asker.getRef()));

        assertThat(asker.receiveMessage()).isInstanceOf(SandboxReply.Refused.class);
        assertThat(hosts.tasks).isEmpty();
    }

    @Test
    void hasNotLeftItsFormerHostBeforeItRunsOnAnother() {
        var image = fallAsleepWithAnImage();
        hosts.shared.add(image);
        hosts.standing.put(HeldHosts.HERE, SandboxHosts.Standing.DRAINING);
        hosts.free = new Place.On(ELSEWHERE);
        execute(WAKE);
        hosts.next("start").fail("it burns");

        var still = reply();
        assertThat(still.host()).contains(ELSEWHERE);
        assertThat(Stay.of(still, HeldHosts.HERE)).isEqualTo(Stay.LEAVING);
        execute(WAKE);
        hosts.next("start").succeed(Unit.DONE);

        assertThat(Stay.of(reply(), HeldHosts.HERE)).isEqualTo(Stay.LEFT);
    }

    @Test
    void isLostWithItsHostOtherwise() {
        run();
        execute(new SandboxCommand.ReportHostGone(ELSEWHERE, List.of()));
        assertThat(reply().stage()).isEqualTo(Stage.RUNNING);

        execute(new SandboxCommand.ReportHostGone(
                HeldHosts.HERE, List.of(new CheckpointId(java.util.UUID.randomUUID()))));

        assertThat(reply().stage()).isEqualTo(Stage.LOST);
    }
}
