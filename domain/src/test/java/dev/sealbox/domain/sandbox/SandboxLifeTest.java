package dev.sealbox.domain.sandbox;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import dev.sealbox.domain.sandbox.SandboxCommand.ChangeTimeout;
import dev.sealbox.domain.sandbox.SandboxCommand.ConfirmHibernated;
import dev.sealbox.domain.sandbox.SandboxCommand.ConfirmStarted;
import dev.sealbox.domain.sandbox.SandboxCommand.HibernateIdle;
import dev.sealbox.domain.sandbox.SandboxCommand.HibernateSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.RebootSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.ReportLost;
import dev.sealbox.domain.sandbox.SandboxCommand.ReportMissing;
import dev.sealbox.domain.sandbox.SandboxCommand.ReportWakeFailed;
import dev.sealbox.domain.sandbox.SandboxCommand.RestoreCheckpoint;
import dev.sealbox.domain.sandbox.SandboxCommand.RevokeSecrets;
import dev.sealbox.domain.sandbox.SandboxCommand.StopSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.WakeSandbox;
import dev.sealbox.domain.sandbox.SandboxEvent.DiskKept;
import dev.sealbox.domain.sandbox.SandboxEvent.HibernateRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.ProcessesDropped;
import dev.sealbox.domain.sandbox.SandboxEvent.ProcessesKept;
import dev.sealbox.domain.sandbox.SandboxEvent.ProcessesResumed;
import dev.sealbox.domain.sandbox.SandboxEvent.RebootRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.RestoreRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxCreated;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxHibernated;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxLost;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxMoved;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxPlaced;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxRebooted;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxStarted;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxStopped;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxWoken;
import dev.sealbox.domain.sandbox.SandboxEvent.SecretsRevoked;
import dev.sealbox.domain.sandbox.SandboxEvent.StopRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.TimeoutChanged;
import dev.sealbox.domain.sandbox.SandboxEvent.WakeFailed;
import dev.sealbox.domain.sandbox.SandboxEvent.WakeRequested;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sleep, wake, reboot and the idle timeout. */
class SandboxLifeTest {
    private static final Origin OWNER = Origin.system(new OrganizationId("owner"));
    private static final Blueprint PLAN =
            new Blueprint("base", Optional.empty(), List.of(), new Limits(1, 1024, 20480), 60, Map.of(), Map.of());

    private static final CheckpointId CHECKPOINT = new CheckpointId(new UUID(1, 1));

    private static Sandbox running(SandboxEvent... more) {
        var sandbox = Sandbox.ABSENT;
        var history = Stream.concat(
                Stream.of(new SandboxCreated(PLAN), new SandboxPlaced(new HostId("host-1")), new SandboxStarted()),
                Stream.of(more));
        for (var event : history.toList()) {
            sandbox = sandbox.apply(new Recorded<>(event, OWNER, Instant.EPOCH));
        }
        return sandbox;
    }

    private static Sandbox asleep(SandboxEvent... more) {
        return running(Stream.concat(
                        Stream.of(new HibernateRequested(HibernationCause.CALL), new SandboxHibernated(4096)),
                        Stream.of(more))
                .toArray(SandboxEvent[]::new));
    }

    private static String status(Sandbox sandbox) {
        return sandbox.view(new SandboxId("sb-0000000000000001")).status();
    }

    private static final HibernateSandbox HIBERNATE = new HibernateSandbox(HibernationCause.CALL);
    private static final WakeSandbox WAKE = new WakeSandbox(Optional.empty());

    @Test
    void fallsAsleepAndSaysSo() {
        assertThat(running().decide(OWNER, HIBERNATE)).isEqualTo(accept(new HibernateRequested(HibernationCause.CALL)));
        var falling = running(new HibernateRequested(HibernationCause.CALL));
        assertThat(falling.settled()).isFalse();
        assertThat(falling.alive())
                .as("it obeys its policy as long as it has a container")
                .isTrue();
        assertThat(falling.decide(OWNER, new ConfirmHibernated(4096, Optional.empty(), false)))
                .isEqualTo(accept(new SandboxHibernated(4096)));

        assertThat(status(asleep())).isEqualTo("hibernated");
        assertThat(asleep().alive()).isFalse();
        assertThat(asleep().settled()).isTrue();
        assertThat(asleep().upkeep().keptBytes()).isEqualTo(4096);
        assertThat(asleep().decide(OWNER, HIBERNATE)).isEqualTo(accept());
    }

    @Test
    void cannotBeHibernatedWhenItHasEnded() {
        assertThat(running(new StopRequested(), new SandboxStopped()).decide(OWNER, HIBERNATE))
                .isEqualTo(refuse(new SandboxRefusal.NotRunning("stopped")));
        assertThat(running(new SandboxLost("gone")).decide(OWNER, HIBERNATE))
                .isEqualTo(refuse(new SandboxRefusal.NotRunning("error")));
    }

