package dev.sealbox.domain.image;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.image.ImageCommand.BeginBuild;
import dev.sealbox.domain.image.ImageCommand.ConfirmGone;
import dev.sealbox.domain.image.ImageCommand.ConfirmSnapshot;
import dev.sealbox.domain.image.ImageCommand.DeleteSnapshot;
import dev.sealbox.domain.image.ImageCommand.FailBuild;
import dev.sealbox.domain.image.ImageCommand.FailSnapshot;
import dev.sealbox.domain.image.ImageCommand.FinishBuild;
import dev.sealbox.domain.image.ImageCommand.RemoveImage;
import dev.sealbox.domain.image.ImageCommand.RequestSnapshot;
import dev.sealbox.domain.image.ImageEvent.BuildBegun;
import dev.sealbox.domain.image.ImageEvent.BuildFailed;
import dev.sealbox.domain.image.ImageEvent.ImageBuilt;
import dev.sealbox.domain.image.ImageEvent.SnapshotBuilt;
import dev.sealbox.domain.image.ImageEvent.SnapshotDeleted;
import dev.sealbox.domain.image.ImageEvent.SnapshotFailed;
import dev.sealbox.domain.image.ImageEvent.SnapshotRequested;
import dev.sealbox.domain.sandbox.Defaults;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ImageLibraryTest {
    private static final ImageHash IMAGE = new ImageHash("0123456789abcdef".repeat(4));
    private static final HostId HOST = new HostId("host-1");
    private static final Build BUILD =
            new Build(new CheckpointId(new UUID(0, 1)), new SandboxId("sb-0123456789abcdef"), HOST, 7, "{}");
    private static final Build OTHER =
            new Build(new CheckpointId(new UUID(0, 2)), new SandboxId("sb-fedcba9876543210"), HOST, 8, "{}");
    private static final ImageLayer LAYER = new ImageLayer(HOST, List.of(BUILD.layer()), Defaults.NONE);
    private static final SnapshotName NAME = new SnapshotName("tools");
    private static final UUID ID = new UUID(1, 1);
    private static final SnapshotRequested REQUESTED = new SnapshotRequested(NAME, ID, IMAGE, "{}", 7);
    private static final RequestSnapshot REQUEST = new RequestSnapshot(NAME, ID, IMAGE, "{}", 7, 2);

    private static ImageLibrary given(ImageEvent... history) {
        var origin = Origin.system(new OrganizationId("acme"));
        var library = ImageLibrary.EMPTY;
        for (var event : history) {
            library = library.apply(new Recorded<>(event, origin, Instant.EPOCH));
        }
        return library;
    }

    @Test
    void buildsAnImageOnceAtATime() {
        assertThat(given().decide(new BeginBuild(IMAGE, BUILD))).isEqualTo(accept(new BuildBegun(IMAGE, BUILD)));
        assertThat(given(new BuildBegun(IMAGE, BUILD)).decide(new BeginBuild(IMAGE, OTHER)))
                .isEqualTo(accept());
        assertThat(given(new BuildBegun(IMAGE, BUILD), new ImageBuilt(IMAGE, BUILD.layer(), LAYER))
                        .decide(new BeginBuild(IMAGE, OTHER)))
                .isEqualTo(accept());
    }

    @Test
    void keepsNoFailure() {
        var library = given(new BuildBegun(IMAGE, BUILD), new BuildFailed(IMAGE, BUILD.layer(), "no"));

        assertThat(library).isEqualTo(ImageLibrary.EMPTY);
        assertThat(library.decide(new BeginBuild(IMAGE, OTHER))).isEqualTo(accept(new BuildBegun(IMAGE, OTHER)));
    }

    @Test
    void ignoresTheOutcomeOfAnEarlierBuild() {
        var library = given(new BuildBegun(IMAGE, OTHER));

        assertThat(library.decide(new FinishBuild(IMAGE, BUILD.layer(), LAYER))).isEqualTo(accept());
        assertThat(library.decide(new FailBuild(IMAGE, BUILD.layer(), "late"))).isEqualTo(accept());
        assertThat(library.decide(new FinishBuild(IMAGE, OTHER.layer(), ON_TOP)))
                .isEqualTo(accept(new ImageBuilt(IMAGE, OTHER.layer(), ON_TOP)));
    }

    @Test
    void givesANameOnce() {
        assertThat(given().decide(REQUEST)).isEqualTo(accept(REQUESTED));
        assertThat(given(REQUESTED).decide(REQUEST)).isEqualTo(refuse(new ImageRefusal.SnapshotNameTaken(NAME)));
        assertThat(given(REQUESTED, new SnapshotBuilt(NAME, ID, LAYER)).decide(REQUEST))
                .isEqualTo(refuse(new ImageRefusal.SnapshotNameTaken(NAME)));
    }

    @Test
    void givesTheNameOfAFailureAgainAndShowsItUntilThen() {
        var library = given(REQUESTED, new SnapshotFailed(NAME, ID, "no"));

        assertThat(library.snapshot(NAME).orElseThrow().stage()).isEqualTo(Snapshot.Stage.FAILED);
        assertThat(library.decide(REQUEST)).isEqualTo(accept(REQUESTED));
    }

    @Test
    void freesTheNameOfADeletedSnapshotAndKeepsTheImage() {
        var library = given(
                new BuildBegun(IMAGE, BUILD),
                new ImageBuilt(IMAGE, BUILD.layer(), LAYER),
                REQUESTED,
                new SnapshotBuilt(NAME, ID, LAYER),
                new SnapshotDeleted(NAME, ID));

        assertThat(library.images()).containsEntry(IMAGE, new BuiltImage(LAYER, "{}", Instant.EPOCH));
        assertThat(library.leaving()).isEmpty();
        assertThat(library.decide(REQUEST)).isEqualTo(accept(REQUESTED));
        assertThat(library.decide(new DeleteSnapshot(NAME))).isEqualTo(refuse(new ImageRefusal.NoSuchSnapshot()));
    }

    @Test
    void ignoresTheOutcomeOfASnapshotThatHasTheNameNoMore() {
        var other = new UUID(1, 2);
        var library = given(
                new BuildBegun(IMAGE, BUILD),
                new ImageBuilt(IMAGE, BUILD.layer(), LAYER),
                new SnapshotRequested(NAME, other, IMAGE, "{}", 7));

        assertThat(library.decide(new ConfirmSnapshot(NAME, ID, LAYER))).isEqualTo(accept());
        assertThat(library.decide(new FailSnapshot(NAME, ID, "late"))).isEqualTo(accept());
        assertThat(library.decide(new ConfirmSnapshot(NAME, other, LAYER)))
                .isEqualTo(accept(new SnapshotBuilt(NAME, other, LAYER)));
    }

    @Test
    void limitsTheNumberOfNames() {
        var library =
                given(REQUESTED, new SnapshotRequested(new SnapshotName("second"), new UUID(1, 2), IMAGE, "{}", 7));

        assertThat(library.decide(new RequestSnapshot(new SnapshotName("third"), ID, IMAGE, "{}", 7, 2)))
                .isEqualTo(refuse(new ImageRefusal.TooManySnapshots(2)));
    }

    private static final ImageHash LONGER = new ImageHash("fedcba9876543210".repeat(4));
    private static final ImageLayer ON_TOP = new ImageLayer(HOST, List.of(OTHER.layer(), BUILD.layer()), Defaults.NONE);

    private static ImageLibrary after(ImageLibrary library, ImageCommand command) {
        return switch (library.decide(command)) {
            case Decision.Accepted<ImageEvent, ?>(var events) -> {
                for (var event : events) {
                    library = library.apply(
                            new Recorded<>(event, Origin.system(new OrganizationId("acme")), Instant.EPOCH));
                }
                yield library;
            }
            case Decision.Refused<ImageEvent, ?>(var reason) -> throw new AssertionError(reason.message());
        };
    }

    private static ImageLibrary twoImages() {
        return given(
                new BuildBegun(IMAGE, BUILD),
                new ImageBuilt(IMAGE, BUILD.layer(), LAYER),
                new BuildBegun(LONGER, OTHER),
                new ImageBuilt(LONGER, OTHER.layer(), ON_TOP));
    }

    @Test
    void letsGoOfLayersWhenNothingNeedsThemAnyMore() {
        var without = after(twoImages(), new RemoveImage(IMAGE));
        assertThat(without.leaving()).as("the longer image stands on it").isEmpty();

        var empty = after(without, new RemoveImage(LONGER));
        assertThat(empty.leaving()).containsOnlyKeys(OTHER.layer(), BUILD.layer());
        assertThat(empty.layers()).isEmpty();
        assertThat(empty.decide(new RemoveImage(LONGER))).isEqualTo(refuse(new ImageRefusal.NoSuchImage()));
        var part = after(empty, new ConfirmGone(Set.of(OTHER.layer())));
        assertThat(part.leaving()).containsOnlyKeys(BUILD.layer());
        assertThat(part.decide(new ConfirmGone(Set.of(OTHER.layer())))).isEqualTo(accept());

        var shorter = after(twoImages(), new RemoveImage(LONGER));
        assertThat(shorter.leaving()).containsOnlyKeys(OTHER.layer());
    }

    @Test
    void keepsTheLayersOfASnapshotUntilItsNameGoes() {
        var named = after(after(twoImages(), REQUEST), new ConfirmSnapshot(NAME, ID, ON_TOP));
        var bare = after(after(named, new RemoveImage(LONGER)), new RemoveImage(IMAGE));
        assertThat(bare.leaving()).isEmpty();

        assertThat(after(bare, new DeleteSnapshot(NAME)).leaving()).containsOnlyKeys(OTHER.layer(), BUILD.layer());
    }

    @Test
    void namesNothingWhoseImageWasRemovedMeanwhile() {
        var removed = after(after(twoImages(), REQUEST), new RemoveImage(LONGER));

        var failed = after(removed, new ConfirmSnapshot(NAME, ID, ON_TOP));
        assertThat(failed.snapshot(NAME).orElseThrow().stage()).isEqualTo(Snapshot.Stage.FAILED);
        // An image without a layer of its own is only what it begins with.
        var begun = after(
                removed,
                new BeginBuild(LONGER, new Build(new CheckpointId(new UUID(0, 3)), OTHER.builder(), HOST, 7, "{}")));
        var ended = after(begun, new FinishBuild(LONGER, new CheckpointId(new UUID(0, 3)), ON_TOP));
        assertThat(ended.images()).containsOnlyKeys(IMAGE);
        assertThat(ended.building()).isEmpty();
    }

    @Test
    void keepsALayerThatWasLeavingWhenAnImageStandsOnItAgain() {
        var building = after(
                after(
                        given(new BuildBegun(IMAGE, BUILD), new ImageBuilt(IMAGE, BUILD.layer(), LAYER)),
                        new BeginBuild(LONGER, OTHER)),
                new RemoveImage(IMAGE));
        assertThat(building.leaving()).containsOnlyKeys(BUILD.layer());

        var built = after(building, new FinishBuild(LONGER, OTHER.layer(), ON_TOP));
        assertThat(built.leaving()).isEmpty();
        assertThat(built.layers()).contains(BUILD.layer());
    }
}
