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
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.preview.Visit;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import dev.sealbox.domain.sandbox.SandboxCommand.ConfirmStarted;
import dev.sealbox.domain.sandbox.SandboxCommand.ConfirmStopped;
import dev.sealbox.domain.sandbox.SandboxCommand.CreateSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.ForgetCheckpoint;
import dev.sealbox.domain.sandbox.SandboxCommand.NameCheckpoint;
import dev.sealbox.domain.sandbox.SandboxCommand.PlaceSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.ReportLost;
import dev.sealbox.domain.sandbox.SandboxCommand.SealNames;
import dev.sealbox.domain.sandbox.SandboxCommand.StopSandbox;
import dev.sealbox.domain.sandbox.SandboxEvent.CheckpointForgotten;
import dev.sealbox.domain.sandbox.SandboxEvent.CheckpointNamed;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxCreated;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxLost;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxPlaced;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxStarted;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxStopped;
import dev.sealbox.domain.sandbox.SandboxEvent.StopRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.StoresLayered;
import dev.sealbox.domain.sandbox.SandboxEvent.TokensAdded;
import dev.sealbox.domain.sandbox.SandboxEvent.TokensSealed;
import dev.sealbox.domain.sealing.SealedToken;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SandboxTest {
    private static final Origin OWNER = Origin.system(new OrganizationId("owner"));
    private static final Origin STRANGER = Origin.system(new OrganizationId("stranger"));
    private static final HostId HOST = new HostId("host-1");
    private static final SandboxId ID = new SandboxId("sb-0000000000000001");
    private static final Blueprint PLAN =
            new Blueprint("base", Optional.empty(), List.of(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
    private static final CreateSandbox CREATE = new CreateSandbox(PLAN, List.of(), false, List.of(), Tokens.NONE);
    private static final SandboxEvent[] STARTING = {
        new SandboxCreated(PLAN), new StoresLayered(List.of(), false, List.of()), new TokensSealed(Tokens.NONE)
    };

    private static Sandbox given(SandboxEvent... history) {
        var sandbox = Sandbox.ABSENT;
        for (var event : history) {
            sandbox = sandbox.apply(new Recorded<>(event, OWNER, Instant.EPOCH));
        }
        return sandbox;
    }

    private static Sandbox running(SandboxEvent... more) {
        return given(Stream.of(
                        Stream.of(STARTING),
                        Stream.<SandboxEvent>of(new SandboxPlaced(HOST), new SandboxStarted()),
                        Stream.of(more))
                .flatMap(all -> all)
                .toArray(SandboxEvent[]::new));
    }

    private static CheckpointId checkpoint(int number) {
        return new CheckpointId(new UUID(1, number));
    }

    private static Visit visit(Optional<OrganizationId> only) {
        return new Visit(ID, new PreviewPort(80), List.of(), true, only, "127.0.0.1", "request-1");
    }

    @Test
    void isNotBelowTheDomainOfAnotherOrganisation() {
        assertThat(running().barrier(visit(Optional.empty()))).isEmpty();
        assertThat(running().barrier(visit(Optional.of(OWNER.organization())))).isEmpty();
        assertThat(running().barrier(visit(Optional.of(STRANGER.organization()))))
                .contains(new PreviewRefusal.NoPreview());
    }

    @Test
    void isCreatedOnceWithItsStoresAndTokens() {
        assertThat(Sandbox.ABSENT.decide(OWNER, CREATE)).isEqualTo(accept(STARTING));
        assertThat(given(STARTING).decide(OWNER, CREATE)).isEqualTo(refuse(new SandboxRefusal.AlreadyExists()));
        assertThat(given(STARTING).view(ID).status()).isEqualTo("pending");
    }

    @Test
    void startsWhereItIsPlaced() {
        var starting = given(STARTING);
        assertThat(starting.decide(OWNER, new PlaceSandbox(HOST))).isEqualTo(accept(new SandboxPlaced(HOST)));
        assertThat(starting.decide(OWNER, new ConfirmStarted(false))).isEqualTo(accept(new SandboxStarted()));
        assertThat(running().view(ID))
                .isEqualTo(new SandboxView(
                        ID,
                        "running",
                        PLAN,
                        Optional.of(HOST),
                        Instant.EPOCH,
                        OWNER.keyId(),
                        Branch.NEW,
                        Upkeep.NEW.booted()));
        assertThat(running().decide(OWNER, new ConfirmStarted(false))).isEqualTo(accept());
        assertThat(running().decide(OWNER, new PlaceSandbox(HOST))).isEqualTo(accept());
    }

    @Test
    void stopsFromAnywhereAndForGood() {
        for (var sandbox : List.of(given(STARTING), running(), running(new SandboxLost("gone")))) {
            assertThat(sandbox.decide(OWNER, new StopSandbox())).isEqualTo(accept(new StopRequested()));
        }
        var stopping = running(new StopRequested());
        assertThat(stopping.view(ID).status()).isEqualTo("stopped");
        assertThat(stopping.decide(OWNER, new StopSandbox())).isEqualTo(accept());
        assertThat(stopping.decide(OWNER, new ConfirmStarted(false))).isEqualTo(accept());
        assertThat(stopping.decide(OWNER, new ReportLost("late"))).isEqualTo(accept());
        assertThat(stopping.decide(OWNER, new ConfirmStopped())).isEqualTo(accept(new SandboxStopped()));

        var stopped = running(new StopRequested(), new SandboxStopped());
        assertThat(stopped.stage()).isEqualTo(Stage.STOPPED);
        for (var command :
                List.of(new StopSandbox(), new ConfirmStopped(), new ConfirmStarted(false), new ReportLost("x"))) {
            assertThat(stopped.decide(OWNER, command)).isEqualTo(accept());
        }
    }

    @Test
    void sealsNamesThatItsStoresDidNotHaveBefore() {
        var plan = new Blueprint(
                "base", Optional.empty(), List.of(), new Limits(1, 1024, 20480), 0, Map.of("PLAIN", "x"), Map.of());
        var known = new SecretName("KNOWN");
        var fresh = new SecretName("FRESH");
        var sandbox = given(
                new SandboxCreated(plan),
                new TokensSealed(new Tokens(Map.of(known, token(1)), Map.of(token(9), fresh))),
                new SandboxStarted());
        var drawn = Map.of(known, token(2), fresh, token(3), new SecretName("PLAIN"), token(4));

        assertThat(sandbox.decide(OWNER, new SealNames(drawn)))
                .isEqualTo(accept(new TokensAdded(Map.of(fresh, token(3)))));

        var after = sandbox.apply(new Recorded<>(new TokensAdded(Map.of(fresh, token(3))), OWNER, Instant.EPOCH));
        assertThat(after.tokens().own()).isEqualTo(Map.of(known, token(1), fresh, token(3)));
        assertThat(after.tokens().all()).containsEntry(token(9), fresh);
        assertThat(after.decide(OWNER, new SealNames(drawn))).isEqualTo(accept());
    }

    @Test
    void sealsNothingWhenItHasEnded() {
        var drawn = Map.of(new SecretName("FRESH"), token(1));

        assertThat(given(STARTING).decide(OWNER, new SealNames(drawn))).isEqualTo(accept(new TokensAdded(drawn)));
        for (var ended : List.of(running(new StopRequested()), running(new SandboxLost("gone")))) {
            assertThat(ended.decide(OWNER, new SealNames(drawn))).isEqualTo(accept());
        }
    }

    private static SealedToken token(int number) {
        return new SealedToken(SealedToken.PREFIX + "%032x".formatted(number));
    }

    @Test
    void isLostWithAReason() {
        assertThat(running().decide(OWNER, new ReportLost("gone"))).isEqualTo(accept(new SandboxLost("gone")));
        assertThat(running(new SandboxLost("gone")).reason()).isEqualTo("gone");
        assertThat(running(new SandboxLost("gone")).view(ID).status()).isEqualTo("error");
        assertThat(running(new SandboxLost("gone")).decide(OWNER, new ReportLost("again")))
                .isEqualTo(accept());
    }

    @Test
    void doesNotExistForOthersNorBefore() {
        for (var command : List.of(
                new StopSandbox(),
                new ReportLost("x"),
                new NameCheckpoint(checkpoint(1), "c", CheckpointKind.FULL),
                new ForgetCheckpoint(checkpoint(1)))) {
            assertThat(running().decide(STRANGER, command)).isEqualTo(refuse(new SandboxRefusal.NoSuchSandbox()));
            assertThat(Sandbox.ABSENT.decide(OWNER, command)).isEqualTo(refuse(new SandboxRefusal.NoSuchSandbox()));
        }
    }

    @Test
    void namesItsCheckpoints() {
        var named = new CheckpointNamed(checkpoint(1), "first", CheckpointKind.FULL);
        assertThat(running().decide(OWNER, new NameCheckpoint(checkpoint(1), "first", CheckpointKind.FULL)))
                .isEqualTo(accept(named));
        assertThat(running(named).decide(OWNER, new NameCheckpoint(checkpoint(1), "first", CheckpointKind.FULL)))
                .isEqualTo(accept());
        assertThat(running(named).decide(OWNER, new NameCheckpoint(checkpoint(2), "first", CheckpointKind.DISK_ONLY)))
                .isEqualTo(refuse(new SandboxRefusal.CheckpointNameTaken("first")));
        assertThat(given(STARTING).decide(OWNER, new NameCheckpoint(checkpoint(1), "first", CheckpointKind.FULL)))
                .isEqualTo(refuse(new SandboxRefusal.NotRunning("pending")));

        assertThat(running(named).decide(OWNER, new ForgetCheckpoint(checkpoint(1))))
                .isEqualTo(accept(new CheckpointForgotten(checkpoint(1))));
        assertThat(running().decide(OWNER, new ForgetCheckpoint(checkpoint(1)))).isEqualTo(accept());
        assertThat(running(named, new CheckpointForgotten(checkpoint(1))).checkpoints())
                .isEmpty();
    }

    @Test
    void hasTenFullCheckpointsAndStillOthers() {
        var full = running(IntStream.range(0, 10)
                .mapToObj(i -> new CheckpointNamed(checkpoint(i), "c" + i, CheckpointKind.FULL))
                .toArray(SandboxEvent[]::new));

        assertThat(full.decide(OWNER, new NameCheckpoint(checkpoint(99), "more", CheckpointKind.FULL)))
                .isEqualTo(refuse(new SandboxRefusal.TooManyCheckpoints(10)));
        assertThat(full.decide(OWNER, new NameCheckpoint(checkpoint(99), "more", CheckpointKind.DISK_ONLY)))
                .isEqualTo(accept(new CheckpointNamed(checkpoint(99), "more", CheckpointKind.DISK_ONLY)));
    }
}