    @Test
    void fallsAsleepOfIdlenessOnlyAfterTheTimeoutThatItHasNow() {
        assertThat(running().decide(OWNER, new HibernateIdle(60)))
                .isEqualTo(accept(new HibernateRequested(HibernationCause.IDLE)));
        assertThat(running().decide(OWNER, new HibernateIdle(30))).isEqualTo(accept());
        var never = running(new TimeoutChanged(0));
        assertThat(never.decide(OWNER, new HibernateIdle(60))).isEqualTo(accept());
        assertThat(never.decide(OWNER, new HibernateIdle(0))).isEqualTo(accept());
        assertThat(asleep().decide(OWNER, new HibernateIdle(60))).isEqualTo(accept());
    }

    @Test
    void wakesWithItsFormerTimeoutOrANewOne() {
        assertThat(asleep().decide(OWNER, WAKE)).isEqualTo(accept(new WakeRequested()));
        assertThat(asleep().decide(OWNER, new WakeSandbox(Optional.of(60)))).isEqualTo(accept(new WakeRequested()));
        assertThat(asleep().decide(OWNER, new WakeSandbox(Optional.of(0))))
                .isEqualTo(accept(new TimeoutChanged(0), new WakeRequested()));

        var waking = asleep(new TimeoutChanged(5), new WakeRequested());
        assertThat(status(waking)).isEqualTo("hibernated");
        assertThat(waking.alive()).isTrue();
        assertThat(waking.terms()).isEqualTo(new Terms(5, PLAN.limits()));
        assertThat(waking.decide(OWNER, new ConfirmStarted(false))).isEqualTo(accept(new SandboxWoken()));
        var woken = asleep(new WakeRequested(), new SandboxWoken());
        assertThat(woken.stage()).isEqualTo(Stage.RUNNING);
        assertThat(woken.upkeep().boot()).isEqualTo(2);
    }

    @Test
    void fallsAsleepAndWakesWithItsProcessesAndSaysSo() {
        var falling = running(new HibernateRequested(HibernationCause.CALL));
        assertThat(falling.decide(OWNER, new ConfirmHibernated(9, Optional.of(CHECKPOINT), true)))
                .isEqualTo(accept(new SandboxHibernated(9), new DiskKept(CHECKPOINT), new ProcessesKept()));
        assertThat(asleep().upkeep().site().processes()).isFalse();
        assertThat(asleep(new ProcessesKept()).upkeep().site().processes()).isTrue();

        var waking = asleep(new ProcessesKept(), new WakeRequested());
        assertThat(waking.decide(OWNER, new ConfirmStarted(true)))
                .isEqualTo(accept(new SandboxWoken(), new ProcessesResumed()));
        var without = asleep(new ProcessesKept(), new WakeRequested(), new SandboxWoken());
        assertThat(without.upkeep().site().processes()).isFalse();
        var woken = asleep(new ProcessesKept(), new WakeRequested(), new SandboxWoken(), new ProcessesResumed());
        assertThat(woken.upkeep().site().processes()).isTrue();
        assertThat(woken.apply(new Recorded<>(new RebootRequested(), OWNER, Instant.EPOCH))
                        .upkeep()
                        .site()
                        .processes())
                .isFalse();
        assertThat(woken.apply(new Recorded<>(new SandboxHibernated(1), OWNER, Instant.EPOCH))
                        .upkeep()
                        .site()
                        .processes())
                .isFalse();
    }

    @Test
    void hasNoProcessesAnyMoreWhenItIsRebootedOrMovesInItsSleep() {
        assertThat(asleep(new ProcessesKept()).decide(OWNER, new RebootSandbox()))
                .isEqualTo(accept(new ProcessesDropped(), new WakeRequested()));
        assertThat(asleep(new ProcessesKept(), new ProcessesDropped())
                        .upkeep()
                        .site()
                        .processes())
                .isFalse();
        var moved = new SandboxMoved(new HostId("host-2"), List.of(CHECKPOINT));
        assertThat(asleep(new ProcessesKept(), new WakeRequested(), moved)
                        .upkeep()
                        .site()
                        .processes())
                .isFalse();
    }

    @Test
    void neverWakesWhenItHasBeenStopped() {
        assertThat(asleep(new StopRequested(), new SandboxStopped()).decide(OWNER, WAKE))
                .isEqualTo(refuse(new SandboxRefusal.NothingToWake()));
        assertThat(asleep().decide(OWNER, new StopSandbox())).isEqualTo(accept(new StopRequested()));
    }

    @Test
    void leavesTheTimeoutOfOneThatRunsAloneUnlessOneIsChosen() {
        assertThat(running().decide(OWNER, WAKE)).isEqualTo(accept());
        assertThat(running().decide(OWNER, new WakeSandbox(Optional.of(0)))).isEqualTo(accept());
        assertThat(running().decide(OWNER, new WakeSandbox(Optional.of(9)))).isEqualTo(accept(new TimeoutChanged(9)));
    }

