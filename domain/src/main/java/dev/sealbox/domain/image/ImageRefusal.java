package dev.sealbox.domain.image;

import dev.sealbox.domain.Refusal;

/** Why there will be no image, or nothing from one. */
public sealed interface ImageRefusal extends Refusal {

    record NoSuchSnapshot() implements ImageRefusal {}

    record NoSuchImage() implements ImageRefusal {}

    /** A sandbox is wanted from a snapshot that does not exist. */
    record UnknownSnapshot(SnapshotName name) implements ImageRefusal {}

    record SnapshotNotReady(SnapshotName name, String status) implements ImageRefusal {}

    record SnapshotNameTaken(SnapshotName name) implements ImageRefusal {}

    record TooManySnapshots(int limit) implements ImageRefusal {}

    /**
     * A step did not succeed.
     *
     * @param step from 1; 0 when the build could not begin
     * @param type the step's
     * @param reason with the end of what it said
     */
    record BuildFailed(int step, String type, String reason) implements ImageRefusal {}

    /** Nobody waited for the build any more. */
    record BuildCancelled() implements ImageRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NoSuchSnapshot refusal -> Kind.NOT_FOUND;
            case NoSuchImage refusal -> Kind.NOT_FOUND;
            case UnknownSnapshot refusal -> Kind.INVALID;
            case SnapshotNotReady refusal -> Kind.INVALID;
            case SnapshotNameTaken refusal -> Kind.CONFLICT;
            case TooManySnapshots refusal -> Kind.INVALID;
            case BuildFailed refusal -> Kind.INVALID;
            case BuildCancelled refusal -> Kind.NOT_READY;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NoSuchSnapshot refusal -> "snapshot.not-found";
            case NoSuchImage refusal -> "image.not-found";
            case UnknownSnapshot refusal -> "snapshot.unknown";
            case SnapshotNotReady refusal -> "snapshot.not-ready";
            case SnapshotNameTaken refusal -> "snapshot.name-taken";
            case TooManySnapshots refusal -> "snapshot.too-many";
            case BuildFailed refusal -> "image.build-failed";
            case BuildCancelled refusal -> "image.build-cancelled";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NoSuchSnapshot() -> "snapshot not found";
            case NoSuchImage() -> "image not found";
            case UnknownSnapshot(var name) -> "snapshot not found: " + name;
            case SnapshotNotReady(var name, var status) -> "the snapshot " + name + " is not ready: it is " + status;
            case SnapshotNameTaken(var name) -> "a snapshot with this name exists: " + name;
            case TooManySnapshots(var limit) -> "an organisation has at most " + limit + " snapshots";
            case BuildFailed(var step, var type, var reason) ->
                step == 0
                        ? "the image cannot be built: " + reason
                        : "step " + step + " (" + type + ") failed: " + reason;
            case BuildCancelled() -> "the build was cancelled";
        };
    }
}
