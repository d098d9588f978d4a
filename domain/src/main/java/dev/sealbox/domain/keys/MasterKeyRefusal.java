package dev.sealbox.domain.keys;

import dev.sealbox.domain.Refusal;

/** Why the master keys are left as they are. */
public sealed interface MasterKeyRefusal extends Refusal {

    /** The source of the key set cannot be written by a node; {@code remedy} says what its operator does instead. */
    record NotRewritable(String remedy) implements MasterKeyRefusal {}

    /** A key was to be retired that still wraps {@code wrapped} others. */
    record InUse(long id, long wrapped) implements MasterKeyRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NotRewritable refusal -> Kind.CONFLICT;
            case InUse refusal -> Kind.CONFLICT;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NotRewritable refusal -> "keys.not-rewritable";
            case InUse refusal -> "keys.in-use";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NotRewritable(var remedy) -> remedy;
            case InUse(var id, var wrapped) ->
                "the master key " + id + " still wraps " + wrapped + " keys; rotate, and wait until it is done";
        };
    }
}
