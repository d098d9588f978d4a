package dev.sealbox.domain.sandbox;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What checkpoints make of a sandbox. */
class BranchTest {
    private static final Origin OWNER = Origin.system(new OrganizationId("owner"));
    private static final CheckpointId ONE = new CheckpointId(new UUID(1, 1));
    private static final CheckpointId TWO = new CheckpointId(new UUID(1, 2));
    private static final Blueprint PLAN =
            new Blueprint("base", Optional.of(ONE), List.of(ONE), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
    private static final Sandbox RUNNING = given(
            Sandbox.ABSENT,
            new SandboxEvent.SandboxCreated(PLAN),
            new SandboxEvent.StoresLayered(List.of(), false, List.of()),
            new SandboxEvent.TokensSealed(Tokens.NONE),
            new SandboxEvent.SandboxPlaced(new HostId("host-1")),
            new SandboxEvent.SandboxStarted());

    private static Sandbox given(Sandbox sandbox, SandboxEvent... events) {
        var after = sandbox;
        for (var event : events) {
            after = after.apply(new Recorded<>(event, OWNER, Instant.EPOCH));
        }
        return after;
    }

    private static Sandbox after(Sandbox sandbox, SandboxCommand command) {
        return switch (sandbox.decide(OWNER, command)) {
            case Decision.Accepted<SandboxEvent, ?>(var events) -> given(sandbox, events.toArray(SandboxEvent[]::new));
            case Decision.Refused<SandboxEvent, ?>(var reason) -> throw new AssertionError(reason.message());
        };
    }

    @Test
    void isPutBackOnTheCheckpointsFilesAndStartsAnew() {
        var restoring = after(RUNNING, new SandboxCommand.RestoreCheckpoint(TWO, List.of(TWO, ONE)));

        assertThat(restoring.stage()).isEqualTo(Stage.RESTORING);
        assertThat(restoring.stage().status()).isEqualTo("running");
        assertThat(restoring.alive()).isTrue();
        assertThat(restoring.blueprint().fileLayers()).containsExactly(TWO, ONE);
        assertThat(restoring.blueprint().origin()).contains(ONE);
        assertThat(restoring.branch().generation()).isEqualTo(1);
        assertThat(restoring.decide(OWNER, new SandboxCommand.RestoreCheckpoint(ONE, List.of(ONE))))
                .isEqualTo(refuse(new SandboxRefusal.NotRunning("running")));
        assertThat(after(restoring, new SandboxCommand.ConfirmStarted(false)).stage())
                .isEqualTo(Stage.RUNNING);
        assertThat(after(restoring, new SandboxCommand.ReportLost("gone")).stage())
                .isEqualTo(Stage.LOST);
        assertThat(after(restoring, new SandboxCommand.StopSandbox()).stage()).isEqualTo(Stage.STOPPING);
    }

    @Test
    void doesNotCountCheckpointsThatFailed() {
        var full = RUNNING;
        for (var i = 0; i < CheckpointKind.FULL.limit(); i++) {
            full = after(full, named(i));
        }
        assertThat(full.decide(OWNER, named(99)))
                .isEqualTo(refuse(new SandboxRefusal.TooManyCheckpoints(CheckpointKind.FULL.limit())));

        var freed = after(full, new SandboxCommand.UncountCheckpoint(id(3)));

        assertThat(after(freed, named(99)).checkpoints()).hasSize(CheckpointKind.FULL.limit() + 1);
        assertThat(freed.decide(OWNER, new SandboxCommand.UncountCheckpoint(id(3))))
                .isEqualTo(accept());
        assertThat(freed.decide(OWNER, new SandboxCommand.NameCheckpoint(id(98), "number 3", CheckpointKind.FULL)))
                .isEqualTo(refuse(new SandboxRefusal.CheckpointNameTaken("number 3")));
    }

    private static CheckpointId id(int number) {
        return new CheckpointId(new UUID(2, number));
    }

    private static SandboxCommand named(int number) {
        return new SandboxCommand.NameCheckpoint(id(number), "number " + number, CheckpointKind.FULL);
    }

    @Test
    void remembersWhichPatchesHaveRun() {
        var patched = IntStream.of(1, 2, 2)
                .mapToObj(SandboxCommand.NotePatched::new)
                .map(SandboxCommand.class::cast)
                .reduce(RUNNING, BranchTest::after, (first, second) -> second);
        assertThat(patched.branch().patches()).containsExactlyInAnyOrder(1, 2);

        var failed = after(patched, new SandboxCommand.NotePatchFailed(3, "patch 3 ended with 1: no"));
        assertThat(failed.branch().patchError()).isEqualTo("patch 3 ended with 1: no");
        assertThat(after(failed, new SandboxCommand.NotePatched(3)).branch().patchError())
                .isEmpty();
    }

    @Test
    void losesItsSecretsOnce() {
        var cut = after(RUNNING, new SandboxCommand.RevokeSecrets());

        assertThat(cut.branch().revoked()).isTrue();
        assertThat(cut.stage()).isEqualTo(Stage.RUNNING);
        assertThat(cut.decide(OWNER, new SandboxCommand.RevokeSecrets())).isEqualTo(accept());
    }

    @Test
    void notesWhatItsStoreWidens() {
        var widening =
                new Widening(Set.of(new SecretName("B"), new SecretName("A")), HostPattern.parseAll(List.of("*")));
        var create = new SandboxCommand.CreateSandbox(
                PLAN,
                List.of(),
                false,
                List.of(),
                Tokens.NONE,
                Optional.of(widening),
                Optional.empty(),
                Siting.ANYWHERE);

        assertThat(after(Sandbox.ABSENT, create).branch().widening()).contains(widening);
        assertThat(widening.warnings())
                .containsExactly(
                        "the secret A has no hosts of its own and can now also be used with *",
                        "the secret B has no hosts of its own and can now also be used with *");
    }
}
