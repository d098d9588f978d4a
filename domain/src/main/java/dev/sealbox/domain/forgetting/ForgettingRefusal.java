package dev.sealbox.domain.forgetting;

import dev.sealbox.domain.Refusal;

/** Why there is no certificate. */
public sealed interface ForgettingRefusal extends Refusal {

    /** Also the answer about a name that was never set. */
    record NothingDestroyed() implements ForgettingRefusal {}

    /** Data keys are still in the key table; destroying them is tried again until it is done. */
    record NotYetDestroyed(int keys) implements ForgettingRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NothingDestroyed refusal -> Kind.NOT_FOUND;
            case NotYetDestroyed refusal -> Kind.CONFLICT;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NothingDestroyed refusal -> "keys.nothing-destroyed";
            case NotYetDestroyed refusal -> "keys.not-yet-destroyed";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NothingDestroyed() -> "nothing was destroyed";
            case NotYetDestroyed(var keys) -> keys + " data keys are not destroyed yet; try again later";
        };
    }
}
