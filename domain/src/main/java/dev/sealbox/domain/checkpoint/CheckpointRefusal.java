package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.Refusal;

/** Why a checkpoint will not do what it was asked. */
public sealed interface CheckpointRefusal extends Refusal {

    /** Also the answer about a checkpoint of another organisation. */
    record NoSuchCheckpoint() implements CheckpointRefusal {}

    record AlreadyExists() implements CheckpointRefusal {}

    record OfAnotherSandbox() implements CheckpointRefusal {}

    /** It is still processing after the wait that the contract grants. */
    record NotReadyInTime() implements CheckpointRefusal {}

    record Failed(String reason) implements CheckpointRefusal {}

    /** It was to give way to a newer one, and is published, patched or the origin of a sandbox. */
    record InUse() implements CheckpointRefusal {}

    /** The retention policy asks for more room than the checkpoints that may go would make. */
    record TooFewGiveWay(int needed, int dispensable) implements CheckpointRefusal {}

    /** It stands for a snapshot whose name everybody would start from. */
    record ForAdmins() implements CheckpointRefusal {}

    record NoSuchPatch() implements CheckpointRefusal {}

    record TooManyPatches(int limit) implements CheckpointRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NoSuchCheckpoint refusal -> Kind.NOT_FOUND;
            case AlreadyExists refusal -> Kind.CONFLICT;
            case OfAnotherSandbox refusal -> Kind.INVALID;
            case NotReadyInTime refusal -> Kind.INVALID;
            case Failed refusal -> Kind.INVALID;
            case InUse refusal -> Kind.CONFLICT;
            case TooFewGiveWay refusal -> Kind.INVALID;
            case ForAdmins refusal -> Kind.FORBIDDEN;
            case NoSuchPatch refusal -> Kind.NOT_FOUND;
            case TooManyPatches refusal -> Kind.INVALID;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NoSuchCheckpoint refusal -> "checkpoint.not-found";
            case AlreadyExists refusal -> "checkpoint.exists";
            case OfAnotherSandbox refusal -> "checkpoint.of-another-sandbox";
            case NotReadyInTime refusal -> "checkpoint.not-ready";
            case Failed refusal -> "checkpoint.failed";
            case InUse refusal -> "checkpoint.in-use";
            case TooFewGiveWay refusal -> "checkpoint.too-few-give-way";
            case ForAdmins refusal -> "checkpoint.for-admins";
            case NoSuchPatch refusal -> "patch.not-found";
            case TooManyPatches refusal -> "patch.too-many";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NoSuchCheckpoint() -> "checkpoint not found";
            case AlreadyExists() -> "the checkpoint exists";
            case OfAnotherSandbox() -> "the checkpoint belongs to another sandbox";
            case NotReadyInTime() -> "the checkpoint is not ready";
            case Failed(var reason) -> "the checkpoint failed: " + reason;
            case InUse() -> "the checkpoint is published, patched or the origin of a sandbox";
            case TooFewGiveWay(var needed, var dispensable) ->
                "the retention policy needs " + needed + " checkpoints of this kind to be deleted, and " + dispensable
                        + " may be: not those that are published, patched or the origin of a sandbox";
            case ForAdmins() ->
                "only admins may publish what stands for a snapshot of the deployment's own organisation";
            case NoSuchPatch() -> "patch not found";
            case TooManyPatches(var limit) -> "a checkpoint has at most " + limit + " patches";
        };
    }
}