    @Test
    void sleepsOnWhenItCannotBeWoken() {
        var waking = asleep(new WakeRequested());
        assertThat(waking.decide(OWNER, new ReportWakeFailed("no host"))).isEqualTo(accept(new WakeFailed("no host")));

        var still = asleep(new WakeRequested(), new WakeFailed("no host"));
        assertThat(status(still)).isEqualTo("hibernated");
        assertThat(still.upkeep().trouble()).isEqualTo("no host");
        assertThat(still.decide(OWNER, WAKE)).isEqualTo(accept(new WakeRequested()));
        assertThat(asleep(new WakeRequested(), new WakeFailed("no host"), new WakeRequested(), new SandboxWoken())
                        .upkeep()
                        .trouble())
                .isEmpty();
    }

    @Test
    void rebootsWhatRunsAndWakesWhatSleeps() {
        assertThat(running().decide(OWNER, new RebootSandbox())).isEqualTo(accept(new RebootRequested()));
        assertThat(asleep().decide(OWNER, new RebootSandbox())).isEqualTo(accept(new WakeRequested()));
        var rebooting = running(new RebootRequested());
        assertThat(status(rebooting)).isEqualTo("running");
        assertThat(rebooting.settled()).isFalse();
        assertThat(rebooting.decide(OWNER, new ConfirmStarted(false))).isEqualTo(accept(new SandboxRebooted()));
        assertThat(rebooting.decide(OWNER, new ReportWakeFailed("x"))).isEqualTo(accept(new WakeFailed("x")));
        assertThat(running(new StopRequested(), new SandboxStopped()).decide(OWNER, new RebootSandbox()))
                .isEqualTo(refuse(new SandboxRefusal.Stopped()));
    }

    @Test
    void isLostOnlyWithTheContainerThatWasMissed() {
        assertThat(running().decide(OWNER, new ReportMissing(1)))
                .isEqualTo(accept(new SandboxLost("its container is gone")));
        var later = running(new RebootRequested(), new SandboxRebooted());
        assertThat(later.decide(OWNER, new ReportMissing(1))).isEqualTo(accept());
        assertThat(asleep().decide(OWNER, new ReportMissing(1))).isEqualTo(accept());
    }

    @Test
    void takesANewTimeoutUntilItIsStopped() {
        assertThat(running().decide(OWNER, new ChangeTimeout(7))).isEqualTo(accept(new TimeoutChanged(7)));
        assertThat(running().decide(OWNER, new ChangeTimeout(60))).isEqualTo(accept());
        assertThat(asleep().decide(OWNER, new ChangeTimeout(0))).isEqualTo(accept(new TimeoutChanged(0)));
        assertThat(running(new StopRequested()).decide(OWNER, new ChangeTimeout(7)))
                .isEqualTo(refuse(new SandboxRefusal.Stopped()));
    }

    @Test
    void isPutBackOnlyWhileItRunsAndDoesNothingElseMeanwhile() {
        var restore = new RestoreCheckpoint(CHECKPOINT, List.of(CHECKPOINT));
        assertThat(asleep().decide(OWNER, restore)).isEqualTo(refuse(new SandboxRefusal.NotRunning("hibernated")));
        assertThat(running(new RebootRequested()).decide(OWNER, restore))
                .isEqualTo(refuse(new SandboxRefusal.NotRunning("running")));

        var restoring = running(new RestoreRequested(CHECKPOINT, List.of(CHECKPOINT)));
        assertThat(restoring.alive()).isTrue();
        assertThat(restoring.settled()).isFalse();
        assertThat(restoring.decide(OWNER, new HibernateIdle(60))).isEqualTo(accept());
        assertThat(restoring.decide(OWNER, WAKE)).isEqualTo(accept());
        assertThat(restoring.decide(OWNER, new ReportMissing(1)))
                .as("its former container is to go")
                .isEqualTo(accept());
        assertThat(running(new RestoreRequested(CHECKPOINT, List.of(CHECKPOINT)), new SandboxStarted())
                        .upkeep()
                        .boot())
                .isEqualTo(2);
    }

    @Test
    void isNotLostByAStartThatFailsOnAKeptDisk() {
        for (var kept : List.of(asleep(new WakeRequested()), running(new RebootRequested()), asleep())) {
            assertThat(kept.decide(OWNER, new ReportLost("late"))).isEqualTo(accept());
        }
    }

    @Test
    void losesItsSecretsAlsoWhileItSleeps() {
        assertThat(asleep().decide(OWNER, new RevokeSecrets())).isEqualTo(accept(new SecretsRevoked()));
        var cut = asleep(new SecretsRevoked(), new WakeRequested(), new SandboxWoken());
        assertThat(cut.branch().revoked()).isTrue();
        assertThat(asleep(new StopRequested(), new SandboxStopped()).decide(OWNER, new RevokeSecrets()))
                .isEqualTo(accept());
    }
}
