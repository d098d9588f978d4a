package dev.sealbox.domain.checkpoint;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.checkpoint.Checkpoint.Stage;
import dev.sealbox.domain.checkpoint.CheckpointCommand.AbandonCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ConfirmDiscarded;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ConfirmReady;
import dev.sealbox.domain.checkpoint.CheckpointCommand.DeleteCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ForkCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ReportFailed;
import dev.sealbox.domain.checkpoint.CheckpointCommand.RequestCheckpoint;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointDeleted;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointFailed;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointForked;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointReady;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointRequested;
import dev.sealbox.domain.checkpoint.CheckpointEvent.LayerDiscarded;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckpointTest {
    private static final Origin OWNER = Origin.system(new OrganizationId("owner"));
    private static final Origin STRANGER = Origin.system(new OrganizationId("stranger"));
    private static final SandboxId SOURCE = new SandboxId("sb-0000000000000001");
    private static final SandboxId FORK = new SandboxId("sb-0000000000000002");
    private static final Contents CONTENTS = new Contents(
            new Blueprint("base", Optional.empty(), List.of(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of()),
            new HostId("host-1"),
            List.of(),
            List.of(),
            Map.of());
    private static final CheckpointEvent REQUESTED =
            new CheckpointRequested(SOURCE, "first", CheckpointKind.FULL, CONTENTS);
    private static final RequestCheckpoint REQUEST =
            new RequestCheckpoint(SOURCE, "first", CheckpointKind.FULL, CONTENTS);

    private static Checkpoint given(CheckpointEvent... history) {
        var checkpoint = Checkpoint.ABSENT;
        for (var event : history) {
            checkpoint = checkpoint.apply(new Recorded<>(event, OWNER, Instant.EPOCH));
        }
        return checkpoint;
    }

    @Test
    void isRequestedOnceAndBecomesReadyOrFailed() {
        assertThat(given().decide(OWNER, REQUEST)).isEqualTo(accept(REQUESTED));
        assertThat(given(REQUESTED).decide(OWNER, REQUEST)).isEqualTo(refuse(new CheckpointRefusal.AlreadyExists()));
        assertThat(given(REQUESTED).decide(OWNER, new ConfirmReady(7, false)))
                .isEqualTo(accept(new CheckpointReady(7, false)));
        assertThat(given(REQUESTED).decide(OWNER, new ReportFailed("full")))
                .isEqualTo(accept(new CheckpointFailed("full")));
        assertThat(given(REQUESTED, new CheckpointReady(7, false)).sizeBytes()).isEqualTo(7);
        assertThat(given(REQUESTED).decide(OWNER, new ConfirmReady(7, true)))
                .isEqualTo(accept(new CheckpointReady(7, true)));
        assertThat(given(REQUESTED, new CheckpointReady(7, false)).memory()).isFalse();
        assertThat(given(REQUESTED, new CheckpointReady(7, true), new CheckpointForked(FORK))
                        .memory())
                .isTrue();
        assertThat(given(REQUESTED, new CheckpointReady(7, false)).decide(OWNER, new ReportFailed("late")))
                .isEqualTo(accept());
        assertThat(given(REQUESTED, new CheckpointFailed("full")).decide(OWNER, new ConfirmReady(7, false)))
                .isEqualTo(accept());
    }

    @Test
    void isForkedWhenReady() {
        var ready = given(REQUESTED, new CheckpointReady(7, false));
        assertThat(ready.decide(OWNER, new ForkCheckpoint(FORK))).isEqualTo(accept(new CheckpointForked(FORK)));
        assertThat(ready.decide(STRANGER, new ForkCheckpoint(FORK)))
                .isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
        assertThat(given(REQUESTED, new CheckpointReady(7, false), new CheckpointForked(FORK))
                        .decide(OWNER, new ForkCheckpoint(FORK)))
                .isEqualTo(accept());
        assertThat(given(REQUESTED).decide(OWNER, new ForkCheckpoint(FORK)))
                .isEqualTo(refuse(new CheckpointRefusal.NotReadyInTime()));
        assertThat(given(REQUESTED, new CheckpointFailed("full")).decide(OWNER, new ForkCheckpoint(FORK)))
                .isEqualTo(refuse(new CheckpointRefusal.Failed("full")));
        assertThat(given().decide(OWNER, new ForkCheckpoint(FORK)))
                .isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
    }

    @Test
    void isDeletedByItsOwnerUnderItsSandbox() {
        var ready = given(REQUESTED, new CheckpointReady(7, false));
        assertThat(ready.decide(OWNER, new DeleteCheckpoint(SOURCE))).isEqualTo(accept(new CheckpointDeleted()));
        assertThat(ready.decide(OWNER, new DeleteCheckpoint(FORK)))
                .isEqualTo(refuse(new CheckpointRefusal.OfAnotherSandbox()));
        assertThat(ready.decide(STRANGER, new DeleteCheckpoint(SOURCE)))
                .isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));

        var deleted = given(REQUESTED, new CheckpointReady(7, false), new CheckpointDeleted());
        assertThat(deleted.isVisibleTo(OWNER.organization())).isFalse();
        assertThat(deleted.decide(OWNER, new DeleteCheckpoint(SOURCE)))
                .isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
        assertThat(deleted.decide(OWNER, new ConfirmDiscarded())).isEqualTo(accept(new LayerDiscarded()));
        assertThat(given(REQUESTED, new CheckpointDeleted(), new LayerDiscarded())
                        .stage())
                .isEqualTo(Stage.DISCARDED);
    }

    @Test
    void isNeverRequestedOnceAbandoned() {
        assertThat(given().decide(OWNER, new AbandonCheckpoint())).isEqualTo(accept(new LayerDiscarded()));
        assertThat(given(new LayerDiscarded()).decide(OWNER, REQUEST))
                .isEqualTo(refuse(new CheckpointRefusal.AlreadyExists()));
        assertThat(given(new LayerDiscarded()).decide(OWNER, new AbandonCheckpoint()))
                .isEqualTo(accept());
        assertThat(given(REQUESTED).decide(OWNER, new AbandonCheckpoint()))
                .isEqualTo(refuse(new CheckpointRefusal.AlreadyExists()));
    }
}
