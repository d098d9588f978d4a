package dev.sealbox.domain.checkpoint;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.CheckpointId;
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
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UpkeepTest {
    private static final Origin OWNER = Origin.system(new OrganizationId("owner"));
    private static final Origin STRANGER = Origin.system(new OrganizationId("stranger"));
    private static final SandboxId SOURCE = new SandboxId("sb-0000000000000001");
    private static final SandboxId FORK = new SandboxId("sb-0000000000000002");
    private static final CheckpointId ID = new CheckpointId(new UUID(0, 7));
    private static final Contents CONTENTS = new Contents(
            new Blueprint("base", Optional.empty(), List.of(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of()),
            new HostId("host-1"),
            List.of(),
            List.of(),
            Map.of());
    private static final Checkpoint PROCESSING = given(
            Checkpoint.ABSENT, new CheckpointEvent.CheckpointRequested(SOURCE, "first", CheckpointKind.FULL, CONTENTS));
    private static final Checkpoint READY = given(PROCESSING, new CheckpointEvent.CheckpointReady(7, false));

    private static Checkpoint given(Checkpoint checkpoint, CheckpointEvent... events) {
        var after = checkpoint;
        for (var event : events) {
            after = after.apply(new Recorded<>(event, OWNER, Instant.EPOCH));
        }
        return after;
    }

    private static Checkpoint after(Checkpoint checkpoint, CheckpointCommand command) {
        return switch (checkpoint.decide(OWNER, command)) {
            case Decision.Accepted<CheckpointEvent, ?>(var events) ->
                given(checkpoint, events.toArray(CheckpointEvent[]::new));
            case Decision.Refused<CheckpointEvent, ?>(var reason) -> throw new AssertionError(reason.message());
        };
    }

    private static CheckpointCommand patch(int id) {
        return new CheckpointCommand.AddPatch(new UUID(0, id), "true", "");
    }

    @Test
    void isForkedByEverybodyWhileItIsPublished() {
        var published = after(READY, new CheckpointCommand.PublishCheckpoint());

        assertThat(published.decide(STRANGER, new CheckpointCommand.ForkCheckpoint(FORK)))
                .isEqualTo(accept(new CheckpointEvent.CheckpointForked(FORK)));
        assertThat(published.isVisibleTo(STRANGER.organization())).isFalse();
        assertThat(published.decide(OWNER, new CheckpointCommand.PublishCheckpoint()))
                .isEqualTo(accept());
        var withdrawn = after(published, new CheckpointCommand.UnpublishCheckpoint());
        assertThat(withdrawn.decide(STRANGER, new CheckpointCommand.ForkCheckpoint(FORK)))
                .isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
        assertThat(after(published, new CheckpointCommand.DeleteCheckpoint(SOURCE))
                        .isForkableBy(STRANGER.organization()))
                .isFalse();
    }

    @Test
    void isKeptByItsOwnerOnly() {
        var published = after(READY, new CheckpointCommand.PublishCheckpoint());
        for (var command : List.of(
                new CheckpointCommand.PublishCheckpoint(),
                new CheckpointCommand.UnpublishCheckpoint(),
                patch(1),
                new CheckpointCommand.RemovePatch(new UUID(0, 1)),
                new CheckpointCommand.RevokeLineage(),
                new CheckpointCommand.DeleteCheckpoint(SOURCE))) {
            assertThat(published.decide(STRANGER, command)).isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
        }
    }

    @Test
    void numbersPatchesAndNeverTheSameTwice() {
        var two = after(after(READY, patch(1)), patch(2));
        assertThat(two.upkeep().patches()).extracting(Patch::number).containsExactly(1, 2);
        assertThat(two.decide(OWNER, patch(2))).isEqualTo(accept());

        var again = after(after(two, new CheckpointCommand.RemovePatch(new UUID(0, 2))), patch(3));

        assertThat(again.upkeep().patches()).extracting(Patch::number).containsExactly(1, 3);
        assertThat(again.decide(OWNER, new CheckpointCommand.RemovePatch(new UUID(0, 2))))
                .isEqualTo(refuse(new CheckpointRefusal.NoSuchPatch()));
        assertThat(PROCESSING.decide(OWNER, patch(1))).isEqualTo(refuse(new CheckpointRefusal.NotReadyInTime()));
        assertThat(given(PROCESSING, new CheckpointEvent.CheckpointFailed("full"))
                        .decide(OWNER, patch(1)))
                .isEqualTo(refuse(new CheckpointRefusal.Failed("full")));
        var full = READY;
        for (var i = 0; i < Patch.MAX; i++) {
            full = after(full, patch(i));
        }
        assertThat(full.decide(OWNER, patch(1000))).isEqualTo(refuse(new CheckpointRefusal.TooManyPatches(Patch.MAX)));
    }

    @Test
    void revokesItsLineageOnce() {
        var revoked = after(READY, new CheckpointCommand.RevokeLineage());

        assertThat(revoked.upkeep().revoked()).isTrue();
        assertThat(revoked.decide(OWNER, new CheckpointCommand.RevokeLineage())).isEqualTo(accept());
    }

    @Test
    void standsForAnImageUntilItGoes() {
        var adopt = new CheckpointCommand.AdoptImage("tools", CONTENTS, false);
        var image = after(Checkpoint.ABSENT, adopt);

        assertThat(image.stage()).isEqualTo(Checkpoint.Stage.READY);
        assertThat(image.files(ID)).isEqualTo(CONTENTS.blueprint().fileLayers()).doesNotContain(ID);
        assertThat(READY.files(ID)).contains(ID);
        assertThat(image.decide(OWNER, adopt)).isEqualTo(accept());
        assertThat(image.decide(STRANGER, adopt)).isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
        assertThat(READY.decide(OWNER, adopt)).isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
        assertThat(image.decide(OWNER, new CheckpointCommand.DeleteCheckpoint(SOURCE)))
                .isEqualTo(refuse(new CheckpointRefusal.OfAnotherSandbox()));
        assertThat(after(image, patch(1)).upkeep().patches()).hasSize(1);
        var open = after(image, new CheckpointCommand.PublishCheckpoint());
        assertThat(open.isForkableBy(STRANGER.organization())).isTrue();

        var retire = new CheckpointCommand.RetireImage();
        assertThat(image.decide(STRANGER, retire)).isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
        assertThat(READY.decide(OWNER, retire)).isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
        var gone = after(open, retire);
        assertThat(gone.isForkableBy(STRANGER.organization())).isFalse();
        assertThat(gone.decide(OWNER, retire)).isEqualTo(accept());
        assertThat(gone.decide(OWNER, patch(2))).isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
        var again =
                after(after(after(image, patch(1)), retire), new CheckpointCommand.AdoptImage("tools", CONTENTS, true));
        assertThat(again.upkeep().patches()).isEmpty();
        assertThat(after(again, patch(2)).upkeep().patches())
                .extracting(Patch::number)
                .containsExactly(2);
        // Nothing comes to stand for what went before it was asked for.
        var never = after(Checkpoint.ABSENT, retire);
        assertThat(never.decide(OWNER, adopt)).isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
    }

    @Test
    void givesWayOnlyWhenNobodyUsesIt() {
        var giveWay = new CheckpointCommand.GiveWay(SOURCE);
        assertThat(READY.decide(OWNER, giveWay)).isEqualTo(accept(new CheckpointEvent.CheckpointDeleted()));
        assertThat(READY.decide(STRANGER, giveWay)).isEqualTo(refuse(new CheckpointRefusal.NoSuchCheckpoint()));
        assertThat(READY.decide(OWNER, new CheckpointCommand.GiveWay(FORK)))
                .isEqualTo(refuse(new CheckpointRefusal.OfAnotherSandbox()));
        for (var used : List.of(
                after(READY, new CheckpointCommand.PublishCheckpoint()),
                after(READY, patch(1)),
                after(READY, new CheckpointCommand.ForkCheckpoint(FORK)))) {
            assertThat(used.decide(OWNER, giveWay)).isEqualTo(refuse(new CheckpointRefusal.InUse()));
            assertThat(used.decide(OWNER, new CheckpointCommand.DeleteCheckpoint(SOURCE)))
                    .isEqualTo(accept(new CheckpointEvent.CheckpointDeleted()));
        }
    }

    @Test
    void knowsHowManyAreTooMany() {
        var three = Retention.deletingOldest(3, CheckpointKind.FULL);

        assertThat(three.surplus(2)).isZero();
        assertThat(three.surplus(3)).isEqualTo(1);
        assertThat(three.surplus(7)).isEqualTo(5);
        assertThat(Retention.NONE.surplus(7)).isZero();
        assertThat(Retention.deletingOldest(0, CheckpointKind.FULL).surplus(10)).isEqualTo(1);
        assertThatThrownBy(() -> Retention.deletingOldest(11, CheckpointKind.FULL))
                .isInstanceOf(InvalidValue.class);
    }
}
