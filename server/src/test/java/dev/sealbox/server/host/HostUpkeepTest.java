package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressGate;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Claim;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.Stay;
import dev.sealbox.domain.sandbox.Terms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostUpkeepTest {
    private static final HostId HOST = new HostId("here");
    private static final SandboxId BOX = new SandboxId("sb-0000000000000001");
    private static final Terms TERMS = new Terms(0, new Limits(1, 1024, 20480));

    private static final Duration AN_HOUR = Duration.ofHours(1);

    private final MemoryRuntime runtime = new MemoryRuntime();
    private final Map<SandboxId, EgressPolicy> admitted = new ConcurrentHashMap<>();
    private final LayeredTest.Files layers = new LayeredTest.Files();
    private final Known known = new Known();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicBoolean full = new AtomicBoolean();
    private Host host;
    private HostUpkeep upkeep;

    @TempDir
    private Path folder;

    @BeforeEach
    void open() {
        host = new Host(
                HOST,
                runtime,
                runtime,
                runtime,
                gate(),
                organization -> done("PEM"),
                HostCapacity.of(
                        HOST,
                        new CapacitySettings(Optional.empty(), 100, 100, Map.of()),
                        folder.resolve("draining"),
                        full::get,
                        () -> Set.of("base")),
                folder.resolve("last-uses"));
        upkeep = new HostUpkeep(
                host, host.capacity(), layers, known, new RestingDisks(host, known, AN_HOUR, nanos::get));
    }

    @AfterEach
    void close() {
        upkeep.close();
    }

    @Test
    void endsWhatGoesOnElsewhere() {
        run();
        known.stay = Stay.RUNS;
        upkeep.endStrays();
        assertThat(runtime.running).containsKey(BOX);
        known.stay = Stay.UNKNOWN;
        upkeep.endStrays();
        assertThat(runtime.running).containsKey(BOX);

        known.stay = Stay.LEAVING;
        upkeep.endStrays();

        assertThat(runtime.running).doesNotContainKey(BOX);
        assertThat(admitted).doesNotContainKey(BOX);
        assertThat(host.runs().now()).isEmpty();
    }

    @Test
    void asksForPoliciesAnewAndHasNoWayOutForWhatCannotBeAsked() {
        run();
        known.claim = () -> done(new Claim.Runs(policy(BOX, 7), TERMS));
        host.catchUp(known).toCompletableFuture().join();
        assertThat(admitted).containsEntry(BOX, policy(BOX, 7));

        known.claim = () -> CompletableFuture.failedFuture(new IllegalStateException("nobody answers"));
        host.catchUp(known).toCompletableFuture().join();
        assertThat(admitted).isEmpty();
        assertThat(runtime.running).containsKey(BOX);

        host.enforce(policy(BOX, 8)).toCompletableFuture().join();
        known.claim = () -> done(new Claim.Foreign());
        host.catchUp(known).toCompletableFuture().join();
        assertThat(admitted).isEmpty();
        assertThat(runtime.running).isEmpty();
    }

    /** What sleeps is no success before others have its disk, however little runs. */
    @Test
    void isEmptyWhenNothingRunsAndEverythingIsShared() {
        run();
        host.capacity().drain(true);
        upkeep.round();
        assertThat(host.capacity().state().emptied()).as("it runs").isFalse();

        var copied = host.capacity().copying();
        host.hibernate(BOX, true).toCompletableFuture().join();
        runtime.asleep.add(BOX);
        known.stay = Stay.SLEEPS;
        upkeep.round();
        assertThat(host.capacity().state())
                .as("its disk is being copied")
                .matches(state -> state.awake() == 0 && !state.emptied());

        var image = new CheckpointId(new UUID(1, 1));
        layers.offerAway(image, new OrganizationId("o"));
        copied.run();
        upkeep.round();
        assertThat(host.capacity().state().emptied())
                .as("the store has not got it")
                .isFalse();

        layers.markShared(image);
        upkeep.round();
        assertThat(host.capacity().state()).matches(state -> state.emptied() && state.onlyHere() == 0);

        host.capacity().drain(false);
        assertThat(host.capacity().state().emptied()).isFalse();
    }

    @Test
    void tellsOfDisksThatAreHereOnly() {
        runtime.asleep.add(BOX);
        known.stay = Stay.BUSY;
        host.capacity().drain(true);
        upkeep.round();
        assertThat(host.capacity().state().emptied()).isFalse();

        known.stay = Stay.ONLY_HERE;
        upkeep.round();

        assertThat(host.capacity().state()).matches(state -> state.emptied() && state.onlyHere() == 1);
    }

    /** As without a layer store: the copy is here for whoever wakes it elsewhere, and for nobody else. */
    @Test
    void keepsTheCopyOfADiskForOthersWhileTheDiskSleepsHere() {
        var copy = new CheckpointId(UUID.randomUUID());
        layers.lend(copy, BOX);
        runtime.asleep.add(BOX);
        known.stay = Stay.LEAVING;
        host.capacity().drain(true);
        upkeep.round();
        upkeep.round();
        assertThat(layers.lent()).containsOnlyKeys(copy);
        assertThat(host.capacity().state())
                .as("whoever takes the host away now, takes the files away")
                .matches(state -> state.onlyHere() == 1);

        known.stay = Stay.LEFT;
        upkeep.round();
        upkeep.round();
        assertThat(layers.lent()).isEmpty();
        assertThat(host.capacity().state()).matches(state -> state.emptied() && state.onlyHere() == 0);

        host.capacity().drain(false);
        layers.lend(copy, BOX);
        run();
        upkeep.round();
        assertThat(layers.lent()).as("it writes to its disk again").isEmpty();
    }

    @Test
    void removesADiskOnlyWhenItsSandboxIsElsewhere() {
        runtime.asleep.add(BOX);
        known.stay = Stay.LEAVING;
        upkeep.round();
        assertThat(runtime.asleep).contains(BOX);

        known.stay = Stay.LEFT;
        upkeep.round();

        assertThat(runtime.asleep).isEmpty();
    }

    /** It slept here when it was first asked, and went on elsewhere later: this host was full, or away for a while. */
    @Test
    void removesTheDiskOfOneThatLeavesLaterAfterAnHour() {
        runtime.asleep.add(BOX);
        known.stay = Stay.SLEEPS;
        upkeep.round();
        known.stay = Stay.LEFT;
        nanos.addAndGet(AN_HOUR.toNanos() - 1);
        upkeep.round();
        assertThat(runtime.asleep).as("it is not asked all the time").contains(BOX);

        nanos.addAndGet(1);
        upkeep.round();

        assertThat(runtime.asleep).isEmpty();
    }

    @Test
    void asksAllAtOnceWhenItsDiskBecomesFull() {
        runtime.asleep.add(BOX);
        known.stay = Stay.SLEEPS;
        upkeep.round();
        known.stay = Stay.LEFT;
        full.set(true);

        upkeep.round();

        assertThat(runtime.asleep).isEmpty();
    }

    /** Between the answer and what is done about it this thread may stand still for however long. */
    @Test
    void keepsTheDiskOfOneThatHasComeBackSinceItWasAsked() {
        runtime.asleep.add(BOX);
        known.stay = Stay.LEFT;
        known.meanwhile = () -> {
            run();
            host.hibernate(BOX, false).toCompletableFuture().join();
            runtime.asleep.add(BOX);
        };
        upkeep.round();
        assertThat(runtime.asleep).contains(BOX);

        known.meanwhile = () -> {};
        known.stay = Stay.SLEEPS;
        upkeep.round();
        assertThat(runtime.asleep).contains(BOX);
    }

    @Test
    void startsNothingBeforeWhatIsRemovedIsGone() {
        var removed = new CompletableFuture<Unit>();
        var removal = host.removals().remove(BOX, host.removals().starts(), () -> false, () -> removed);
        var order = new StartSandbox("base", List.of(), TERMS, policy(BOX, 1), Optional.empty(), 0, false, false);

        var started = host.start(order, known).toCompletableFuture();
        assertThat(started).isNotDone();
        assertThat(runtime.running).isEmpty();
        removed.complete(Unit.DONE);

        started.join();
        assertThat(removal.toCompletableFuture().join()).isTrue();
        assertThat(runtime.running).containsKey(BOX);
    }

    @Test
    void takesNothingBeforeItKnowsWhatItHas() {
        runtime.running.put(BOX, new SandboxAddress(BOX, "100.96.0.9"));
        host.expectAdoption();
        var other = new SandboxId("sb-0000000000000002");
        assertThat(host.capacity().state().fits(TERMS.limits().size())).isFalse();
        var started = host.start(
                        new StartSandbox("base", List.of(), TERMS, policy(other, 1), Optional.empty(), 0, false, false),
                        known)
                .toCompletableFuture();
        assertThat(started).isNotDone();

        host.adopt(known).toCompletableFuture().join();
        started.join();

        assertThat(host.capacity().state().awake()).isEqualTo(2);
        assertThat(host.capacity().state().fits(TERMS.limits().size())).isTrue();
    }

    private void run() {
        var start = new StartSandbox("base", List.of(), TERMS, policy(BOX, 1), Optional.empty(), 0, false, false);
        host.start(start, known).toCompletableFuture().join();
    }

    private static EgressPolicy policy(SandboxId sandbox, long revision) {
        return new EgressPolicy(sandbox, new OrganizationId("o"), revision, List.of(), Map.of(), Map.of());
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private EgressGate gate() {
        return new EgressGate() {
            @Override
            public CompletionStage<Void> admit(SandboxAddress address, EgressPolicy policy) {
                admitted.put(address.sandbox(), policy);
                return CompletableFuture.allOf();
            }

            @Override
            public CompletionStage<Void> expel(SandboxId sandbox) {
                admitted.remove(sandbox);
                return CompletableFuture.allOf();
            }
        };
    }

    /** What is known of every sandbox. */
    private static final class Known implements Registrar {
        private volatile Stay stay = Stay.RUNS;
        private volatile Runnable meanwhile = () -> {};
        private volatile Supplier<CompletionStage<Claim>> claim = () -> done(new Claim.Runs(policy(BOX, 1), TERMS));

        @Override
        public CompletionStage<Claim> claim(HostId asking, SandboxId sandbox) {
            return claim.get();
        }

        @Override
        public CompletionStage<Stay> stay(HostId asking, SandboxId sandbox) {
            meanwhile.run();
            return done(stay);
        }

        @Override
        public CompletionStage<Boolean> idle(HostId asking, SandboxId sandbox, int timeoutSeconds) {
            return done(false);
        }

        @Override
        public CompletionStage<Void> fit(HostId asking, SandboxId sandbox, int memoryMB) {
            return CompletableFuture.allOf();
        }

        @Override
        public CompletionStage<Void> hibernate(HostId asking, SandboxId sandbox) {
            return CompletableFuture.allOf();
        }
    }
}
