package dev.sealbox.domain.preview;

import dev.sealbox.domain.Refusal;

/** Why a visitor does not get through to a port. */
public sealed interface PreviewRefusal extends Refusal {

    /** There is no such sandbox any more, or its port is not exposed: which one is not told. */
    record NoPreview() implements PreviewRefusal {}

    /** {@code presented} tells whether there was a token at all, which then was a wrong one. */
    record NotLetIn(boolean presented) implements PreviewRefusal {}

    /** The sandbox runs, but nothing in it takes connections at this port. */
    record NothingListens(int port) implements PreviewRefusal {}

    record TooManyConnections(int limit) implements PreviewRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NoPreview refusal -> Kind.NOT_FOUND;
            case NotLetIn refusal -> Kind.FORBIDDEN;
            case NothingListens refusal -> Kind.NOT_READY;
            case TooManyConnections refusal -> Kind.NOT_READY;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NoPreview refusal -> "preview.none";
            case NotLetIn refusal -> "preview.token";
            case NothingListens refusal -> "preview.nothing-listens";
            case TooManyConnections refusal -> "preview.too-many-connections";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NoPreview() -> "There is no preview at this address.";
            case NotLetIn(var presented) ->
                presented
                        ? "This preview asks for another token."
                        : "This preview asks for a token, in Authorization: Bearer or X-OC-Preview-Token.";
            case NothingListens(var port) -> "Nothing listens on port " + port + " of this sandbox.";
            case TooManyConnections(var limit) ->
                "The sandbox has reached its limit of " + limit + " connections from outside.";
        };
    }
}
