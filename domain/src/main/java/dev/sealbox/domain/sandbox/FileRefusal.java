package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.Refusal;

/** Why a file operation inside a sandbox will not be done. */
public sealed interface FileRefusal extends Refusal {

    /** Nothing is there, or something that cannot be read as a file or listed as a directory. */
    record NoSuchFile(String what) implements FileRefusal {}

    /** The sandbox's system said no, for instance because the disk is full or a parent is a file. */
    record NotPossible(String what) implements FileRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NoSuchFile refusal -> Kind.NOT_FOUND;
            case NotPossible refusal -> Kind.INVALID;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NoSuchFile refusal -> "file.not-found";
            case NotPossible refusal -> "file.not-possible";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NoSuchFile(var what) -> what;
            case NotPossible(var what) -> what;
        };
    }
}
